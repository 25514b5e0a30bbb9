"""What happens to people's placements and offices when their unit closes or is split, and how it is put back exactly."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.core.spells import Spell, union
from muster.people.models import Office, Person, Placement

_PLACEMENT = ("pk", "person_id", "unit_id", "from_on", "to_on", "is_primary")
_OFFICE = ("pk", "person_id", "unit_id", "role", "from_on", "to_on")
_CHUNK = 500
Row = tuple[Any, ...]


class NobodyGoes(DomainError):
    """A split of which one half is empty."""


class SpellsBeginLater(DomainError):
    """Somebody is placed or takes office in the unit on that day or later."""


class SpellsChanged(DomainError):
    """What is to be put back was changed since."""


@transaction.atomic
def end_in_units(*, actor: Actor, unit_ids: Iterable[int], on: date, move_to: int | None = None) -> dict[str, Any]:
    """
    End every placement and office in these units on a day; where `move_to` is given, go on with the placements there.

    A person who is placed there already gets one placement, primary on the days on which either was. About ten queries,
    and one more per 500 rows changed.

    :param on: the first day on which they no longer hold
    :param move_to: id of the unit that takes the people in
    :returns: for `placements` and `offices` how many `ended`, and the rows `before` and `after`, JSON values for `put_back`
    :raises NotAllowed: the actor may not change people in one of the units
    :raises SpellsBeginLater: a placement or office there begins on that day or later
    """
    units = frozenset(unit_ids)
    for unit_id in sorted(units | ({move_to} if move_to else set())):
        actor.require("people.edit", unit_id=unit_id)
    placements = _placements().filter(unit_id__in=units)
    offices = _offices().filter(unit_id__in=units)
    _hold({row for rows in (placements, offices) for row in rows.order_by("pk").values_list("person_id", flat=True)})
    later = placements.filter(from_on__gte=on).count() + offices.filter(from_on__gte=on).count()
    if later:
        raise SpellsBeginLater(
            f"{later} placements or offices here begin on that day or later. Close it on a later day, or move them first.",
            field="closed_on",
        )
    return _end_and_go_on(placements, offices, on, move_to)


@transaction.atomic
def move_some(*, actor: Actor, unit_id: int, person_ids: Iterable[int], on: date, move_to: int) -> dict[str, Any]:
    """
    Let some of the people of a unit go on in another from a day on, and end the offices they hold in the first.

    The caller has checked the right to put people where they go: that unit may be new.

    :param person_ids: who goes, each placed in the unit on that day
    :param on: the first day on which they are placed in `move_to`
    :returns: as `end_in_units`
    :raises NotAllowed: the actor may not change people in the unit
    :raises NobodyGoes: nobody, or everybody
    :raises SpellsChanged: one of them is not placed there on that day
    :raises SpellsBeginLater: a placement or office of theirs there begins on that day or later
    """
    actor.require("people.edit", unit_id=unit_id)
    ids = frozenset(person_ids)
    _hold(ids)
    holding = _placements().filter(Q(to_on=None) | Q(to_on__gt=on), unit_id=unit_id, from_on__lte=on)
    there = set(holding.values_list("person_id", flat=True))
    if not ids <= there:
        raise SpellsChanged("Some of those you chose are placed here no longer. Look at both halves again.")
    if not ids or ids == there:
        raise NobodyGoes("Somebody has to go, and somebody has to stay.")
    placements, offices = (rows.filter(unit_id=unit_id, person_id__in=ids) for rows in (_placements(), _offices()))
    later = placements.filter(from_on__gte=on).count() + offices.filter(from_on__gte=on).count()
    if later:
        raise SpellsBeginLater(
            f"{later} placements or offices of those who go begin on that day or later. Choose a later day.",
            field="opened_on",
        )
    return _end_and_go_on(placements, offices, on, move_to)


def check_empty(*, actor: Actor, unit_id: int) -> None:
    """
    Do nothing if no placement and no office in a unit is written down, of whatever day; two queries.

    :raises NotAllowed: the actor may not change people there
    :raises SpellsChanged: one is
    """
    actor.require("people.edit", unit_id=unit_id)
    if _placements().filter(unit_id=unit_id).exists() or _offices().filter(unit_id=unit_id).exists():
        raise SpellsChanged(
            "People were placed there or took an office there since, or somebody there was erased. Move them first; where"
            " somebody was erased, close the unit instead."
        )


@transaction.atomic
def put_back(*, actor: Actor, spells: Mapping[str, Any]) -> None:
    """
    Put placements and offices back as they were before `end_in_units`, the row ids included.

    :param spells: what `end_in_units` returned
    :raises NotAllowed: the actor may not change people in one of the units
    :raises SpellsChanged: one of the rows was changed since, or what was added since leaves no room
    """
    for table, (rows, columns) in {"placements": (_placements(), _PLACEMENT), "offices": (_offices(), _OFFICE)}.items():
        before, after = (_read(columns, spells[table][when]) for when in ("before", "after"))
        for unit_id in sorted({row[2] for row in (*before, *after)}):
            actor.require("people.edit", unit_id=unit_id)
        ids = [row[0] for row in after]
        now = [row for chunk in _chunks(ids) for row in rows.filter(pk__in=chunk).values_list(*columns)]
        if sorted(now, key=_by_id) != sorted(after, key=_by_id):
            raise SpellsChanged(
                "Some of the people were moved or changed since. Put them where they belong one by one."
            )
        _delete(rows, ids)
        try:
            with transaction.atomic():
                rows.bulk_create(
                    (rows.model(**dict(zip(columns, row, strict=True))) for row in before), batch_size=_CHUNK
                )
        except IntegrityError as error:
            raise SpellsChanged(
                "Some of the people were placed elsewhere for the same days since. Put them back one by one."
            ) from error


def without(*, actor: Actor, spells: Mapping[str, Any], person_ids: Collection[int]) -> dict[str, Any]:
    """
    Return what `end_in_units` returned without the rows of some people: what becomes of theirs, `put_back` leaves alone.

    How many ended stays. The caller has checked the right to change what is kept.
    """
    place = _PLACEMENT.index("person_id")
    return {
        table: {
            **kept,
            **{when: [row for row in kept[when] if row[place] not in person_ids] for when in ("before", "after")},
        }
        for table, kept in spells.items()
    }


def _end_and_go_on(
    placements: models.QuerySet[Any, Any], offices: models.QuerySet[Any, Any], on: date, move_to: int | None
) -> dict[str, Any]:
    going_on = Q(to_on=None) | Q(to_on__gt=on)
    replaced, wanted = _move(placements.filter(going_on), on, move_to) if move_to else ([], [])
    before, after = _end(placements.filter(going_on), _PLACEMENT, on)
    _delete(_placements(), [row[0] for row in replaced])
    made = _placements().bulk_create(
        (Placement(**dict(zip(_PLACEMENT[1:], row, strict=True))) for row in wanted), batch_size=_CHUNK
    )
    after += [(placement.pk, *row) for placement, row in zip(made, wanted, strict=True)]
    ended = _end(offices.filter(going_on), _OFFICE, on)
    return {
        "placements": {"ended": len(before), **_record([*before, *replaced], after)},
        "offices": {"ended": len(ended[0]), **_record(*ended)},
    }


def _hold(ids: Iterable[int]) -> None:
    """Let nobody change these people's spells before the transaction ends, as whoever changes one person's does."""
    wanted = sorted(ids)
    people = Person.objects.unscoped("the units are checked, and their people are held").select_for_update()
    for chunk in _chunks(wanted):
        list(people.filter(pk__in=chunk).order_by("pk").values_list("pk", flat=True))


def _placements() -> models.QuerySet[Any, Any]:
    return Placement.objects.unscoped("the units are checked, and their spells end whoever they are of")


def _offices() -> models.QuerySet[Any, Any]:
    return Office.objects.unscoped("the units are checked, and their spells end whoever they are of")


def _move(ending: models.QuerySet[Any, Any], on: date, move_to: int) -> tuple[list[Row], list[Row]]:
    """Return the rows of the new unit to replace, and the new ones without an id."""
    added: dict[int, list[tuple[Spell, bool]]] = {}
    for person_id, to_on, is_primary in ending.order_by("pk").values_list("person_id", "to_on", "is_primary"):
        added.setdefault(person_id, []).append((Spell(on, to_on), is_primary))
    there = _placements().filter(
        Q(to_on=None) | Q(to_on__gt=on), unit_id=move_to, person_id__in=ending.values("person_id")
    )
    replaced: list[Row] = []
    held: dict[int, list[tuple[Spell, bool]]] = {}
    for row in there.order_by("pk").values_list(*_PLACEMENT):
        person_id, spell = row[1], Spell(row[3], row[4])
        if any(spell.overlaps(new) for new, _ in added[person_id]):
            replaced.append(row)
            held.setdefault(person_id, []).append((spell, row[5]))
    wanted = [
        (person_id, move_to, spell.from_on, spell.to_on, is_primary)
        for person_id, spells in added.items()
        for spell, is_primary in union([*spells, *held.get(person_id, ())])
    ]
    return replaced, wanted


def _end(rows: models.QuerySet[Any, Any], columns: Sequence[str], on: date) -> tuple[list[Row], list[Row]]:
    """End the rows, and return them as they were and as they are."""
    before: list[Row] = list(rows.order_by("pk").values_list(*columns))
    rows.update(to_on=on)
    at = columns.index("to_on")
    return before, [(*row[:at], on, *row[at + 1 :]) for row in before]


def _delete(rows: models.QuerySet[Any, Any], ids: list[int]) -> None:
    for chunk in _chunks(ids):
        rows.filter(pk__in=chunk).delete()


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _record(before: list[Row], after: list[Row]) -> dict[str, list[list[Any]]]:
    def plain(rows: list[Row]) -> list[list[Any]]:
        return [[value.isoformat() if isinstance(value, date) else value for value in row] for row in rows]

    return {"before": plain(before), "after": plain(after)}


def _read(columns: Sequence[str], stored: list[list[Any]]) -> list[Row]:
    dates = {columns.index("from_on"), columns.index("to_on")}
    return [
        tuple(date.fromisoformat(value) if at in dates and value else value for at, value in enumerate(row))
        for row in stored
    ]


def _by_id(row: Row) -> int:
    return int(row[0])
