"""Two records side by side, who may make them one, and what was merged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from muster.access.actor import Actor
from muster.people.calc import merging as calc
from muster.people.calc.fields import CONTACT, OPEN, PRIVATE, Value, label_of
from muster.people.calc.spells import SpellRow
from muster.people.calc.unite import unite
from muster.people.models import CustomField, Merge, Person, PersonQuerySet, Placement
from muster.people.queries import _snapshot, record
from muster.people.queries._parts import SpellLine
from muster.people.queries.record import PersonRecord

UNDO_DAYS = 30


@dataclass(frozen=True, slots=True)
class FieldLine:
    """
    One field of two records.

    :ivar values: of the record that is kept and of the other, as text
    :ivar chosen: which of them counts unless somebody chooses
    """

    name: str
    label: str
    values: tuple[str, str]
    chosen: int
    differs: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Two records side by side, as far as the actor may see both.

    :ivar fields: those that differ first, of them those that both know; what neither says is left out
    :ivar spells: of the united person, the latest first
    :ivar hides: some fields are kept from the actor
    :ivar shows_contact, shows_private: phone and e-mail, the private part are among the fields
    :ivar births_differ: the birth dates are shown and speak against it
    :ivar seen: what the merge must be told, so that it merges what was looked at
    """

    kept: PersonRecord
    dropped: PersonRecord
    fields: list[FieldLine]
    tags: tuple[str, ...]
    spells: list[SpellLine]
    hides: bool
    shows_contact: bool
    shows_private: bool
    births_differ: bool
    seen: str


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A merge that can be taken back. `until`: the last moment; `dropped_name` and `ref`: of the record that is gone."""

    id: int
    kept_id: int
    kept_name: str
    dropped_name: str
    ref: str
    at: datetime
    by: str
    until: datetime


def mergeable(actor: Actor) -> PersonQuerySet:
    """
    Return the people whose records the actor may merge: `people.merge` is held in every unit they are placed in, now or later.

    In every one and not only in one: a merge lets those who see one record see the other, in all those units.
    """
    people = Person.objects.visible_to(actor, "people.merge", row_by_row=True)
    if actor.has_whole("people.merge"):
        return people
    placed = Placement.objects.unscoped("where else somebody is placed, whoever may see it")
    elsewhere = placed.filter(Q(to_on=None) | Q(to_on__gt=actor.on), person_id=OuterRef("pk"))
    return people.filter(~Exists(elsewhere.exclude(unit_id__in=actor.units_for("people.merge"))))


def may_merge(actor: Actor, person_ids: Collection[int]) -> bool:
    """Say whether the actor may merge the records of these people; one query."""
    return mergeable(actor).filter(pk__in=person_ids).count() == len(set(person_ids))


def shown_fields(actor: Actor, kept: PersonRecord, dropped: PersonRecord) -> frozenset[str]:
    """Return the fields whose values the actor may see of both; own fields count as `custom`."""
    both = {
        right: getattr(kept.rights, right) and getattr(dropped.rights, right)
        for right in ("contact", "private", "edit")
    }
    shown = {*OPEN, calc.ACCOUNT}
    shown |= set(CONTACT) if both["contact"] else set()
    shown |= set(PRIVATE) if both["private"] else set()
    return frozenset(shown | ({"custom"} if both["edit"] else set()))


def comparison(actor: Actor, kept_id: int, dropped_id: int) -> Comparison | None:
    """Return two records side by side, None where the actor may not see one of them; some thirty queries."""
    kept, dropped = (record.person_record(actor, pk) for pk in (kept_id, dropped_id))
    if kept is None or dropped is None:
        return None
    snapshots = [_snapshot.rows_about(pk) for pk in (kept_id, dropped_id)]
    known, other = (_snapshot.known_fields(snapshot) for snapshot in snapshots)
    shown = shown_fields(actor, kept, dropped)
    fields = _field_lines(known, other, shown)
    units = {line.row.unit_id: line.unit for line in (*kept.spells, *dropped.spells)}
    united = sorted(
        unite([line.row for line in kept.spells], [line.row for line in dropped.spells]),
        key=lambda row: row.from_on,
        reverse=True,
    )
    births = next((line.values for line in fields if line.name == "birth_date"), ("", ""))
    return Comparison(
        kept=kept,
        dropped=dropped,
        fields=fields,
        tags=tuple(sorted({*kept.tags, *dropped.tags})),
        spells=[_spell_line(row, units, actor.on) for row in united],
        hides=not shown >= {*CONTACT, *PRIVATE, "custom"},
        shows_contact=shown >= set(CONTACT),
        shows_private=shown >= set(PRIVATE),
        births_differ=calc.births_differ(*births),
        seen=_snapshot.digest(*snapshots),
    )


def merged_into(actor: Actor, dropped_id: int) -> int | None:
    """Return the person a record that is gone was merged into, None where there is none the actor may see; two queries."""
    kept = Merge.objects.filter(dropped_id=dropped_id).order_by("-pk").values_list("kept_id", flat=True)[:1]
    return (
        Person.objects.visible_to(actor).filter(pk__in=list(kept)).order_by("pk").values_list("pk", flat=True).first()
    )


def merges(
    actor: Actor, *, now: datetime, kept_id: int | None = None, before: int | None = None, size: int = 50
) -> list[MergeLine]:
    """
    Return the merges the actor may take back, latest first; one query.

    :param kept_id: only those into this person
    :param before: only those older than this merge, for the next page
    """
    found = Merge.objects.filter(merged_at__gt=now - timedelta(days=UNDO_DAYS)).exclude(before={})
    if not actor.has_whole("people.merge"):
        found = found.filter(Exists(mergeable(actor).filter(pk=OuterRef("kept_id"))))
    if kept_id is not None:
        found = found.filter(kept_id=kept_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_merge_line(merge) for merge in found.select_related("kept", "merged_by").order_by("-pk")[:size]]


def merged_refs(actor: Actor, person_id: int) -> list[str]:
    """Return the numbers of the records that were merged into a person; no rights are checked, one query."""
    merges = Merge.objects.filter(kept_id=person_id).order_by("pk")
    return list(merges.values_list("dropped_ref", flat=True))


def merged_ids(actor: Actor, person_id: int) -> list[int]:
    """Return the ids of the records that were merged into a person; no rights are checked, one query."""
    return list(Merge.objects.filter(kept_id=person_id).order_by("pk").values_list("dropped_id", flat=True))


def rows_before_merges(actor: Actor, person_id: int) -> dict[str, set[int]]:
    """Return table → ids of the rows that merges into a person touched or removed; no rights are checked, one query."""
    found: dict[str, set[int]] = {}
    for before in Merge.objects.filter(kept_id=person_id).order_by("pk").values_list("before", flat=True):
        for name, (model, _) in _snapshot.TABLES.items():
            key = model._meta.pk.attname
            found.setdefault(model._meta.db_table, set()).update(row[key] for row in before.get(name, ()))
    return found


def merge_of(actor: Actor, merge_id: int) -> Merge | None:
    """Return a merge into somebody whose record the actor may merge, else None; one query, whether it is there or not."""
    found = Merge.objects.filter(Exists(mergeable(actor).filter(pk=OuterRef("kept_id"))), pk=merge_id)
    return found.order_by("pk").first()


def _merge_line(merge: Merge) -> MergeLine:
    was = next(row for row in merge.before["person"] if row["id"] == merge.dropped_id)
    return MergeLine(
        id=merge.pk,
        kept_id=merge.kept_id,
        kept_name=str(merge.kept),
        dropped_name=calc.name_in(was),
        ref=merge.dropped_ref,
        at=merge.merged_at,
        by=str(merge.merged_by or ""),
        until=merge.merged_at + timedelta(days=UNDO_DAYS),
    )


def _field_lines(known: dict[str, Value], other: dict[str, Value], shown: frozenset[str]) -> list[FieldLine]:
    own = dict(CustomField.objects.values_list("key", "label"))
    differ = set(calc.differing(known, other))
    names = _names_of_accounts([str(known[calc.ACCOUNT]), str(other[calc.ACCOUNT])])
    lines = []
    for name in dict.fromkeys([*known, *other]):
        key = name.partition(":")[2]
        if (name not in shown and not (key in own and "custom" in shown)) or name in calc.JOINED:
            continue
        values = (known.get(name), other.get(name))
        told = tuple(names.get(value, "") if name == calc.ACCOUNT else calc.written(value) for value in values)
        label = "Signs in as" if name == calc.ACCOUNT else own.get(key) or label_of(name)
        if any(told):
            lines.append(FieldLine(name, label, (told[0], told[1]), calc.preferred(*values), name in differ))
    # What speaks against each other first, then what only one of them knows.
    return sorted(lines, key=lambda line: (not line.differs, not all(line.values)))


def _names_of_accounts(ids: Collection[str]) -> dict[Value, str]:
    people = Person.objects.unscoped("the names of accounts of people the actor may see").filter(
        user_id__in=[int(pk) for pk in ids if pk]
    )
    # The address of an account is not shown: phone and e-mail need a right of their own.
    named = people.order_by("pk").values_list("user_id", "user__name")
    return {str(user_id): name or "an account" for user_id, name in named}


def _spell_line(row: SpellRow, units: dict[int | None, str], on: date) -> SpellLine:
    return SpellLine(row, units.get(row.unit_id, "") if row.unit_id else "", row.holds_on(on))
