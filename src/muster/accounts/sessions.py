"""Django's sessions in a table of ours, so that somebody's can be listed and ended."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from muster.accounts.models import Session, User

# What a session knows of its sign-in; moments in seconds since 1970.
SIGNED_IN_AT, SEEN_AT, DEVICE, SECOND_FACTOR = "signed_in_at", "seen_at", "device", "second_factor"
SEEN_EVERY_SECONDS = 60


class SessionStore(DatabaseStore):
    owner: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        """Keep the account that came along with the row."""
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs leave it out
        self.owner = row.user if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session, with the columns that repeat its contents."""
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.user_id = data.get(SESSION_KEY)
        row.device = data.get(DEVICE, "")
        row.signed_in_at, row.seen_at = _moment(data.get(SIGNED_IN_AT)), _moment(data.get(SEEN_AT))
        return row


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def over(session: SessionBase, *, idle_seconds: int, whole_seconds: int, now: float) -> str:
    """
    Return why a session must end: "over" it has lasted too long, "idle" nothing happened for too long, "" it goes on.

    :param now: seconds since 1970
    """
    if now - session.get(SIGNED_IN_AT, 0) > whole_seconds:
        return "over"
    return "idle" if now - session.get(SEEN_AT, 0) > idle_seconds else ""


def touch(session: SessionBase, *, now: float) -> None:
    """Note that somebody is there; written at most once a minute."""
    if now - session.get(SEEN_AT, 0) >= SEEN_EVERY_SECONDS:
        session[SEEN_AT] = now
