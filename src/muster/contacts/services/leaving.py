"""Somebody leaves: their standing and offices end, what was under way with them too, and perhaps they are asked again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from muster.access.actor import Actor
from muster.contacts.calc.leaving import FINAL, reason_of
from muster.contacts.models import Application, Case, Stage, Welcome
from muster.contacts.queries import following
from muster.contacts.services._applications import WrongDay, case_of, open_application
from muster.contacts.services._moving import DayMissing, move
from muster.people.services import consents, leaving


@dataclass(frozen=True, slots=True)
class Left:
    """
    :ivar entry_id: of the trace, by which `people.services.undo` takes back what they were and where
    :ivar is_all: nothing else followed from it, so that this takes back all
    """

    entry_id: int
    is_all: bool


@transaction.atomic
def let_leave(
    *,
    actor: Actor,
    person_id: int,
    on: date,
    why: str,
    now: datetime,
    words: str = "",
    stays: bool = False,
    ask_on: date | None = None,
) -> Left:
    """
    Note that somebody leaves.

    An open application is withdrawn, steps of a welcome are dropped; who does not stay is followed up no more, and whoever
    died is not written to or called any more.

    :param on: the first day they are no member any more; today or before
    :param why, words: see `calc.leaving.reason_of`
    :param stays: they are a contact from then on, where they are placed
    :param ask_on: then, from which day they are asked again
    :raises NotAllowed: the actor may not change this person, or, to ask them again, not talk to them
    :raises WrongDay, DayMissing, DoesNotHold, EndsTooEarly: see there
    """
    if on > actor.on:
        raise WrongDay("Choose today or an earlier day.", field="on")
    stays = stays and why not in FINAL
    if stays and ask_on is not None and ask_on <= actor.on:
        raise DayMissing("Choose a day from tomorrow on, or none.", field="ask_on")
    # First, as whoever decides on it holds it first.
    open_application(person_id)
    followed = bool(stays and ask_on)
    if stays and ask_on is not None:
        _ask_again(actor, person_id, ask_on, now)
    entry_id = leaving.let_leave(
        actor=actor, person_id=person_id, on=on, reason=reason_of(why, words), stays=stays, now=now
    )
    if why in FINAL:
        consents.set_consents(actor=actor, person_id=person_id, to=(False, False), now=now)
        followed = True
    return Left(entry_id, not (_end_the_rest(actor, person_id, stays, now) or followed))


def _end_the_rest(actor: Actor, person_id: int, stays: bool, now: datetime) -> int:
    """End what is under way with somebody who left, and return how much that was; the right to change them was checked."""
    applications = Application.objects.unscoped("the right to change the person was checked")
    withdrawn = {"state": Application.State.WITHDRAWN, "decided_at": now, "decided_by_id": actor.user_id}
    ended = applications.filter(person_id=person_id, state=Application.State.OPEN).update(
        **withdrawn, version=F("version") + 1
    )
    steps = Welcome.objects.unscoped("the right to change the person was checked")
    ended += steps.filter(person_id=person_id, done_at=None).delete()[0]
    if not stays:
        cases = Case.objects.unscoped("the right to change the person was checked")
        open_one = cases.filter(person_id=person_id, closed_at=None)
        ended += open_one.update(closed_at=now, version=F("version") + 1)
    return ended


def _ask_again(actor: Actor, person_id: int, on: date, now: datetime) -> None:
    stage = next(one for one in following.stages(actor) if one.kind == Stage.Kind.LATER)
    case = case_of(actor, person_id, now)
    move(actor, case, stage, now, until=on)
