"""`muster import`, `muster undo`, `muster export`."""

import argparse

from muster.cli import start
from muster.cli.errors import CommandProblem


def run(options: argparse.Namespace) -> int:
    """Hand the command to the same code the browser uses."""
    start.organisation()
    from muster.transfer import commands

    if options.command == "undo":
        return commands.run_undo(options.batch, keep_edited=options.keep_edited)
    if options.command == "export":
        return commands.run_export(options.folder, options.unit)
    return commands.run_import(
        options.path,
        dry_run=options.dry_run,
        yes=options.yes,
        mapping=_mapping(options.map),
        format=options.format,
        source=options.source,
    )


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals or not column or not field:
            raise CommandProblem(f"“--map {pair}” should read --map COLUMN=FIELD, for example --map Chapter=unit")
        mapping[column] = field
    return mapping
