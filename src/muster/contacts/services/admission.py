"""Asking to become a member: the application, and what it says until it is decided."""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.calc.dues import Dues
from muster.contacts.calc.following import DECIDE
from muster.contacts.models import StageChange
from muster.contacts.services._applications import (
    AlreadyApplied,
    begin,
    case_of,
    new_application,
    open_application,
    require_open,
    require_past,
    stage_of,
    write,
)
from muster.contacts.services._cases import leave_trace, require_work
from muster.contacts.services._moving import move
from muster.contacts.services._put_back import as_before


@transaction.atomic
def apply(
    *, actor: Actor, person_id: int, applied_on: date, now: datetime, dues: Dues | None = None, said: str = ""
) -> StageChange:
    """
    Note that somebody asks to become a member: an application is open, they are applicants from today, and followed up.

    :param applied_on: when they asked; today or before
    :param said: what they wrote
    :raises NotAllowed: the actor may not talk to this person
    :raises OthersChangePeople, AlreadyApplied, AlreadyMember, WrongDay, WrongDues: see there
    """
    require_work(actor, person_id)
    if open_application(person_id) is not None:
        raise AlreadyApplied("Their application is open already.")
    application = new_application(actor, person_id, applied_on, now)
    write(actor, application, dues or Dues(), said)
    case = case_of(actor, person_id, now)
    entries = begin(actor, person_id, "applicant", now)
    more = {"application": as_before(application, is_new=True), "left": application.version}
    change = move(actor, case, stage_of(actor, "applicant"), now, then=DECIDE, entries=entries, more=more)
    leave_trace(actor, "contacts.application.made", now, of=application, person_id=person_id)
    return change


@transaction.atomic
def edit_application(
    *,
    actor: Actor,
    person_id: int,
    applied_on: date,
    dues: Dues,
    said: str,
    now: datetime,
    seen: int | None = None,
) -> None:
    """
    Change what an open application says.

    :param seen: its version as it was shown
    :raises NotAllowed: the actor may not talk to this person
    :raises NotApplied, ChangedMeanwhile, WrongDay, WrongDues: see there
    """
    require_work(actor, person_id)
    application = require_open(person_id, seen)
    require_past(actor, applied_on)
    application.applied_on = applied_on
    application.version += 1
    write(actor, application, dues, said)
    leave_trace(actor, "contacts.application.edited", now, of=application, person_id=person_id)
