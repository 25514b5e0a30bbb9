"""Everything one may take out, as an exchange folder."""

import os
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.utils import timezone

from muster.access import queries as access
from muster.access.actor import Actor
from muster.audit import services as audit
from muster.transfer.engine.exported import Export, Extent
from muster.transfer.engine.tables import COLUMNS, KINDS
from muster.transfer.engine.unit_kinds import UNIT_ROWS
from muster.units import queries as units

PERMISSION = "people.export"


def export_folder(*, actor: Actor, folder: Path, unit_id: int | None = None, now: datetime) -> dict[str, int]:
    """
    Write the files of the exchange folder, as far as the actor may take people out.

    Each file appears whole, in place of one of the same name. Rows stand in the order in which they came in.

    :param unit_id: only this unit, what is below it, and who is placed there today; None for all
    :returns: kind → rows
    :raises NotAllowed: the actor may not take out lists of that unit
    """
    actor.require(PERMISSION, unit_id=unit_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    counts = {}
    with Export(_extent(actor, unit_id, now), _custom_columns()).prepared() as export:
        for kind in KINDS:
            part = folder / f".{kind}.csv.part"
            part.touch(mode=0o600)
            counts[kind] = export.write(kind, part)
            os.replace(part, folder / f"{kind}.csv")
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="transfer.folder.exported",
        unit_id=unit_id,
        count=counts["people"],
        now=now,
        counts=counts,
    )
    return counts


def _extent(actor: Actor, unit_id: int | None, now: datetime) -> Extent:
    below = units.load_tree().below([unit_id]) if unit_id is not None else None

    def reach(permission: str) -> frozenset[int] | None:
        held = None if actor.has_whole(permission) else access.unit_ids(actor, permission)
        return below if held is None else held if below is None else held & below

    return Extent(
        day=timezone.localdate(now),
        people_in=reach(PERMISSION),
        contact_in=reach("people.contact"),
        private_in=reach("people.private"),
        units=reach("units.view"),
        contacts_in=reach("contacts.view"),
        units_with={rows.seen_with: reach(rows.seen_with) for rows in UNIT_ROWS.values()},
    )


def _custom_columns() -> list[tuple[str, str]]:
    taken = {column.name for column in COLUMNS["people"]}
    with connection.cursor() as cursor:
        cursor.execute('SELECT "key", label FROM people_customfield ORDER BY label, "key"')
        return [(key, label if label.lower() not in taken else key) for key, label in cursor.fetchall()]
