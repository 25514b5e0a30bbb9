"""What contacts hold of a person, where two records become one or one is erased."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from muster.access.actor import Actor
from muster.contacts.models import Application, Assessment, Call, Case, Conversation, Inquiry, StageChange, Welcome
from muster.core.errors import DomainError
from muster.people.services import erasure

_TABLES: dict[str, type[Any]] = {
    "inquiries": Inquiry,
    "cases": Case,
    "stages": StageChange,
    "applications": Application,
    "welcomes": Welcome,
    "calls": Call,
    "conversations": Conversation,
    "assessments": Assessment,
}


class ContactsChanged(DomainError):
    """What is to go back belongs to somebody else by now, or was worked on."""


def move_contact(*, actor: Actor, from_person_id: int, to_person_id: int, now: datetime) -> dict[str, Any]:
    """
    Let what contacts hold of one person be another's, and return the ids, by which `move_back` undoes it; ten queries at most.

    Where both are followed up or have applied, that of the one who goes ends. Whoever calls asks for the rights to both
    people first, and leaves the trace.
    """
    cases = Case.objects.unscoped("the caller has checked both people").filter(closed_at=None)
    applied = Application.objects.unscoped("the caller has checked both people").filter(state=Application.State.OPEN)
    moved: dict[str, Any] = {"ended": None, "withdrawn": None}
    if applied.filter(person_id=to_person_id).exists():
        moved["withdrawn"] = (
            applied.filter(person_id=from_person_id).values_list("pk", flat=True).order_by("pk").first()
        )
        over = {"state": Application.State.WITHDRAWN, "decided_at": now, "version": F("version") + 1}
        applied.filter(pk=moved["withdrawn"]).update(**over)
    if cases.filter(person_id=to_person_id).exists():
        moved["ended"] = cases.filter(person_id=from_person_id).order_by("pk").values_list("pk", flat=True).first()
        cases.filter(pk=moved["ended"]).update(closed_at=now)
    for name in _TABLES:
        theirs = _rows(name).filter(person_id=from_person_id)
        moved[name] = list(theirs.order_by("pk").values_list("pk", flat=True))
        theirs.update(person_id=to_person_id)
    return moved


def move_back(*, actor: Actor, from_person_id: int, to_person_id: int, moved: Mapping[str, Any]) -> None:
    """
    Undo `move_contact`.

    :param moved: what it returned
    :raises ContactsChanged: one of the rows is not that person's any more, or both would be followed up twice
    """
    for name in _TABLES:
        theirs = _rows(name).filter(person_id=from_person_id, pk__in=moved.get(name, ()))
        if theirs.update(person_id=to_person_id) != len(moved.get(name, ())):
            raise ContactsChanged("What was noted of a contact was given to somebody else since.")
    if (ended := moved.get("ended")) is not None:
        Case.objects.unscoped("the caller has checked both people").filter(pk=ended).update(closed_at=None)
    if (withdrawn := moved.get("withdrawn")) is not None:
        applied = Application.objects.unscoped("the caller has checked both people").filter(pk=withdrawn)
        applied.update(state=Application.State.OPEN, decided_at=None, version=F("version") + 1)


@transaction.atomic
def erase_contact(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Forget what was said to a person, what they wrote and how they were judged.

    That it was, and how far it went, stays in the figures.

    :raises NotAllowed: the actor may not erase people where this one is placed
    """
    erasure.require_erasable(actor=actor, person_id=person_id)
    _rows("conversations").filter(person_id=person_id).update(note="")
    _rows("assessments").filter(person_id=person_id).delete()
    applications = _rows("applications").filter(person_id=person_id)
    applications.update(
        said="",
        reason="",
        dues_cents=None,
        dues_every=Application.Every.MONTH,
        dues_paid_on=None,
        version=F("version") + 1,
    )
    open_ones = applications.filter(state=Application.State.OPEN)
    open_ones.update(state=Application.State.WITHDRAWN, decided_at=now)
    _rows("welcomes").filter(person_id=person_id, done_at=None).delete()
    cases = _rows("cases").filter(person_id=person_id)
    cases.update(next_step="")
    cases.filter(closed_at=None).update(closed_at=now)
    _rows("stages").filter(person_id=person_id).update(before={})


def _rows(name: str) -> Any:
    return _TABLES[name].objects.unscoped("the caller has checked the people")
