"""The `muster` command: reads the command line, then starts the one module that does the work, and only that one."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

Definition = Callable[["argparse._SubParsersAction[argparse.ArgumentParser]"], None]


def _command(
    name: str, summary: str, example: str, module: str, *options: tuple[tuple[str, ...], dict[str, object]]
) -> Definition:
    def define(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        parser = commands.add_parser(
            name,
            help=summary,
            description=summary + ".",
            epilog=f"Example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for names, settings in options:
            parser.add_argument(*names, **settings)  # type: ignore[arg-type]
        parser.set_defaults(module=module)

    return define


def _option(*names: str, **settings: object) -> tuple[tuple[str, ...], dict[str, object]]:
    return names, settings


_SERVER = (
    _option("--host", default="127.0.0.1", help="address to listen on (default: this machine only)"),
    _option("--port", type=int, default=8000, help="port to listen on (default 8000; 0 takes a free one)"),
    _option("--threads", type=int, default=4, help="requests worked on at the same time (default 4)"),
)

COMMANDS: Sequence[Definition] = (
    _command(
        "init",
        "Set up an organisation and its first administrator",
        'muster init --name "Tenants United" --admin-email sam@example.org',
        "muster.cli.init",
        _option("--name", required=True, help="name of the organisation"),
        _option("--admin-email", required=True, metavar="EMAIL", help="whom the first sign-in belongs to"),
        _option(
            "--country", default="US", metavar="CODE", help="two letters, for rows that name no country (default US)"
        ),
    ),
    _command(
        "import",
        "Import an exchange folder, a .zip of one, or a single sheet; shows what would change and asks",
        "muster import members-2026.xlsx --map Chapter=unit --dry-run",
        "muster.cli.transfer",
        _option("path", metavar="PATH", help="folder, .zip, .csv, .xlsx, .xls or .ods"),
        _option("--dry-run", action="store_true", help="show what would change and change nothing"),
        _option("--yes", action="store_true", help="import without asking"),
        _option(
            "--map", action="append", default=[], metavar="COLUMN=FIELD", help="say what a column is (may be repeated)"
        ),
        _option("--source", default="", help="name of the system the identifiers come from"),
        _option("--format", choices=("text", "json"), default="text", help="how to answer (default text)"),
    ),
    _command(
        "undo",
        "Take a whole import back, for 30 days",
        "muster undo 12",
        "muster.cli.transfer",
        _option("batch", type=int, metavar="BATCH", help="number of the import, as `muster import` printed it"),
        _option("--keep-edited", action="store_true", help="leave rows as they are that somebody has changed since"),
    ),
    _command(
        "export",
        "Write the register as an exchange folder",
        "muster export backup-folder --unit B-1",
        "muster.cli.transfer",
        _option(
            "folder", metavar="FOLDER", help="where to write; made if it does not exist, refused if it is not empty"
        ),
        _option("--unit", default=None, metavar="ID", help="only this unit and what is below it"),
    ),
    _command(
        "claims",
        "Say which unit claims which post codes, counties, states or areas; shows what that moves and asks",
        "muster claims postcodes.csv --dry-run",
        "muster.cli.claims",
        _option(
            "file",
            metavar="FILE",
            help=".csv, .xlsx, .xls or .ods with unit and postcode, or prefix, county, region; and country; or .geojson",
        ),
        _option(
            "--replace", action="store_true", help="the file is all there is: take other claims away, but for areas"
        ),
        _option("--dry-run", action="store_true", help="show what would change and change nothing"),
        _option("--yes", action="store_true", help="store it without asking"),
        _option("--format", choices=("text", "json"), default="text", help="how to answer (default text)"),
    ),
    _command(
        "places",
        "Take in post codes and cities of other countries; shows what that moves and asks",
        "muster places DE.txt --cities cities500.txt --country DE --dry-run",
        "muster.cli.places",
        _option(
            "file",
            metavar="FILE",
            help="post codes as GeoNames publishes them (.txt or .zip), or .csv, .tsv, .xlsx, .xls or .ods with postcode, city, "
            "latitude and longitude, and perhaps region, county, population, country",
        ),
        _option(
            "--cities", default=None, metavar="FILE", help="cities with their inhabitants, as GeoNames publishes them"
        ),
        _option(
            "--country",
            default="",
            metavar="CODE",
            help="take this country alone (default: the one each row names, else the organisation's own)",
        ),
        _option("--dry-run", action="store_true", help="show what would change and change nothing"),
        _option("--yes", action="store_true", help="store it without asking"),
        _option("--format", choices=("text", "json"), default="text", help="how to answer (default text)"),
    ),
    _command(
        "balance-sheet",
        "Draw up the balance sheet of a unit on a date",
        "muster balance-sheet --unit R-2 --on 2026-06-30 --format markdown",
        "muster.cli.reports",
        _option(
            "--unit", default=None, metavar="ID", help="the sending system's id or our own (default: the organisation)"
        ),
        _option("--on", default=None, metavar="DATE", help="year-month-day (default: today)"),
        _option("--compare", default=None, metavar="DATE", help="an earlier date to compare with"),
        _option(
            "--format",
            choices=("text", "markdown", "csv", "json", "pdf"),
            default="text",
            help="how to write it (default text)",
        ),
        _option("--output", default=None, metavar="FILE", help="write here instead of to the screen"),
    ),
    _command(
        "backup",
        "Write database, uploads and settings into one file, while the site runs, and read it back",
        "muster backup /srv/backups --keep 14 --recipient age1… --drill",
        "muster.cli.backup",
        _option(
            "path",
            metavar="PATH",
            nargs="?",
            default=None,
            help="a folder, in which the file is named by the time, or a new file (default: backups in MUSTER_HOME)",
        ),
        _option(
            "--recipient",
            action="append",
            default=[],
            metavar="KEY",
            help="public key to seal it to, age1… or ssh-ed25519 … (may be repeated; default MUSTER_BACKUP_RECIPIENT)",
        ),
        _option("--keep", type=int, default=None, metavar="N", help="remove all but the newest N in the folder"),
        _option("--drill", action="store_true", help="then try it out, as `muster drill` does"),
        _option("--format", choices=("text", "json"), default="text", help="how to answer (default text)"),
    ),
    _command(
        "backup-key",
        "Make a pair of keys to seal backups with",
        "muster backup-key /media/stick/muster.key",
        "muster.cli.backup",
        _option("keyfile", metavar="KEYFILE", help="where to write the private key; kept off this machine"),
    ),
    _command(
        "restore",
        "Bring a backup back, into a MUSTER_HOME (and DATABASE_URL) that is empty",
        "MUSTER_HOME=/srv/muster muster restore muster-20261101T031500Z.tar.gz.age --identity /media/stick/muster.key",
        "muster.cli.restore",
        _option("file", metavar="FILE", help="what `muster backup` wrote"),
        _option("--identity", default=None, metavar="KEYFILE", help="file with the private key, for a sealed backup"),
    ),
    _command(
        "drill",
        "Try a backup out: restore it into scratch, start Muster on it, compare the counts",
        "muster drill --format json",
        "muster.cli.drill",
        _option("file", metavar="FILE", nargs="?", default=None, help="the backup (default: the newest)"),
        _option("--identity", default=None, metavar="KEYFILE", help="file with the private key, for a sealed backup"),
        _option("--format", choices=("text", "json"), default="text", help="how to answer (default text)"),
    ),
    _command(
        "audit",
        "Check that the audit trail is as it was written, write it out, or seal with a new key from now on",
        "muster audit verify --format json",
        "muster.cli.audit",
        _option("act", choices=("verify", "export", "new-key"), help="what to do"),
        _option("file", nargs="?", metavar="FILE", help="for export: where to write, one entry a line, as JSON"),
        _option("--format", choices=("text", "json"), default="text", help="how verify answers (default text)"),
    ),
    _command(
        "new-key",
        "Seal the private part of everybody with a new key from now on",
        "muster new-key",
        "muster.cli.keys",
    ),
    _command("serve", "Start the site and its worker", "muster serve --port 8080", "muster.cli.serve", *_SERVER),
    _command(
        "reset-second-factor",
        "Take a lost second factor from an account, so that its owner can set up a new one",
        "muster reset-second-factor sam@example.org",
        "muster.cli.accounts",
        _option("email", metavar="EMAIL", help="whom it belongs to"),
    ),
    _command(
        "fetch-mail",
        "Read the mailbox once; the worker does so every five minutes by itself",
        "muster fetch-mail",
        "muster.cli.mailbox",
    ),
    _command("worker", "Work on waiting jobs (`serve` starts one by itself)", "muster worker", "muster.cli.worker"),
    _command(
        "doctor", "Say what is wrong with this installation and how to mend it", "muster doctor", "muster.cli.doctor"
    ),
    _command(
        "demo", "Start a demo organisation to look around in", "muster demo --port 8001", "muster.cli.demo", *_SERVER
    ),
    _command(
        "demo-data",
        "Write a made-up organisation of any size as an exchange folder",
        "muster demo-data --people 100000 big-demo",
        "muster.cli.demo",
        _option("folder", metavar="FOLDER", help="where to write; made if it does not exist"),
        _option("--people", type=int, default=1500, help="how many people ever (default 1500)"),
        _option("--seed", type=int, default=1, help="the same number makes the same organisation (default 1)"),
        _option("--until", default=None, metavar="DATE", help="the day its history ends (default today)"),
    ),
)


def parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    whole = argparse.ArgumentParser(
        prog="muster",
        description="The working system of a member-run organisation.",
        epilog="Example:\n  muster balance-sheet --on 2026-06-30\n\n`muster COMMAND --help` explains each command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for define in COMMANDS:
        define(commands)
    commands.add_parser("manage", help="Run one of Django's own commands", add_help=False)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one command.

    :returns: 0 done, 1 done with something left out, 2 nothing done
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.config.settings")
    if arguments[:1] == ["manage"]:
        from django.core.management import execute_from_command_line

        from muster.access import rows

        rows.process_sees_everyone()
        execute_from_command_line(["muster manage", *arguments[1:]])
        return 0
    options = parser().parse_args(arguments)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    from muster.audit import origin
    from muster.cli.errors import CommandProblem

    try:
        with origin.at(origin.COMMAND, options.command):
            return int(import_module(options.module).run(options))
    except CommandProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
