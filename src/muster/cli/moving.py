"""What commands say that send people and inquiries to other units: whom they move, and whether they may."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The command line starts without Django.
    from muster.contacts.queries.plans import Count, Moves


def asked(what: str, *, as_json: bool) -> bool:
    """Ask whoever sits there whether to store `what`; say what to add where nobody does."""
    if as_json or not sys.stdin.isatty():
        print("Nothing was stored: add --yes to store it without being asked.", file=sys.stderr)
        return False
    return input(f"Store these {what}? [y/N] ").strip().lower() in ("y", "yes")


def moves(moved: Count, units: Sequence[Moves]) -> list[str]:
    """Return whom it moves, and a line for each unit that gains or loses."""
    lines = [
        f"This moves {counted(moved.people, 'person', 'people')} and {counted(moved.inquiries, 'inquiry', 'inquiries')}."
    ]
    if units:
        width = max(len(one.name) for one in units)
        lines.append(" " * (width + 2) + f"{'people':>16}{'inquiries':>16}")
        lines.append(" " * (width + 2) + f"{'gains':>8}{'loses':>8}" * 2)
        lines += [
            f"  {one.name:{width}}{one.gains.people:8,}{one.loses.people:8,}{one.gains.inquiries:8,}{one.loses.inquiries:8,}"
            for one in units
        ]
    return lines


def counted(number: int, one: str, many: str) -> str:
    """Return for example `1 city` or `2,000 cities`."""
    return f"{number:,} {one if number == 1 else many}"
