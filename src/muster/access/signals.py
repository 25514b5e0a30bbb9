"""What somebody does to their own sign-in leaves a trace: allauth says so by signals, as it knows nothing of the trace."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import Signal, receiver
from django.utils import timezone

from muster.accounts.models import User
from muster.audit import services as audit

_FACTORS = {
    authenticator_added: "accounts.second_factor.added",
    authenticator_removed: "accounts.second_factor.removed",
    authenticator_reset: "accounts.recovery_codes.renewed",
}


@receiver(list(_FACTORS))
def on_factor(signal: Signal, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Say which kind it was; the secret stays out of it."""
    _record(user, _FACTORS[signal], kind=str(authenticator.type))


@receiver([password_changed, password_set, password_reset])
def on_password(user: User, **_: Any) -> None:
    """Say that there is a new password."""
    _record(user, "accounts.password.changed")


def _record(user: User, action: str, kind: str = "") -> None:
    now = timezone.now()
    audit.record(user_id=user.pk, actor_label=user.trace_label, action=action, target=user, now=now, kind=kind)
