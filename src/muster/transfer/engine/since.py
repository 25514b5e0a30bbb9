"""What happened since an import to the rows it touched: who must be asked before it is taken back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone

from muster.access import queries as access
from muster.access.actor import Actor
from muster.audit.calc.words import called
from muster.core.dates import moment_words
from muster.people.calc.merging import name_in
from muster.transfer.engine import dialect as dialects
from muster.transfer.engine.contact_kinds import CONTACTS
from muster.transfer.engine.context import PERMISSION
from muster.transfer.engine.record import fingerprint
from muster.transfer.engine.tables import BY_HAND, DERIVED, primary_key
from muster.transfer.engine.unit_kinds import UNIT_ROWS

PEOPLE, UNITS, INQUIRIES, GOALS = "people_person", "units_unit", "contacts_inquiry", "planning_goal"
# Where a row hangs on something else, that is what is kept or taken back as a whole.
OWNERS = {
    "people_personprivate": (PEOPLE, "person_id"),
    "people_personexternalid": (PEOPLE, "person_id"),
    "people_standing": (PEOPLE, "person_id"),
    "people_placement": (PEOPLE, "person_id"),
    "people_qualification": (PEOPLE, "person_id"),
    "people_office": (PEOPLE, "person_id"),
    "units_unitexternalid": (UNITS, "unit_id"),
    "contacts_inquiryexternalid": (INQUIRIES, "inquiry_id"),
    **{rows.table: (UNITS, "unit_id") for rows in UNIT_ROWS.values() if rows.table != GOALS},
    **{contact.table: (PEOPLE, "person_id") for contact in CONTACTS.values()},
}
_DERIVED = {"people_duplicatepair", "transfer_change"}


@dataclass
class Since:
    """
    What stands in the way of taking an import back.

    :ivar kept: table → ids of people, units, inquiries and goals that were worked on since
    :ivar elsewhere: table → ids of those of them that the actor reaches no more; nothing more is said of them
    :ivar gone: how many rows of the import were removed since
    """

    batch_id: int
    kept: dict[str, set[int]] = field(
        default_factory=lambda: {PEOPLE: set(), UNITS: set(), INQUIRIES: set(), GOALS: set()}
    )
    elsewhere: dict[str, set[int]] = field(default_factory=dict)
    gone: int = 0

    def __bool__(self) -> bool:
        return self.gone > 0 or any(self.kept.values())


def look(actor: Actor, batch_id: int, tables: Sequence[str]) -> Since:
    """
    Compare every row the import touched with what it left, and find what points at its new rows from outside.

    What has gone to another part of the organisation since stays as it is there.
    """
    dialects.current().prepare()
    since = Since(batch_id)
    if not actor.has_whole(PERMISSION):
        _keep_elsewhere(since, actor, tables)
    for table in tables:
        for key in _edited(batch_id, table):
            _keep(since, table, key)
    ranges = {table: created_ranges(batch_id, table) for table in since.kept}
    for table, found in ranges.items():
        for key in _pointed_at(batch_id, table, found):
            since.kept[table].add(key)
    for contact in CONTACTS.values():
        # An inquiry that was taken up since hangs on a case, a welcome on an application.
        for key in _pointed_at(batch_id, contact.table, created_ranges(batch_id, contact.table)):
            _keep(since, contact.table, key)
    _keep_what_is_needed(since)
    if not actor.has_whole(PERMISSION):
        # Who is needed for something that is kept may be elsewhere too, though the import did not touch them.
        for table, keys in since.kept.items():
            since.elsewhere[table] = keys - _reached(actor, table) if keys else set()
    return since


def _keep_elsewhere(since: Since, actor: Actor, tables: Iterable[str]) -> None:
    """Keep what the import touched and the actor would not reach if they imported it now."""
    touched: dict[str, set[int]] = {}
    for table in tables:
        owner = OWNERS.get(table, (table, ""))[0]
        if owner in since.kept:
            query = (
                f"SELECT DISTINCT m.{_owner_column(table)} FROM {table} m JOIN transfer_change c"
                f' ON c.batch_id = %s AND c."table" = %s AND m.{primary_key(table)} BETWEEN c.row_id AND c.last_id'
            )
            touched.setdefault(owner, set()).update(key for (key,) in _rows(query, [since.batch_id, table]))
    for owner, keys in touched.items():
        since.elsewhere[owner] = keys - _reached(actor, owner) if keys else set()
        since.kept[owner] |= since.elsewhere[owner]


def _reached(actor: Actor, table: str) -> frozenset[int]:
    if table == UNITS:
        return access.unit_ids(actor, PERMISSION)
    rows = apps.get_model(_LABELS[table][1])._default_manager
    return frozenset(rows.visible_to(actor, PERMISSION).values_list("pk", flat=True))


def created_ranges(batch_id: int, table: str) -> list[tuple[int, int]]:
    """
    Return the ids of new rows as ranges, first and last, in order.

    The numbers between the first and the last new row of a table were kept free for this import, so they are one range;
    the private part goes by the numbers of people, some of whom were there before.
    """
    blocks: list[tuple[int, int]] = _rows(
        'SELECT row_id, last_id FROM transfer_change WHERE batch_id = %s AND "table" = %s AND "before" IS NULL ORDER BY row_id',
        [batch_id, table],
    )
    if not blocks:
        return []
    if table != "people_personprivate":
        return [(blocks[0][0], max(last for _, last in blocks))]
    people = created_ranges(batch_id, PEOPLE)
    return people + [block for block in blocks if not any(first <= block[0] <= last for first, last in people)]


def changed_inquiries(batch_id: int) -> list[int]:
    """Return the ids of the inquiries that were there before the import and that it changed; one query."""
    found = _rows(
        'SELECT row_id FROM transfer_change WHERE batch_id = %s AND "table" = %s AND "before" IS NOT NULL ORDER BY row_id',
        [batch_id, INQUIRIES],
    )
    return [pk for (pk,) in found]


def _edited(batch_id: int, table: str) -> Iterator[int]:
    key = primary_key(table)
    hashed = f"m.{key} || ':' || {fingerprint(table)}"
    listed = f"(SELECT string_agg({hashed}, ';' ORDER BY m.{key}) FROM {table} m WHERE m.{key} BETWEEN c.row_id AND c.last_id)"
    blocks = _rows(
        'SELECT c.row_id, c.last_id, c."after" FROM transfer_change c WHERE c.batch_id = %s AND c."table" = %s'
        f" AND c.\"after\" <> COALESCE({listed}, '')",
        [batch_id, table],
    )
    for first, last, after in blocks:
        stands = _rows(f"SELECT {hashed} FROM {table} m WHERE m.{key} BETWEEN %s AND %s", [first, last])
        for text in set(after.split(";")) - {text for (text,) in stands}:
            yield int(text.partition(":")[0])


def _keep(since: Since, table: str, key: int) -> None:
    found = _rows(f"SELECT {_owner_column(table)} FROM {table} WHERE {primary_key(table)} = %s", [key])
    if found:
        since.kept[OWNERS.get(table, (table, ""))[0]].add(found[0][0])
    else:
        since.gone += 1


def _owner_column(table: str) -> str:
    return OWNERS[table][1] if table in OWNERS else primary_key(table)


def _pointed_at(batch_id: int, table: str, ranges: list[tuple[int, int]]) -> Iterator[int]:
    """Yield new rows that rows from outside the import point at."""
    for other, column in _references(table):
        own = created_ranges(batch_id, other) if other in OWNERS or other in (PEOPLE, UNITS, INQUIRIES, GOALS) else []
        outside = "".join(f" AND m.{primary_key(other)} NOT BETWEEN {first} AND {last}" for first, last in own)
        if column in DERIVED.get(other, ()):
            outside += f" AND m.{BY_HAND}"
        # A row that the import changed to point here is put back.
        outside += (
            f" AND NOT EXISTS (SELECT 1 FROM transfer_change c WHERE c.batch_id = {int(batch_id)}"
            f' AND c."table" = \'{other}\' AND c.row_id = m.{primary_key(other)} AND c."before" IS NOT NULL)'
        )
        for first, last in ranges:
            query = f"SELECT DISTINCT m.{column} FROM {other} m WHERE m.{column} BETWEEN %s AND %s{outside}"
            yield from (key for (key,) in _rows(query, [first, last]))


def _references(table: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for model in apps.get_models(include_auto_created=True):
        for fact in model._meta.concrete_fields:
            remote = fact.remote_field and fact.remote_field.model
            if remote and remote._meta.db_table == table and model._meta.db_table not in _DERIVED:
                found.append((model._meta.db_table, str(fact.column)))
    return found


def _keep_what_is_needed(since: Since) -> None:
    """
    Keep the inquiries that kept ones name as the first, the people of kept inquiries, and the units of everything that is
    kept, with those above them.
    """
    if since.kept[INQUIRIES]:
        firsts = " UNION ".join(
            f"SELECT {column} FROM {INQUIRIES} WHERE {column} IS NOT NULL AND id IN ({listed(since.kept[INQUIRIES])})"
            for column in ("part_of_id", "repeats_id")
        )
        since.kept[INQUIRIES] |= _new(since, INQUIRIES, {key for (key,) in _rows(firsts, [])})
        query = (
            f"SELECT person_id FROM {INQUIRIES} WHERE person_id IS NOT NULL AND id IN ({listed(since.kept[INQUIRIES])})"
        )
        since.kept[PEOPLE] |= {key for (key,) in _rows(query, [])}
    for table, column in (
        ("people_placement", PEOPLE),
        ("people_office", PEOPLE),
        (GOALS, GOALS),
        (INQUIRIES, INQUIRIES),
    ):
        owner = "person_id" if column == PEOPLE else "id"
        if since.kept[column]:
            query = f"SELECT DISTINCT unit_id FROM {table} WHERE {owner} IN ({listed(since.kept[column])})"
            query += f" AND {BY_HAND}" if table in DERIVED else ""
            since.kept[UNITS] |= _new(since, UNITS, {key for (key,) in _rows(query, [])})
    more = set(since.kept[UNITS])
    while more:
        query = f"SELECT DISTINCT parent_id FROM {UNITS} WHERE parent_id IS NOT NULL AND id IN ({listed(more)})"
        more = _new(since, UNITS, {key for (key,) in _rows(query, [])}) - since.kept[UNITS]
        since.kept[UNITS] |= more


def _new(since: Since, table: str, keys: set[int]) -> set[int]:
    """Return those of some rows that the import made."""
    ranges = created_ranges(since.batch_id, table)
    return {pk for pk in keys if any(first <= pk <= last for first, last in ranges)}


@dataclass(frozen=True)
class Blocker:
    """Something that was worked on since: what, and by whom, when that is known."""

    kind: str
    id: int
    name: str
    action: str = ""
    by: str = ""
    at: datetime | None = None

    def __str__(self) -> str:
        told = f" ({called(self.by)}, {moment_words(timezone.localtime(self.at))})" if self.at else ""
        return f"{self.name}{told}"


_LABELS = {
    PEOPLE: ("person", "people.Person", "given_name || ' ' || family_name"),
    UNITS: ("unit", "units.Unit", "name"),
    INQUIRIES: ("inquiry", "contacts.Inquiry", "name"),
    GOALS: ("goal", "planning.Goal", "measure"),
}


def blockers(actor: Actor, since: Since, published_at: datetime, *, most: int = 50) -> list[Blocker]:
    """
    Name what was worked on since, with who did the latest recorded change; two queries per row, for at most `most`.

    What is elsewhere now is left out, and so is who sent an inquiry on where the actor has no say.
    """
    found: list[Blocker] = []
    for table, kept in since.kept.items():
        keys = kept - since.elsewhere.get(table, set())
        kind, target, label = _LABELS[table]
        for key in sorted(keys)[: most - len(found)]:
            name = _rows(f"SELECT {label} FROM {table} WHERE id = %s", [key])[0][0]
            entries = _rows(
                "SELECT unit_id, action, actor_label, happened_at FROM audit_entry WHERE target = %s AND happened_at >= %s"
                " ORDER BY happened_at DESC, id DESC LIMIT 1",
                [f"{target}:{key}", connection.ops.adapt_datetimefield_value(published_at)],
            )
            where, action, by, at = entries[0] if entries else (None, "", "", None)
            if table == INQUIRIES and not actor.may(PERMISSION, unit_id=where or 0):
                action, by, at = "", "", None
            found.append(Blocker(kind, key, str(name).strip() or f"{kind} {key}", action, by, _moment(at)))
    return found


_MERGED = (
    "SELECT g.id, {of_this} AS dropped_here FROM people_merge g WHERE g.merged_at >= %s AND ({of_this} OR {kept_of_this})"
    " ORDER BY g.id LIMIT %s"
)
_TOUCHED = (
    "EXISTS (SELECT 1 FROM transfer_change c WHERE c.batch_id = {batch} AND c.\"table\" = 'people_person'"
    " AND {column} BETWEEN c.row_id AND c.last_id)"
)


def merges(actor: Actor, batch_id: int, published_at: datetime, *, most: int = 10) -> list[Blocker]:
    """
    Name the people of an import whose records were merged since, as far as the actor reaches them; two queries.

    Each by the name the import knows: that of the record it made or changed.
    """
    dropped, kept = (_TOUCHED.format(batch=int(batch_id), column=f"g.{name}_id") for name in ("dropped", "kept"))
    since = connection.ops.adapt_datetimefield_value(published_at)
    found = dict(_rows(_MERGED.format(of_this=dropped, kept_of_this=kept), [since, most]))
    merge_model = apps.get_model("people.Merge")
    rows = merge_model.objects.filter(pk__in=found).select_related("kept", "merged_by").order_by("pk")
    if not actor.has_whole(PERMISSION):
        rows = rows.filter(kept__in=apps.get_model("people.Person").objects.visible_to(actor, PERMISSION))
    return [
        Blocker(
            "merge",
            merge.pk,
            _dropped_name(merge) if found[merge.pk] else str(merge.kept),
            "people.persons.merged",
            merge.merged_by.trace_label if merge.merged_by else "a job",
            merge.merged_at,
        )
        for merge in rows
    ]


def _dropped_name(merge: Any) -> str:
    rows = [row for row in merge.before.get("person", ()) if row["id"] == merge.dropped_id]
    return (name_in(rows[0]) if rows else "") or str(merge.dropped_ref)


def _moment(value: object) -> datetime | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    # SQLite keeps no zone: it is UTC.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) if isinstance(moment, datetime) else None


def listed(keys: Iterable[int]) -> str:
    """Return ids as the inside of an SQL list."""
    return ", ".join(str(int(key)) for key in sorted(keys)) or "NULL"


def _rows(query: str, parameters: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
