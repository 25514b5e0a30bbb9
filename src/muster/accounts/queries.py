"""Reads of accounts; rights stand above them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.utils.crypto import salted_hmac

from muster.accounts.models import Reminders, Session, User

# (code, words) of how often one may be reminded of one's next steps.
REMINDERS, NO_REMINDERS = Reminders.choices, Reminders.NEVER.value
MONDAY = 0


@dataclass(frozen=True, slots=True)
class Factor:
    """
    Something one has besides the password.

    :ivar kind: "totp" (app with codes), "webauthn" (passkey or security key) or "recovery_codes"
    :ivar left: codes not yet used; 0 for other kinds
    """

    factor_id: int
    kind: str
    name: str
    added_at: datetime
    used_at: datetime | None
    left: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """
    A browser somebody is signed in with.

    :ivar handle: names it in addresses; tells nothing of the cookie
    """

    handle: str
    device: str
    since: datetime | None
    seen_at: datetime | None
    is_this: bool


def find_by_email(email: str) -> User | None:
    """Return the account with that address, whatever its case, or None; one query."""
    return User.objects.filter(email__iexact=email.strip()).order_by("pk").first()


def to_remind(on: date) -> list[User]:
    """Return the open accounts that want a letter about their next steps on that day; one query."""
    wanted = [Reminders.DAILY, *([Reminders.WEEKLY] if on.weekday() == MONDAY else [])]
    return list(User.objects.filter(is_active=True, reminders__in=wanted).order_by("pk"))


def labels_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return what the trace calls these accounts, by id; one query."""
    return {user.pk: user.trace_label for user in User.objects.filter(pk__in=frozenset(user_ids)).order_by("pk")}


def email_of(user_id: int) -> str:
    """Return the address of an account; one query."""
    return User.objects.values_list("email", flat=True).get(pk=user_id)


def has_second_factor(user_id: int) -> bool:
    """Say whether the account asks for more than a password; recovery codes alone do not count. One query."""
    rows = Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(rows.exists())


def factors_of(user_id: int) -> list[Factor]:
    """Return the second factors of an account, oldest first; one query."""
    rows = Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk")
    return [
        Factor(
            factor_id=row.pk,
            kind=str(row.type),
            name=row.data.get("name", ""),
            added_at=row.created_at,
            used_at=row.last_used_at,
            left=len(row.wrap().get_unused_codes()) if row.type == Authenticator.Type.RECOVERY_CODES else 0,
        )
        for row in rows
    ]


def sessions_of(user_id: int, *, now: datetime, this_key: str | None) -> list[SignedIn]:
    """
    Return where somebody is signed in, this browser first, then the one used last; one query.

    :param this_key: key of the session that asks
    """
    rows = Session.objects.filter(user_id=user_id, expire_date__gt=now).order_by("-seen_at", "pk")
    found = [
        SignedIn(handle_of(row.pk), row.device, row.signed_in_at, row.seen_at, is_this=row.pk == this_key)
        for row in rows
    ]
    return sorted(found, key=lambda each: not each.is_this)


def handle_of(session_key: str) -> str:
    """Return the name of a session in addresses, from which nobody can work its cookie out."""
    return salted_hmac("muster.accounts.session", session_key).hexdigest()[:24]
