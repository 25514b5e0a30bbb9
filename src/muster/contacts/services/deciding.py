"""Deciding on applications: who becomes a member, with all that follows in one transaction, and who does not."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from muster.access.actor import Actor
from muster.contacts import sealed
from muster.contacts.calc.dues import Dues
from muster.contacts.calc.following import TALK_ABOUT_IT
from muster.contacts.models import Application, Stage, StageChange, Welcome
from muster.contacts.queries import following
from muster.contacts.queries.admission import ADMIT, steps
from muster.contacts.queries.following import WORK
from muster.contacts.services._applications import (
    begin,
    case_of,
    new_application,
    open_application,
    require_open,
    require_seen,
    stage_of,
    standing_of,
    text_of,
    write,
)
from muster.contacts.services._cases import leave_trace, require_work
from muster.contacts.services._moving import move
from muster.contacts.services._put_back import as_before
from muster.contacts.services.cases import NoSuchOwner, NoSuchStage
from muster.contacts.services.welcome import NoSuchStep
from muster.people.queries import listing, persons
from muster.people.services import placements


@transaction.atomic
def accept(
    *,
    actor: Actor,
    person_id: int,
    unit_id: int | None,
    dues: Dues,
    step_ids: Collection[int],
    now: datetime,
    owner_id: int | None = None,
    seen: int | None = None,
) -> StageChange:
    """
    Make somebody a member from today: placed, their dues noted, the steps of their welcome given out, followed up no more.

    Who did not apply first is taken to have done so today, or on the day they became applicants otherwise.

    :param unit_id: their home unit from today; None: where they are
    :param step_ids: the steps of their welcome
    :param owner_id: who does those; None: whoever followed them up, else the actor
    :param seen: version of the application as it was shown, 0: there was none
    :raises NotAllowed: the actor may not admit this person, or not change people in their new home
    :raises OthersChangePeople, AlreadyMember, NotApplied, ChangedMeanwhile, WrongDay, WrongDues: see there
    :raises NoSuchStep, NoSuchOwner: see there
    """
    require_work(actor, person_id, ADMIT)
    application = open_application(person_id)
    require_seen(application, seen)
    is_new = application is None
    application = application or new_application(actor, person_id, _asked_on(actor, person_id), now)
    before = as_before(application, is_new=is_new)
    case = case_of(actor, person_id, now, ADMIT)
    entries = begin(actor, person_id, "member", now)
    if unit_id is not None and unit_id != following.home_of(actor, person_id):
        entries.append(placements.move_person(actor=actor, person_id=person_id, unit_id=unit_id, on=actor.on, now=now))
    _decide(actor, application, Application.State.ACCEPTED, now)
    write(actor, application, dues, None)
    _welcome(actor, application, step_ids, owner_id, case.owner_id)
    more = {"application": before, "left": application.version}
    change = move(actor, case, stage_of(actor, "member"), now, entries=entries, more=more)
    leave_trace(actor, "contacts.application.accepted", now, of=application, person_id=person_id)
    return change


@transaction.atomic
def turn_down(
    *,
    actor: Actor,
    person_id: int,
    withdrawn: bool,
    reason: str,
    stage_id: int,
    now: datetime,
    until: date | None = None,
    seen: int | None = None,
) -> StageChange:
    """
    End an application that does not lead to a member; it stays, and they are a contact again.

    :param withdrawn: they took it back, which whoever talks to them notes; else it is turned down by who may admit
    :param stage_id: where they stand from now on, one that begins no standing
    :param until: see `_moving.move`
    :param seen: version of the application as it was shown
    :raises NotAllowed: the actor may not do that
    :raises OthersChangePeople, NotApplied, ChangedMeanwhile, NoSuchStage, DayMissing: see there
    """
    permission = WORK if withdrawn else ADMIT
    require_work(actor, person_id, permission)
    application = require_open(person_id, seen)
    stage = next((one for one in following.stages(actor) if one.pk == stage_id and not one.standing), None)
    if stage is None:
        raise NoSuchStage("Choose where they stand from now on.", field="stage")
    before = as_before(application, is_new=False)
    state = Application.State.WITHDRAWN if withdrawn else Application.State.REJECTED
    _decide(actor, application, state, now)
    application.reason = sealed.seal(application, "reason", text_of(reason))
    application.save()
    case = case_of(actor, person_id, now, permission)
    entries = begin(actor, person_id, "contact", now) if standing_of(actor, person_id) == "applicant" else []
    more = {"application": before, "left": application.version}
    then = TALK_ABOUT_IT if stage.kind == Stage.Kind.OPEN else None
    change = move(actor, case, stage, now, until=until, then=then, entries=entries, more=more)
    action = "contacts.application.withdrawn" if withdrawn else "contacts.application.rejected"
    leave_trace(actor, action, now, of=application, person_id=person_id)
    return change


@transaction.atomic
def settle(*, actor: Actor, now: datetime) -> int:
    """
    Decide what was decided otherwise, by an import or a change of the register perhaps, and return how many that were.

    Who is a member by now was accepted, who is no applicant any more has withdrawn; welcome steps of whoever is no
    member are over. Nobody is asked for rights: it is a rule about all.
    """
    rows = Application.objects.unscoped("a rule about all of them").filter(state=Application.State.OPEN)
    members = persons.ids_with_standing(actor, "member")
    over = {"decided_at": now, "decided_by": None, "version": F("version") + 1}
    accepted = rows.filter(person_id__in=members).update(state=Application.State.ACCEPTED, **over)
    gone = rows.exclude(person_id__in=persons.ids_with_standing(actor, "applicant"))
    withdrawn = gone.update(state=Application.State.WITHDRAWN, **over)
    steps = Welcome.objects.unscoped("a rule about all of them").filter(done_at=None)
    steps.exclude(person_id__in=members).delete()
    count = accepted + withdrawn
    if count:
        leave_trace(actor, "contacts.applications.settled", now, count=count)
    return count


def _asked_on(actor: Actor, person_id: int) -> date:
    """Return when somebody without an application asked to join: where an import says they are an applicant, since when."""
    line = next(iter(listing.lines_of(actor, [person_id])), None)
    return line.since if line and line.since and line.standing == "applicant" else actor.on


def _decide(actor: Actor, application: Application, state: str, now: datetime) -> None:
    application.state, application.decided_at, application.decided_by_id = state, now, actor.user_id
    application.version += 1


def _welcome(
    actor: Actor, application: Application, step_ids: Collection[int], owner_id: int | None, usual_id: int | None
) -> None:
    """
    Give the steps to somebody who may talk to the person where they belong now.

    :param usual_id: who does them where nobody is named; the actor where that one may not
    """
    wanted = [step for step in steps(actor) if step.pk in set(step_ids)]
    if len(wanted) != len(set(step_ids)):
        raise NoSuchStep("One of the steps is not used any more. Choose again.", field="steps")
    owners = dict(following.owners(actor, application.person_id)) if wanted else {}
    owner_id = owner_id or (usual_id if usual_id in owners else actor.user_id)
    if wanted and owner_id not in owners:
        raise NoSuchOwner("They may not talk to this person.", field="owner")
    Welcome.objects.bulk_create(
        Welcome(
            person_id=application.person_id,
            application=application,
            step=step,
            owner_id=owner_id,
            due_on=actor.on + timedelta(days=step.after_days),
        )
        for step in wanted
    )
