"""Writes of what the organisation chooses for itself: its settings, its nouns, its kinds of unit."""

from collections.abc import Iterable
from dataclasses import asdict, replace

from django.db import transaction
from django.utils.text import slugify

from muster.core.errors import DomainError
from muster.core.terms import DEFAULTS
from muster.units import queries
from muster.units.calc import OrganisationSettings
from muster.units.models import Setting, Unit, UnitKind


class BadSetting(DomainError):
    """A choice is out of its range."""


class KindExists(DomainError):
    """There is a kind of that name already."""


@transaction.atomic
def set_settings(*, name: str, settings: OrganisationSettings) -> None:
    """
    Store the organisation's name and choices; the kinds of unit take the nouns of the same name.

    :raises BadSetting: a figure out of range, an empty name or an empty noun; nothing is stored then
    """
    nouns = {noun: (one.strip(), many.strip()) for noun, (one, many) in settings.nouns.items() if noun in DEFAULTS}
    problem = settings.first_problem()
    if not name.strip():
        problem = "name", "Give the organisation a name."
    if empty := [noun for noun, pair in nouns.items() if not all(pair)]:
        problem = "nouns", f"Give both one and many of “{DEFAULTS[empty[0]][0]}”."
    if problem is not None:
        raise BadSetting(problem[1], field=problem[0])
    changed = {noun: pair for noun, pair in nouns.items() if pair != DEFAULTS[noun]}
    before = queries.terms()
    for kind in UnitKind.objects.filter(code__in=DEFAULTS):
        pair = nouns.get(kind.code, DEFAULTS[kind.code])
        if pair != (before.one(kind.code), before.many(kind.code)):
            kind.name, kind.plural = _heading(pair[0]), _heading(pair[1])
            kind.save(update_fields=["name", "plural"])
    _store(replace(settings, nouns=changed))
    Unit.objects.filter(parent=None).update(name=name.strip())


@transaction.atomic
def add_kind(*, name: str, plural: str, children: Iterable[int], parents: Iterable[int]) -> UnitKind:
    """
    Add a kind of unit.

    :param children: ids of the kinds that may stand below it
    :param parents: ids of the kinds it may stand below
    :raises BadSetting: no name or no plural
    :raises KindExists: the name is taken
    """
    code = slugify(name)[:40]
    _check_kind_words(name, plural)
    if not code or UnitKind.objects.filter(code=code).exists():
        raise KindExists(f"There is a kind called “{name.strip()}” already.", field="name")
    last = UnitKind.objects.order_by("-position", "-pk").first()
    kind = UnitKind.objects.create(
        code=code, name=name.strip(), plural=plural.strip(), position=last.position + 10 if last else 10
    )
    kind.allowed_children.set(children)
    for parent in UnitKind.objects.filter(pk__in=list(parents)):
        parent.allowed_children.add(kind)
    return kind


@transaction.atomic
def change_kind(*, kind_id: int, name: str, plural: str, children: Iterable[int]) -> UnitKind:
    """
    Rename a kind and say what may stand below it; units that stand there already may stay.

    The noun of the same name follows, so that every page says the same word.

    :raises BadSetting: no name or no plural
    """
    _check_kind_words(name, plural)
    kind = UnitKind.objects.get(pk=kind_id)
    renamed = (name.strip(), plural.strip()) != (kind.name, kind.plural)
    kind.name, kind.plural = name.strip(), plural.strip()
    kind.save(update_fields=["name", "plural"])
    kind.allowed_children.set(children)
    if renamed and kind.code in DEFAULTS:
        settings = queries.settings()
        nouns = {**settings.nouns, kind.code: (_noun(kind.name), _noun(kind.plural))}
        _store(replace(settings, nouns=nouns))
    return kind


def _check_kind_words(name: str, plural: str) -> None:
    if not name.strip():
        raise BadSetting("Give the kind a name.", field="name")
    if not plural.strip():
        raise BadSetting("Say what several of them are called.", field="plural")


def _store(settings: OrganisationSettings) -> None:
    rows = [Setting(key=key, value=value) for key, value in asdict(settings).items()]
    Setting.objects.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=["value"])


def _heading(noun: str) -> str:
    return noun[:1].upper() + noun[1:]


def _noun(heading: str) -> str:
    return heading[:1].lower() + heading[1:]
