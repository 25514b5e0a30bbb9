"""`muster claims`: which unit claims which post codes, and what that changes."""

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
    from muster.contacts.calc.claims import Rejected
    from muster.contacts.imports import Sheet
    from muster.contacts.queries.plans import Plan
    from muster.core.sheets.problems import SheetProblem

DONE, DONE_IN_PART, NOTHING_DONE = 0, 1, 2
SHOWN = 20


def run(options: argparse.Namespace) -> int:
    """Show what a list of claims would change, ask, and store it."""
    start.organisation()
    from django.conf import settings
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.contacts.imports import read_file
    from muster.contacts.services import claims
    from muster.core.sheets.problems import SheetError

    now = timezone.now()
    actor = system_actor("claims", on=timezone.localdate(now))
    path = Path(options.file).expanduser()
    try:
        sheet = read_file(path, scratch=Path(settings.HOME) / "work")
    except SheetError as error:
        raise CommandProblem(str(error)) from error
    plan = claims.preview_claims(actor=actor, rows=sheet.rows, replace=options.replace)
    as_json, stored = options.format == "json", False
    if not as_json:
        print("\n".join(_lines(path.name, sheet, plan)))
    if not options.dry_run and plan.claims and (options.yes or moving.asked("claims", as_json=as_json)):
        plan = claims.set_claims(actor=actor, rows=sheet.rows, name=path.name, replace=options.replace, now=now)
        stored = True
    if as_json:
        json.dump(_document(sheet, plan, stored=stored), sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        print("Stored." if stored else "Nothing was stored.")
    if not stored and not options.dry_run:
        return NOTHING_DONE
    return DONE_IN_PART if plan.unknown or plan.rejected or sheet.problems else DONE


def _document(sheet: Sheet, plan: Plan, *, stored: bool) -> dict[str, Any]:
    rejected = [
        {"row": one.row, "column": one.column, "value": one.value, "message": one.message}
        for one in _left_out(sheet, plan)
    ]
    return {
        "schema": "muster.claims/1",
        "stored": stored,
        "claims": len(plan.claims),
        "unknown_units": [{"unit": one.unit, "rows": list(one.rows)} for one in plan.unknown],
        "rejected": rejected,
        "moved": asdict(plan.moved),
        "units": [
            {"unit": one.ref, "name": one.name, "gains": asdict(one.gains), "loses": asdict(one.loses)}
            for one in plan.units
        ],
    }


def _lines(name: str, sheet: Sheet, plan: Plan) -> list[str]:
    lines = [f"{name}: {moving.counted(len(plan.claims), 'claim', 'claims')}."]
    lines += moving.moves(plan.moved, plan.units)
    lines += _some([f"There is no unit “{one.unit}”: {_rows(one.rows)}." for one in plan.unknown], "unknown units")
    said = [f"Row {one.row}, column {one.column}: {one.message}" for one in _left_out(sheet, plan)]
    return lines + _some(said, "rows that were left out")


def _left_out(sheet: Sheet, plan: Plan) -> list[SheetProblem | Rejected]:
    return [*sheet.problems, *plan.rejected]


def _rows(rows: tuple[int, ...]) -> str:
    named = ", ".join(map(str, rows[:5]))
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"row {named}" if len(rows) == 1 else f"rows {named}{more}"


def _some(lines: list[str], what: str) -> list[str]:
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"… and {more:,} more {what}."] if more > 0 else [])]
