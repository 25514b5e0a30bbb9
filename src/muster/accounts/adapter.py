"""How allauth behaves here: accounts are made by those who may, never by whoever comes along; secrets are stored sealed."""

import base64
import secrets
from io import BytesIO
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from muster.accounts import step_up, tasks
from muster.core import keyfiles


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, object]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "E-mail and password do not fit together. Check both and try once more.",
        "enter_current_password": "This is not your password.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes.",
        "rate_limited": "Too many tries. Wait five minutes.",
        "account_inactive": "This account is closed.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        # Signing in counts: nobody is asked twice within five minutes.
        return not step_up.is_fresh(context.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/me/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # Only notices come here; they need nothing but their own words.
        tasks.send_letter.enqueue(template_prefix, email)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, object]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That did not fit. If it is a code from your app, wait for the next one and type that.",
        "cannot_generate_recovery_codes": "Set up an app or a passkey first.",
    }

    def get_totp_issuer(self) -> str:
        return f"Muster {context.request.get_host()}"

    def build_totp_svg(self, url: str) -> str:
        """Return the picture as markup for a page: no XML head, a name for whoever listens."""
        import qrcode
        from qrcode.image.svg import SvgPathImage

        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathImage).save(picture)
        drawn = picture.getvalue().decode().partition("<svg ")[2]
        return f'<svg role="img" aria-label="Code to scan with your app" {drawn}'

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Muster"}

    def encrypt(self, text: str) -> str:
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; one that no key opens (the key files were lost) becomes one that fits no code."""
        try:
            return _sealer().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _sealer() -> MultiFernet:
    """Return what seals with the newest key and opens with all of them."""
    ring = keyfiles.open_ring(settings.HOME / "keys", "second_factors")
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in reversed(list(ring.keys.values()))])
