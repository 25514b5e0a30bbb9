"""What letters hold of a person, where two records become one or one is erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.mailings.models import Letter, Reminder, State
from muster.people.services import erasure


class LettersChanged(DomainError):
    """What is to go back belongs to somebody else by now."""


def move_letters(*, actor: Actor, from_person_id: int, to_person_id: int) -> list[int]:
    """
    Let the letters to one person be another's, and return their ids, by which `move_back` undoes it; two queries.

    Whoever calls asks for the rights to both people first, and leaves the trace.
    """
    theirs = _letters().filter(person_id=from_person_id)
    ids = list(theirs.order_by("pk").values_list("pk", flat=True))
    theirs.update(person_id=to_person_id)
    return ids


def move_back(*, actor: Actor, from_person_id: int, to_person_id: int, moved: Sequence[int]) -> None:
    """
    Undo `move_letters`.

    :param moved: what it returned
    :raises LettersChanged: one of them is not that person's any more
    """
    if _letters().filter(person_id=from_person_id, pk__in=moved).update(person_id=to_person_id) != len(moved):
        raise LettersChanged("A letter to one of them was given to somebody else since.")


@transaction.atomic
def erase_letters(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Forget to whom letters went; that they went stays in the figures.

    :raises NotAllowed: the actor may not erase people where this one is placed
    """
    person = erasure.require_erasable(actor=actor, person_id=person_id)
    Reminder.objects.filter(user_id=person.user_id or 0).delete()
    theirs = _letters().filter(person_id=person_id)
    theirs.filter(state=State.QUEUED).update(state=State.LEFT_OUT, changed_at=now)
    theirs.update(person_id=None, answer="")


def _letters() -> Any:
    return Letter.objects.unscoped("the caller has checked the people")
