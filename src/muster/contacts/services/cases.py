"""Following somebody up: begin, whose it is, what is next and when, and to which stage they came."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from muster.access.actor import Actor, NotAllowed
from muster.contacts.calc.following import FIRST_STEP
from muster.contacts.models import Application, Case, Stage, StageChange
from muster.contacts.queries import following
from muster.contacts.queries.admission import ADMIT
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import bring_to, leave_trace, locked_case, require_work, store
from muster.contacts.services._moving import DayMissing, move
from muster.contacts.services._put_back import is_decided, put_back
from muster.core.errors import DomainError
from muster.people.queries import persons
from muster.people.services import consents, undo

UNDO_MINUTES = 15
LONGEST_STEP = 200


class AlreadyOpen(DomainError):
    """Somebody follows this person up already."""


class NoSuchStage(DomainError):
    """There is no such stage, it is not used any more, or they are there already."""


class GoesByApplication(DomainError):
    """Where they would come to is decided by an application, or an application stands in the way."""


class NoSuchOwner(DomainError):
    """Whoever should follow somebody up may not talk to them."""


class CannotUndo(DomainError):
    """Something else happened since, or it is too late."""


@transaction.atomic
def open_case(*, actor: Actor, person_id: int, now: datetime, permission: str = WORK) -> Case:
    """
    Begin to follow somebody up, at the first stage, due today; whoever begins does it, if they talk to people.

    :param permission: by which they may: whoever decides on applications may not be one who talks to people
    :raises NotAllowed: the actor may not do that with this person
    :raises AlreadyOpen: it was begun already
    """
    require_work(actor, person_id, permission)
    stage = following.stages(actor)[0]
    try:
        with transaction.atomic():
            case = Case.objects.create(
                person_id=person_id,
                stage=stage,
                stage_since=now,
                owner_id=actor.user_id if permission == WORK else None,
                next_step=FIRST_STEP,
                next_on=actor.on,
                opened_at=now,
            )
    except IntegrityError as error:
        raise AlreadyOpen("Somebody follows this person up already.") from error
    bring_to(actor, case, stage, now)
    leave_trace(actor, "contacts.case.opened", now, of=case, person_id=person_id)
    return case


@transaction.atomic
def move_stage(
    *,
    actor: Actor,
    person_id: int,
    stage_id: int,
    now: datetime,
    until: date | None = None,
    seen: int | None = None,
) -> StageChange:
    """
    Bring somebody to another stage, with what follows: letters and calls end, the case is closed.

    :param until: for a stage of the kind `later`, the day from which they are asked again
    :param seen: version of the case as it was shown
    :raises NotAllowed: the actor may not talk to this person
    :raises NotFollowedUp, ChangedMeanwhile: see `_cases.locked_case`
    :raises GoesByApplication: it is where applicants or members stand, or an open application stands in the way
    :raises NoSuchStage: or they are there already
    :raises DayMissing: see `until`
    """
    case = locked_case(actor, person_id, seen)
    stage = next((one for one in following.stages(actor) if one.pk == stage_id and one.pk != case.stage_id), None)
    if stage is None:
        raise NoSuchStage("Choose another stage.", field="stage")
    if stage.standing:
        raise GoesByApplication("They come there by an application. Open it from their page.", field="stage")
    if stage.kind == Stage.Kind.NEVER and _has_applied(person_id):
        raise GoesByApplication("Their application is open. Note on it first that they withdrew.", field="stage")
    return move(actor, case, stage, now, until=until)


def _has_applied(person_id: int) -> bool:
    open_ones = Application.objects.unscoped("the right to talk to the person was checked")
    return open_ones.filter(person_id=person_id, state=Application.State.OPEN).exists()


@transaction.atomic
def undo_move(*, actor: Actor, change_id: int, now: datetime) -> int:
    """
    Take one's own latest change of stage back, with what followed from it, and return the id of the person.

    :raises NotAllowed: it was not the actor's own change, or the actor may not talk to the person any more, or decide no more
    :raises CannotUndo: it is older than `UNDO_MINUTES`, or the case was worked on since
    """
    changes = StageChange.objects.unscoped("one's own change; the person is checked next").filter(pk=change_id)
    change = changes.filter(changed_by_id=actor.user_id or 0).select_related("case").order_by("pk").first()
    if change is None or "entries" not in change.before:
        raise NotAllowed("You may not do this here.")
    # First, as whoever decides holds it first.
    decided = "application" in change.before and is_decided(change.before["application"])
    require_work(actor, change.case.person_id, ADMIT if decided else WORK)
    rows = Case.objects.unscoped("the right to talk to the person was checked").select_for_update()
    case, before = rows.get(pk=change.case_id), change.before
    if now - change.changed_at > timedelta(minutes=UNDO_MINUTES):
        raise CannotUndo("It is too late to undo this. Choose the stage anew instead.")
    others = rows.filter(person_id=case.person_id, closed_at=None).exclude(pk=case.pk)
    if case.version != before["version"] or others.exists():
        raise CannotUndo("This was worked on since, so it cannot be undone.")
    for entry_id in reversed(before["entries"]):
        undo.undo_change(actor=actor, entry_id=entry_id, now=now)
    if "application" in before and not put_back(before["application"], before["left"]):
        raise CannotUndo("This was worked on since, so it cannot be undone.")
    if "consents" in before:
        email, phone = before["consents"]
        done = consents.Set((email, phone), before["record"])
        consents.take_back_consents(actor=actor, person_id=case.person_id, done=done, now=now)
    case.stage_id, case.closed_at = before["stage"], None
    case.stage_since = datetime.fromisoformat(before["since"])
    case.next_step, case.next_on = before["step"], date.fromisoformat(before["on"])
    store(case, "stage", "stage_since", "closed_at", "next_step", "next_on")
    changes.delete()
    leave_trace(
        actor,
        "contacts.case.moved_back",
        now,
        of=case,
        person_id=case.person_id,
        undid=change_id,
    )
    return case.person_id


@transaction.atomic
def assign_case(*, actor: Actor, person_id: int, owner_id: int | None, now: datetime) -> None:
    """
    Say who follows somebody up; None: nobody for now.

    :raises NotAllowed: the actor may not talk to this person
    :raises NotFollowedUp: see `_cases.locked_case`
    :raises NoSuchOwner: the new owner may not talk to this person
    """
    case = locked_case(actor, person_id)
    if owner_id == case.owner_id:
        return
    if owner_id is not None and owner_id not in dict(following.owners(actor, person_id)):
        raise NoSuchOwner("They may not talk to this person.", field="owner")
    before, case.owner_id = case.owner_id, owner_id
    store(case, "owner")
    leave_trace(
        actor,
        "contacts.case.assigned",
        now,
        of=case,
        person_id=person_id,
        owner=[before, owner_id],
    )


@transaction.atomic
def plan_next(*, actor: Actor, person_id: int, step: str, on: date, now: datetime, seen: int | None = None) -> None:
    """
    Say what is next and when.

    :raises NotAllowed: the actor may not talk to this person
    :raises NotFollowedUp, ChangedMeanwhile: see `_cases.locked_case`
    :raises DayMissing: the day is past
    """
    case = locked_case(actor, person_id, seen)
    if on < actor.on:
        raise DayMissing("Choose today or a later day.", field="on")
    case.next_step, case.next_on = " ".join(step.split())[:LONGEST_STEP], on
    store(case, "next_step", "next_on")
    leave_trace(
        actor,
        "contacts.case.planned",
        now,
        of=case,
        person_id=person_id,
        on=on.isoformat(),
    )


@transaction.atomic
def close_joined(*, actor: Actor, now: datetime) -> int:
    """
    Bring whoever became a member otherwise, by an import perhaps, to the stage of those who arrived; return how many.

    Nobody is asked for rights: it is a rule about all.
    """
    stage = next((one for one in following.stages(actor) if one.kind == Stage.Kind.JOINED), None)
    members = persons.ids_with_standing(actor, "member")
    cases = list(
        Case.objects.unscoped("a rule about all of them").filter(closed_at=None, person_id__in=members).order_by("pk")
    )
    if stage is None or not cases:
        return 0
    for case in cases:
        case.stage, case.stage_since, case.closed_at, case.version = stage, now, now, case.version + 1
    Case.objects.unscoped("a rule about all of them").bulk_update(
        cases, ["stage", "stage_since", "closed_at", "version"], batch_size=500
    )
    StageChange.objects.bulk_create(
        (StageChange(person_id=case.person_id, case=case, stage=stage, changed_at=now) for case in cases),
        batch_size=500,
    )
    leave_trace(actor, "contacts.cases.joined", now, count=len(cases))
    return len(cases)
