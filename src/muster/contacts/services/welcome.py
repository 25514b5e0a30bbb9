"""Welcoming new members: a step is done, somebody else takes it, and which steps there are."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.models import Welcome, WelcomeStep
from muster.contacts.queries import following
from muster.contacts.services._cases import leave_trace, require_work
from muster.contacts.services.cases import NoSuchOwner
from muster.contacts.services.choices import LONGEST_NAME, PERMISSION, NameMissing
from muster.core.errors import DomainError

LONGEST_WAIT = 730


class NoSuchStep(DomainError):
    """There is no such step, or it is done already."""


class WrongWait(DomainError):
    """A number of days that cannot be meant."""


@transaction.atomic
def finish_step(*, actor: Actor, step_id: int, now: datetime) -> int:
    """
    Note that a step is done, and return for whom.

    :raises NotAllowed: the actor may not talk to this person
    :raises NoSuchStep: see there
    """
    step = _open(actor, step_id)
    step.done_at, step.done_by_id = now, actor.user_id
    step.save(update_fields=["done_at", "done_by"])
    leave_trace(actor, "contacts.welcome.done", now, of=step, person_id=step.person_id)
    return step.person_id


@transaction.atomic
def give_step(*, actor: Actor, step_id: int, owner_id: int | None, now: datetime) -> int:
    """
    Give a step to somebody, None: to nobody for now, and return for whom it is.

    :raises NotAllowed: the actor may not talk to this person
    :raises NoSuchStep: see there
    :raises NoSuchOwner: they may not talk to this person
    """
    step = _open(actor, step_id)
    if owner_id is not None and owner_id not in dict(following.owners(actor, step.person_id)):
        raise NoSuchOwner("They may not talk to this person.", field="owner")
    before, step.owner_id = step.owner_id, owner_id
    step.save(update_fields=["owner"])
    owner = [before, owner_id]
    leave_trace(actor, "contacts.welcome.given", now, of=step, person_id=step.person_id, owner=owner)
    return step.person_id


@transaction.atomic
def add_step(*, actor: Actor, name: str, after_days: int, now: datetime) -> WelcomeStep:
    """
    Add a step that is done for every new member from now on.

    :param after_days: until when, from 0 to `LONGEST_WAIT`
    :raises NotAllowed: the actor may not change the organisation's settings
    :raises NameMissing, WrongWait: see there
    """
    actor.require(PERMISSION, unit_id=None)
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise NameMissing("Write what is to be done.", field="name")
    if not 0 <= after_days <= LONGEST_WAIT:
        raise WrongWait(f"Give a number of days from 0 to {LONGEST_WAIT}.", field="after_days")
    step = WelcomeStep.objects.create(name=name, after_days=after_days)
    leave_trace(actor, "contacts.welcome_step.added", now, of=step, name=name)
    return step


@transaction.atomic
def retire_step(*, actor: Actor, step_id: int, now: datetime) -> WelcomeStep:
    """
    Do a step no more for new members; those it was given out for keep it.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises LookupError: there is no such step
    """
    actor.require(PERMISSION, unit_id=None)
    step = WelcomeStep.objects.select_for_update().get(pk=step_id)
    step.retired_on = step.retired_on or actor.on
    step.save(update_fields=["retired_on"])
    leave_trace(actor, "contacts.welcome_step.retired", now, of=step, name=step.name)
    return step


def _open(actor: Actor, step_id: int) -> Welcome:
    rows = Welcome.objects.visible_to(actor).select_for_update(of=("self",))
    step = rows.filter(pk=step_id, done_at=None).order_by("pk").first()
    if step is None:
        raise NoSuchStep("This is done already.")
    require_work(actor, step.person_id)
    return step
