"""The organisation's own stages of contacts, and the scales by which it judges."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from muster.access.actor import Actor
from muster.contacts.models import Scale, Stage
from muster.contacts.services._cases import leave_trace
from muster.core.errors import DomainError

PERMISSION = "settings.edit"
LONGEST_NAME = 80
MOST_STEPS = 10


class NameMissing(DomainError):
    """Nothing can be chosen without a name."""


class NameTaken(DomainError):
    """There is one of that name already."""


class StageNeeded(DomainError):
    """The way would have no beginning or no end."""


class StepsMissing(DomainError):
    """A scale has two steps at least, and few enough to tell apart."""


@transaction.atomic
def add_stage(*, actor: Actor, name: str, now: datetime) -> Stage:
    """
    Add a stage on the way, behind the last of those.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises NameMissing, NameTaken: see there
    """
    actor.require(PERMISSION, unit_id=None)
    name = _name(name)
    _require_free(name)
    way = Stage.objects.filter(kind=Stage.Kind.OPEN, retired_on=None)
    place = (way.aggregate(last=Max("position"))["last"] or 0) + 1
    for later in Stage.objects.filter(position__gte=place).order_by("-position", "pk"):
        later.position += 1
        later.save(update_fields=["position"])
    stage = Stage.objects.create(name=name, kind=Stage.Kind.OPEN, position=place)
    leave_trace(actor, "contacts.stage.added", now, of=stage, name=name)
    return stage


@transaction.atomic
def edit_stage(*, actor: Actor, stage_id: int, name: str, earlier: bool, retired: bool, now: datetime) -> Stage:
    """
    Rename a stage, let it change places with the one before, or use it no more; who is there stays until they are moved.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises NameMissing, NameTaken: see there
    :raises StageNeeded: it is the last of its kind
    :raises LookupError: there is no such stage
    """
    actor.require(PERMISSION, unit_id=None)
    stage = Stage.objects.select_for_update().get(pk=stage_id)
    name = _name(name)
    _require_free(name, but=stage_id)
    others = Stage.objects.filter(kind=stage.kind, retired_on=None).exclude(pk=stage_id)
    if retired and not others.exists():
        raise StageNeeded("There must be another one of its kind before it can go.", field="retired")
    if retired and stage.standing:
        raise StageNeeded("Applications and members need this stage.", field="retired")
    stage.name = name
    stage.retired_on = (stage.retired_on or actor.on) if retired else None
    before = others.filter(position__lt=stage.position).order_by("-position", "pk").first() if earlier else None
    if before is not None:
        stage.position, before.position = before.position, stage.position
        before.save(update_fields=["position"])
    stage.save(update_fields=["name", "retired_on", "position"])
    leave_trace(actor, "contacts.stage.edited", now, of=stage, name=name)
    return stage


@transaction.atomic
def add_scale(*, actor: Actor, name: str, steps: Sequence[str], now: datetime) -> Scale:
    """
    Add a scale.

    :param steps: their names, the first being 1
    :raises NotAllowed: the actor may not change the organisation's settings
    :raises NameMissing, NameTaken, StepsMissing: see there
    """
    actor.require(PERMISSION, unit_id=None)
    name = _name(name)
    named = [" ".join(step.split())[:LONGEST_NAME] for step in steps if step.strip()]
    if not 2 <= len(named) <= MOST_STEPS:
        raise StepsMissing(f"Write from 2 to {MOST_STEPS} steps, one a line.", field="steps")
    try:
        with transaction.atomic():
            scale = Scale.objects.create(name=name, steps=named)
    except IntegrityError as error:
        raise NameTaken("There is a scale of that name already.", field="name") from error
    leave_trace(actor, "contacts.scale.added", now, of=scale, name=name)
    return scale


@transaction.atomic
def retire_scale(*, actor: Actor, scale_id: int, now: datetime) -> Scale:
    """
    Use a scale no more; what was judged by it stays.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises LookupError: there is no such scale
    """
    actor.require(PERMISSION, unit_id=None)
    scale = Scale.objects.select_for_update().get(pk=scale_id)
    scale.retired_on = scale.retired_on or actor.on
    scale.save(update_fields=["retired_on"])
    leave_trace(actor, "contacts.scale.retired", now, of=scale, name=scale.name)
    return scale


def _name(text: str) -> str:
    name = " ".join(text.split())[:LONGEST_NAME]
    if not name:
        raise NameMissing("Write a name.", field="name")
    return name


def _require_free(name: str, but: int | None = None) -> None:
    if Stage.objects.filter(name__iexact=name).exclude(pk=but or 0).exists():
        raise NameTaken("There is a stage of that name already.", field="name")
