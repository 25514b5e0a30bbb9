"""`muster balance-sheet`."""

import argparse
import sys
from pathlib import Path

from muster.cli import start
from muster.cli.errors import CommandProblem


def run(options: argparse.Namespace) -> int:
    """Build the balance sheet with the rights of the system and write it in the format asked for."""
    start.organisation()
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.reports import balance_sheet
    from muster.reports.renderings.render import render
    from muster.units import queries as units
    from muster.workflows import extracts

    today = timezone.localdate()
    on = start.day(options.on, today)
    before = start.day(options.compare, today) if options.compare else None
    unit = None
    if options.unit is not None:
        unit = units.find_by_identifier(options.unit)
        if unit is None:
            raise CommandProblem(
                f"There is no unit “{options.unit}”. `muster export` writes the list of units with their ids."
            )
    actor, unit_id = system_actor("command", on=today), unit.pk if unit else None
    content = render(balance_sheet.build(actor, unit_id, on, compared_with=before, contacts=True), options.format)
    extracts.note_file(
        actor=actor,
        action="reports.sheet.exported",
        unit_id=unit_id,
        count=1,
        kind=options.format,
        now=timezone.now(),
        on=on.isoformat(),
    )
    _write(content, options.output, is_text=options.format != "pdf")
    return 0


def _write(content: bytes, output: str | None, *, is_text: bool) -> None:
    if output is None and not is_text and sys.stdout.isatty():
        raise CommandProblem("A PDF cannot be shown on the screen. Add --output FILE.pdf")
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        raise CommandProblem(f"Cannot write {output}: {error.strerror}.") from error
