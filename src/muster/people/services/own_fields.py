"""Fields of the organisation's own: what people are asked beyond what the register has by itself."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.people.calc.fields import LABELS
from muster.people.models import CustomField

LONGEST = 60


class BadFieldName(DomainError):
    """The name cannot be one."""


class FieldExists(DomainError):
    """There is a field of that name already."""


@transaction.atomic
def add_field(*, actor: Actor, label: str, now: datetime) -> int:
    """
    Add a field and return its id. Values kept from an earlier field of that name are seen again.

    :raises NotAllowed: the actor may not change the settings
    :raises BadFieldName, FieldExists: nothing, too much, or a name that is taken
    """
    actor.require("settings.edit", unit_id=None)
    label = _free_name(label)
    # Values lie under the key; an import keeps them under the heading of its column, so the two are the same at first.
    field = CustomField.objects.create(key=label, label=label)
    _record(actor, field, "people.own_field.added", now)
    return field.pk


@transaction.atomic
def rename_field(*, actor: Actor, field_id: int, label: str, now: datetime) -> None:
    """
    Call a field something else; its values stay.

    :raises NotAllowed: the actor may not change the settings
    :raises BadFieldName, FieldExists: as `add_field`
    """
    actor.require("settings.edit", unit_id=None)
    field = CustomField.objects.select_for_update().get(pk=field_id)
    if label.strip() != field.label:
        field.label = _free_name(label, but=field_id)
        field.save(update_fields=["label"])
        _record(actor, field, "people.own_field.renamed", now)


@transaction.atomic
def remove_field(*, actor: Actor, field_id: int, now: datetime) -> None:
    """
    Take a field off every page; the values stay with the people and come back with a field of the same key.

    :raises NotAllowed: the actor may not change the settings
    """
    actor.require("settings.edit", unit_id=None)
    field = CustomField.objects.get(pk=field_id)
    _record(actor, field, "people.own_field.removed", now)
    field.delete()


def _free_name(label: str, *, but: int | None = None) -> str:
    label = " ".join(label.split())
    if not label:
        raise BadFieldName("Give the field a name.", field="label")
    if len(label) > LONGEST:
        raise BadFieldName(f"A name has at most {LONGEST} letters.", field="label")
    others = CustomField.objects.exclude(pk=but) if but else CustomField.objects.all()
    taken = others.filter(Q(label__iexact=label) | Q(key__iexact=label))
    if taken.exists() or label.casefold() in {word.casefold() for pair in LABELS.items() for word in pair}:
        raise FieldExists("There is a field of that name already.", field="label")
    return label


def _record(actor: Actor, field: CustomField, action: str, now: datetime) -> None:
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=field,
        now=now,
        label=field.label,
    )
