"""Judging where somebody stands, on a scale that has a name."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.models import Assessment, Scale
from muster.contacts.services._cases import leave_trace, require_work
from muster.core.errors import DomainError


class NoSuchStep(DomainError):
    """The scale has no such step, or is used no more."""


@transaction.atomic
def assess(*, actor: Actor, person_id: int, scale_id: int, step: int, now: datetime) -> Assessment:
    """
    Write down how somebody is judged today; what was judged before stays.

    :param step: from 1
    :raises NotAllowed: the actor may not talk to this person
    :raises NoSuchStep: see there
    """
    require_work(actor, person_id)
    scale = Scale.objects.filter(pk=scale_id, retired_on=None).order_by("pk").first()
    if scale is None or not 1 <= step <= len(scale.steps):
        raise NoSuchStep("Choose one of the steps.", field="step")
    made = Assessment.objects.create(
        person_id=person_id, scale=scale, step=step, made_on=actor.on, made_by_id=actor.user_id
    )
    leave_trace(
        actor,
        "contacts.assessment.made",
        now,
        of=made,
        person_id=person_id,
        scale=scale.name,
    )
    return made
