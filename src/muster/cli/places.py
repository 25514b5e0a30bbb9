"""`muster places`: post codes and cities of other countries out of a file, and what that changes."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.cli import moving, start
from muster.cli.errors import CommandProblem

if TYPE_CHECKING:
    # They need Django, which is loaded by the command.
    from muster.core.places.packed import Differences
    from muster.units.imports.places import ReadPlaces
    from muster.workflows.places import Change

DONE, DONE_IN_PART, NOTHING_DONE = 0, 1, 2
SHOWN = 20


def run(options: argparse.Namespace) -> int:
    """Show what the places of a file would change, ask, and store them."""
    start.organisation()
    from django.conf import settings
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.core.errors import DomainError
    from muster.core.sheets.problems import SheetError
    from muster.workflows import places

    now = timezone.now()
    actor = system_actor("places", on=timezone.localdate(now))
    paths = [Path(file).expanduser() for file in (options.file, options.cities) if file]
    try:
        read = places.read_files(actor, paths, country=options.country, scratch=Path(settings.HOME) / "work")
        change_id = places.propose(actor=actor, name=paths[0].name, read=read, now=now)
    except (SheetError, DomainError) as error:
        raise CommandProblem(str(error)) from error
    change = places.change(actor, change_id, now=now)
    if change is None:
        raise CommandProblem("Somebody has done away with this change meanwhile. Start again.")
    as_json, stored = options.format == "json", False
    if not as_json:
        print("\n".join(_lines(change, read)))
    if not options.dry_run and (options.yes or moving.asked("places", as_json=as_json)):
        places.store(actor=actor, change_id=change_id, now=now)
        stored = True
    else:
        places.drop(actor=actor, change_id=change_id)
    if as_json:
        json.dump(_document(change, read, stored=stored), sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        print("Stored." if stored else "Nothing was stored.")
    if not stored and not options.dry_run:
        return NOTHING_DONE
    return DONE_IN_PART if read.problem_count else DONE


def _document(change: Change, read: ReadPlaces, *, stored: bool) -> dict[str, Any]:
    moves = change.effects
    return {
        "schema": "muster.places/1",
        "stored": stored,
        "countries": [
            {
                "country": one.country,
                "postcodes": asdict(one.postcodes),
                "cities": asdict(one.cities),
                "people": one.people,
                "counties": one.has_counties,
            }
            for one in change.countries
        ],
        "rejected": [
            {"file": one.file, "row": one.row, "column": one.column, "value": one.value, "message": one.message}
            for one in read.problems
        ],
        "rejected_count": read.problem_count,
        "moved": dict(change.moved),
        "units": [
            {"unit": one.ref, "name": one.name, "gains": asdict(one.gains), "loses": asdict(one.loses)}
            for one in (moves.units if moves else ())
        ],
    }


def _lines(change: Change, read: ReadPlaces) -> list[str]:
    lines = [f"{change.name}:"]
    for one in change.countries:
        lines.append(f"  {one.name}: {_differences(one.postcodes, 'post code', 'post codes')}")
        lines.append(f"  {one.name}: {_differences(one.cities, 'city', 'cities')}, {one.people:,} people in them")
    if change.effects:
        lines += moving.moves(change.effects.moved, change.effects.units)
    lines += [str(problem) for problem in read.problems[:SHOWN]]
    more = read.problem_count - SHOWN
    return [*lines, *([f"… and {more:,} more rows that were left out."] if more > 0 else [])]


def _differences(count: Differences, one: str, many: str) -> str:
    return (
        f"{moving.counted(count.total, one, many)} ({count.new:,} new, {count.changed:,} changed, {count.gone:,} gone)"
    )
