"""Reading and writing the private part of people whom a service has locked and checked."""

from collections.abc import Mapping

from muster.people import private
from muster.people.calc.fields import PRIVATE
from muster.people.models import PersonPrivate


def held_private(person_id: int) -> dict[str, str]:
    """Return field → text, each of `PRIVATE`; nothing is known of somebody without a private part."""
    row = _of(person_id).order_by("pk").first()
    return row.opened() if row else dict.fromkeys(PRIVATE, "")


def keep_private(person_id: int, fields: Mapping[str, str]) -> None:
    """Store a private part whole."""
    sealed, birth_mark = private.seal(person_id, fields)
    _of(person_id).update_or_create(person_id=person_id, defaults={"sealed": sealed, "birth_mark": birth_mark})


def forget_private(person_id: int) -> None:
    """Remove a private part."""
    _of(person_id).delete()


def _of(person_id: int):  # type: ignore[no-untyped-def]  # a set of rows
    return PersonPrivate.objects.unscoped("the service has checked the person").filter(person_id=person_id)
