"""The organisation's choices for itself: settings, nouns, kinds of unit. Rights and trace; the rules stand in `units`."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.units import queries as unit_queries
from muster.units.calc import OrganisationSettings
from muster.units.services import choices


@transaction.atomic
def set_organisation_settings(*, actor: Actor, name: str, settings: OrganisationSettings, now: datetime) -> None:
    """
    Store the organisation's name and choices.

    :raises NotAllowed: the actor may not change the settings
    :raises BadSetting: a figure out of range, an empty name or an empty noun; `field` says which
    """
    actor.require("settings.edit", unit_id=None)
    before = _plain(unit_queries.organisation_name(), unit_queries.settings())
    choices.set_settings(name=name, settings=settings)
    after = _plain(unit_queries.organisation_name(), unit_queries.settings())
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    _record(actor, "organisation.settings.edited", now, changed=changed)


@transaction.atomic
def add_kind(
    *, actor: Actor, name: str, plural: str, children: Iterable[int], parents: Iterable[int], now: datetime
) -> int:
    """
    Add a kind of unit and return its id.

    :param children: ids of the kinds that may stand below it
    :param parents: ids of the kinds it may stand below
    :raises NotAllowed: the actor may not change the settings
    :raises BadSetting, KindExists: see `units.services.choices`
    """
    actor.require("settings.edit", unit_id=None)
    kind = choices.add_kind(name=name, plural=plural, children=children, parents=parents)
    _record(actor, "organisation.kind.added", now, kind=kind.code, name=kind.name)
    return kind.pk


@transaction.atomic
def change_kind(*, actor: Actor, kind_id: int, name: str, plural: str, children: Iterable[int], now: datetime) -> None:
    """
    Rename a kind and say what may stand below it; what stands there already may stay.

    :raises NotAllowed: the actor may not change the settings
    :raises BadSetting: no name or no plural
    """
    actor.require("settings.edit", unit_id=None)
    kind = choices.change_kind(kind_id=kind_id, name=name, plural=plural, children=children)
    _record(actor, "organisation.kind.edited", now, kind=kind.code, name=kind.name, plural=kind.plural)


def _plain(name: str, settings: OrganisationSettings) -> dict[str, object]:
    nouns = {noun: list(pair) for noun, pair in settings.nouns.items()}
    return {"name": name, **asdict(settings), "nouns": nouns}


def _record(actor: Actor, action: str, now: datetime, **details: object) -> None:
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        now=now,
        target=None,
        unit_id=None,
        count=1,
        **details,
    )
