"""Making accounts, and ending what an account has open."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse
from email_validator import EmailNotValidError, validate_email

from muster.accounts import queries
from muster.accounts.models import Session, User
from muster.core.errors import DomainError


class BadEmail(DomainError):
    """The address cannot be one."""


class AccountExists(DomainError):
    """There is an account with that address already."""


def create_account(*, email: str, name: str, password: str | None) -> User:
    """
    Make an account; what it may do is said by grants, not here.

    :param password: None for an account nobody can sign in to until a password is set
    :raises BadEmail: the address cannot be one
    :raises AccountExists: the address is taken, whatever its case
    """
    try:
        # Example domains are reserved, but a demo organisation lives in them.
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise BadEmail(f"“{email}” is not an e-mail address: {error}", field="email") from error
    if User.objects.filter(email__iexact=address).exists():
        raise AccountExists(f"There is already an account for {address}.", field="email")
    return User.objects.create_user(address, password, name=name)


def change_own_settings(*, user: User, name: str, keyboard_shortcuts: bool, reminders: str) -> None:
    """Write down what somebody chose for their own account."""
    user.name = name
    user.keyboard_shortcuts, user.reminders = keyboard_shortcuts, reminders
    user.save(update_fields=["name", "keyboard_shortcuts", "reminders"])


def forget_account(*, user_id: int) -> None:
    """
    Make an account nobody's: it opens nothing any more and says nothing of whoever had it; what it did stays in the trace.

    Its sign-ins end, its passkeys and the other second factors go.
    """
    user = User.objects.get(pk=user_id)
    Authenticator.objects.filter(user_id=user_id).delete()
    end_sessions(user_id=user_id)
    EmailAddress.objects.filter(user_id=user_id).delete()
    user.email, user.name, user.is_active, user.last_login = f"account-{user_id}@erased.invalid", "", False, None
    user.set_unusable_password()
    user.save()


def password_path(*, user_id: int) -> str:
    """
    Return the address at which the password of an account can be set once, within three days.

    Whoever has it can sign in as that user: the caller decides who may. It stops working when the password is set.
    """
    user = User.objects.get(pk=user_id)
    token = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token})


def end_sessions(*, user_id: int, but: str | None = None, handle: str | None = None) -> int:
    """
    Sign an account out.

    :param but: key of a session that goes on
    :param handle: end only the session of that handle
    :returns: number of sessions that ended
    """
    rows = Session.objects.filter(user_id=user_id).exclude(pk=but or "")
    keys = [key for key in rows.values_list("pk", flat=True) if handle in (None, queries.handle_of(key))]
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)


@transaction.atomic
def remove_second_factors(*, user_id: int) -> int:
    """
    Take every second factor from an account and sign it out everywhere.

    :returns: number of factors removed, recovery codes not counted; with none nothing happens
    """
    rows = Authenticator.objects.filter(user_id=user_id)
    count = int(rows.exclude(type=Authenticator.Type.RECOVERY_CODES).count())
    if count:
        rows.delete()
        end_sessions(user_id=user_id)
    return count
