"""Files that leave: each is written down with its length before the first row does."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Model

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.reports.behind import lists
from muster.reports.behind.rows import Cell


def count_people_behind(*, actor: Actor, unit_id: int | None, on: date, figure: str) -> int:
    """
    Return how many people are on the list that `take_out_figure` hands over; 0 where it is one of units or cities.

    :raises NotAllowed, NoSuchDay, NoSuchFigure: as `take_out_figure`
    """
    actor.require("people.export", unit_id=unit_id)
    found = lists.list_behind(actor.where_may("people.export"), unit_id, on, figure, size=1)
    of_places = any(row.unit_id or row.figure for row in found.rows)
    return 0 if of_places else found.total


def take_out_figure(
    *, actor: Actor, unit_id: int | None, on: date, figure: str, kind: str, now: datetime
) -> Iterator[tuple[Cell, ...]]:
    """
    Return heads and rows of the list behind a figure, only of people whom the actor may take out.

    :param figure: a key of `reports.behind.lists`
    :param kind: of file, for the trace
    :raises NotAllowed: the actor may not take lists of that unit out
    :raises NoSuchDay, NoSuchFigure: as `list_behind`
    """
    actor.require("people.export", unit_id=unit_id)
    taker = actor.where_may("people.export")
    count = lists.list_behind(taker, unit_id, on, figure, size=1).total
    note_file(
        actor=actor,
        action="reports.list.exported",
        unit_id=unit_id,
        count=count,
        kind=kind,
        now=now,
        # What stands behind the colon may be a city or an id: the trace needs no more than the name.
        figure=figure.partition(":")[0],
        on=on.isoformat(),
    )
    return lists.every_row(taker, unit_id, on, figure)


def note_file(
    *,
    actor: Actor,
    action: str,
    unit_id: int | None,
    count: int,
    kind: str,
    now: datetime,
    target: Model | None = None,
    **details: object,
) -> None:
    """
    Write down that a file left; whoever calls has checked that it may.

    :param action: `domain.thing.exported`
    :param count: rows in it, 1 for a document
    :param kind: of file: csv, pdf …
    :param details: as `audit.record`
    """
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=target,
        unit_id=unit_id,
        count=count,
        now=now,
        kind=kind,
        **details,
    )
