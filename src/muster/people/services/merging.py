"""Two records of one person become one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.core.errors import DomainError
from muster.core.sheets.values.names import name_key
from muster.people.calc import merging as calc
from muster.people.calc.fields import PRIVATE, Value
from muster.people.calc.tags import BadTag, with_tags
from muster.people.calc.unite import unite
from muster.people.models import Merge, Person
from muster.people.queries import _snapshot, record
from muster.people.queries.merging import UNDO_DAYS, mergeable, shown_fields
from muster.people.services import _pairs
from muster.people.services import _spells as spells
from muster.people.services._both import identifiers_of, leave_trace, point_merges, row_of
from muster.people.services._private import forget_private, held_private, keep_private

# A value goes along with what it was made from.
_KEYS = {"email": "email_key", "phone": "phone_e164"}
_NAMES = ("given_name", "family_name", "preferred_name")


class SameRecord(DomainError):
    """A record cannot be merged with itself."""


class ChangedSinceShown(DomainError):
    """One of the records is no longer what was looked at; nothing was merged."""


class NameMissing(DomainError):
    """Nobody can be found again without a name."""


def lock_both(*, actor: Actor, kept_id: int, dropped_id: int) -> tuple[Person, Person]:
    """
    Return two people, held until the transaction ends; one query.

    :raises SameRecord: they are one already
    :raises NotAllowed: the actor may not merge in every unit that either is placed in
    """
    if kept_id == dropped_id:
        raise SameRecord("This is one record already. Choose another one.")
    found = mergeable(actor).select_for_update().filter(pk__in=(kept_id, dropped_id))
    people = {person.pk: person for person in found.order_by("pk")}
    if len(people) != 2:
        raise NotAllowed("You may not do this here.")
    return people[kept_id], people[dropped_id]


@transaction.atomic
def merge_records(
    *,
    actor: Actor,
    kept_id: int,
    dropped_id: int,
    chosen: Mapping[str, int],
    seen: str,
    elsewhere: Mapping[str, Any],
    now: datetime,
) -> int:
    """
    Make two records one, and return the id of the merge, which `parting.part_records` takes back for `UNDO_DAYS`.

    Spells are united, tags and numbers in other systems are those of both. Of each field the chosen value counts; the
    other goes into the notes of the private part, and so do both notes. Fields the actor may not see are settled by
    `calc.merging.preferred`. What points at the record that goes now points at the one that is kept.

    :param chosen: field → 0 for the value of the record that is kept, 1 for the other's
    :param seen: `Comparison.seen` of what the actor looked at
    :param elsewhere: what other domains have moved; only they read it
    :raises NotAllowed: see `lock_both`; or a choice about a field the actor may not see
    :raises ChangedSinceShown: one of the records was changed since
    :raises BadTag, NameMissing: too many tags together; no name was chosen
    """
    kept, dropped = lock_both(actor=actor, kept_id=kept_id, dropped_id=dropped_id)
    before = [_snapshot.rows_about(person.pk) for person in (kept, dropped)]
    if _snapshot.digest(*before) != seen:
        raise ChangedSinceShown("One of the records was changed since you opened this page. Look again, then merge.")
    _require_shown(actor, kept, dropped, chosen)
    rows, others = spells.rows_of(kept.pk), spells.rows_of(dropped.pk)
    after = unite(rows, others)
    known, other = (_snapshot.known_fields(snapshot) for snapshot in before)
    changed, left = calc.united(known, other, chosen)
    columns = _columns(kept, dropped, changed)
    spells.write(actor, dropped.pk, others, [])
    spells.write(actor, kept.pk, rows, after)
    _unite_private(kept, dropped, changed, left, calc.reasons_left(others, after), actor)
    identifiers_of(dropped).update(person_id=kept.pk)
    stored: dict[str, Any] = {name: [*before[0][name], *before[1][name]] for name in _snapshot.TABLES}
    stored |= {"pairs": _pairs.rewire(kept.pk, dropped.pk), "merges": point_merges(dropped.pk, kept.pk)}
    _remove(dropped)
    row_of(kept).update(**columns)
    merge = Merge.objects.create(
        kept=kept,
        dropped_id=dropped_id,
        dropped_ref=dropped.ref,
        before=stored | {"elsewhere": dict(elsewhere)},
        after=_snapshot.rows_about(kept.pk),
        merged_at=now,
        merged_by_id=actor.user_id,
    )
    told = {
        "dropped": dropped_id,
        "ref": dropped.ref,
        "fields": sorted(changed),
        "account_left": left.get(calc.ACCOUNT),
    }
    leave_trace(actor, "people.persons.merged", kept, now, merge=merge.pk, **told)
    return merge.pk


def forget_old_merges(*, now: datetime) -> int:
    """
    Forget the rows of merges that can no longer be taken back, and return how many merges that were.

    Which record became which stays: old addresses and numbers lead to the person.
    """
    late = Merge.objects.filter(merged_at__lt=now - timedelta(days=UNDO_DAYS)).exclude(before={})
    return late.update(before={}, after={})


def _require_shown(actor: Actor, kept: Person, dropped: Person, chosen: Mapping[str, int]) -> None:
    if not chosen:
        return
    one, other = (record.person_record(actor, person.pk) for person in (kept, dropped))
    shown = shown_fields(actor, one, other) if one and other else frozenset()
    if any(name.partition(":")[0] not in shown for name in chosen):
        raise NotAllowed("You may not do this here.")


def _columns(kept: Person, dropped: Person, changed: Mapping[str, Value]) -> dict[str, Any]:
    """Return what to write into the row of the record that is kept."""
    tags = with_tags(kept.tags, add=dropped.tags.split(";") if dropped.tags else ())
    if len(tags) > 2000:
        raise BadTag("Together they have too many tags. Take some off first.", field="tag")
    columns: dict[str, Any] = {
        "version": kept.version + 1,
        "tags": tags,
        "created_at": min(kept.created_at, dropped.created_at),
    }
    for name in changed.keys() & {field.name for field in Person._meta.concrete_fields}:
        columns[name] = getattr(dropped, name)
        if name in _KEYS:
            columns[_KEYS[name]] = getattr(dropped, _KEYS[name])
    names = {name: columns.get(name, getattr(kept, name)) for name in _NAMES}
    if not any(names.values()):
        raise NameMissing("Choose a name: one of the two at least has one.", field="given_name")
    if changed.keys() & set(_NAMES):
        columns["name_key"] = name_key(names["given_name"] or names["preferred_name"], names["family_name"])
    if calc.ACCOUNT in changed:
        columns["user_id"] = dropped.user_id
    own = {key: dropped.custom.get(key, "") for key in dropped.custom.keys() | kept.custom.keys()}
    taken = {key: value for key, value in own.items() if f"custom:{key}" in changed}
    if taken:
        columns["custom"] = {key: value for key, value in (kept.custom | taken).items() if value != ""}
    return columns


def _unite_private(
    kept: Person,
    dropped: Person,
    changed: Mapping[str, Value],
    left: Mapping[str, Value],
    reasons: Mapping[str, str],
    actor: Actor,
) -> None:
    one, other = held_private(kept.pk), held_private(dropped.pk)
    notes = calc.notes_of_both(one["notes"], other["notes"], left, reasons, ref=dropped.ref, on=actor.on)
    united = one | {name: other[name] for name in PRIVATE if name in changed} | {"notes": notes}
    if any(united.values()):
        keep_private(kept.pk, united)
    forget_private(dropped.pk)


def _remove(person: Person) -> None:
    # One row and no more: where something we did not think of still points at it, the database refuses.
    people = row_of(person)
    people._raw_delete(people.db)
