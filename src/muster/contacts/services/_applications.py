"""What applying and deciding share: the application that is open, what it says, the case and the standing beside it."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from muster.access.actor import Actor, NotAllowed
from muster.contacts import sealed
from muster.contacts.calc.dues import MOST_CENTS, Dues
from muster.contacts.models import Application, Case, Stage
from muster.contacts.queries import following
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import ChangedMeanwhile, locked_case
from muster.contacts.services.cases import open_case
from muster.core.errors import DomainError
from muster.people.calc.spells import AlreadyHolds
from muster.people.queries import listing
from muster.people.services import standings

LONGEST_TEXT = 10_000
_AN = {"applicant": "an applicant", "contact": "a contact", "member": "a member"}


class AlreadyApplied(DomainError):
    """An application of this person is open."""


class AlreadyMember(DomainError):
    """Who is a member cannot become one."""


class OthersChangePeople(DomainError):
    """The actor may talk to somebody or decide on them, and not change what they are in the register."""


class NotApplied(DomainError):
    """No application of this person is open."""


class WrongDay(DomainError):
    """A day that has not come yet."""


class WrongDues(DomainError):
    """An amount that cannot be meant."""


def open_application(person_id: int) -> Application | None:
    """Return the application of a person that is to be decided, held until the transaction ends; one query."""
    rows = Application.objects.unscoped("the caller has checked the person").select_for_update()
    return rows.filter(person_id=person_id, state=Application.State.OPEN).order_by("pk").first()


def new_application(actor: Actor, person_id: int, applied_on: date, now: datetime) -> Application:
    """Return an application that is open from now on; :raises AlreadyMember, WrongDay: see there."""
    require_past(actor, applied_on)
    if standing_of(actor, person_id) == "member":
        raise AlreadyMember("They are a member already.")
    made = {"applied_on": applied_on, "made_at": now, "made_by_id": actor.user_id}
    try:
        with transaction.atomic():
            return Application.objects.create(person_id=person_id, **made)
    except IntegrityError as error:
        raise AlreadyApplied("Their application is open already.") from error


def require_open(person_id: int, seen: int | None) -> Application:
    """Return the open application, held; :raises NotApplied, ChangedMeanwhile: see there."""
    application = open_application(person_id)
    require_seen(application, seen)
    if application is None:
        raise NotApplied("No application of theirs is open.")
    return application


def require_seen(application: Application | None, seen: int | None) -> None:
    """Do nothing if that is the version that was shown (0: there was none); :raises ChangedMeanwhile: it is not."""
    if seen is not None and seen != (application.version if application else 0):
        raise ChangedMeanwhile("Somebody else worked on this meanwhile. Look at what is new, then send it again.")


def require_past(actor: Actor, day: date) -> None:
    """Do nothing if a day is not in the future; :raises WrongDay: it is."""
    if day > actor.on:
        raise WrongDay("Choose today or an earlier day.", field="applied_on")


def write(actor: Actor, application: Application, dues: Dues, said: str | None) -> None:
    """Store an application with its dues, and what they wrote where that is given; :raises WrongDues, WrongDay: see there."""
    if dues.cents is not None and not 0 <= dues.cents <= MOST_CENTS:
        raise WrongDues(f"Write an amount from 0 to {MOST_CENTS // 100:,}.", field="dues")
    if dues.paid_on is not None and dues.paid_on > actor.on:
        raise WrongDay("Choose today or an earlier day.", field="dues_paid_on")
    application.dues_cents, application.dues_every, application.dues_paid_on = dues.cents, dues.every, dues.paid_on
    if said is not None:
        application.said = sealed.seal(application, "said", text_of(said))
    application.save()


def text_of(text: str) -> str:
    """Return what was typed as it is kept."""
    return text.replace("\r\n", "\n").strip()[:LONGEST_TEXT]


def case_of(actor: Actor, person_id: int, now: datetime, permission: str = WORK) -> Case:
    """Return the open case, held; who is not followed up is from now on."""
    rows = Case.objects.unscoped("the right to talk to the person was checked")
    if not rows.filter(person_id=person_id, closed_at=None).exists():
        open_case(actor=actor, person_id=person_id, now=now, permission=permission)
    return locked_case(actor, person_id, permission=permission)


def stage_of(actor: Actor, standing: str) -> Stage:
    """Return the stage at which a standing begins; one query."""
    return next(one for one in following.stages(actor, retired=True) if one.standing == standing)


def standing_of(actor: Actor, person_id: int) -> str:
    """Return the standing that somebody holds today, '' for none."""
    line = next(iter(listing.lines_of(actor, [person_id])), None)
    return line.standing if line else ""


def begin(actor: Actor, person_id: int, standing: str, now: datetime) -> list[int]:
    """Let a standing begin today; return the entries of the trace. :raises AlreadyMember, OthersChangePeople: see there."""
    try:
        return [standings.set_standing(actor=actor, person_id=person_id, standing=standing, from_on=actor.on, now=now)]
    except AlreadyHolds:
        if standing == "member":
            raise AlreadyMember("They are a member already.") from None
        return []
    except NotAllowed as error:
        raise OthersChangePeople(f"Whoever may change people makes somebody {_AN[standing]}. Ask them.") from error
