"""`muster demo` and `muster demo-data`: a made-up organisation."""

import argparse
import contextlib
import io
import os
import tempfile
from datetime import date
from pathlib import Path

from muster.cli.errors import CommandProblem

NAME = "Lantern League"
# What the four sign-ins may do, and where: role, unit kind (None: the whole organisation), what the page calls it.
SIGN_INS = (
    ("admin@example.org", "administrator", None, "Administrator, everything"),
    ("national@example.org", "national_officer", None, "National officer, the whole organisation"),
    ("organiser@example.org", "unit_organiser", "region", "Organiser of a region"),
    ("viewer@example.org", "unit_viewer", "branch", "Viewer of a branch"),
)
PASSWORD = "demo-demo-demo"  # noqa: S105  # made-up people on this machine only


def run(options: argparse.Namespace) -> int:
    """Write the demo folder, or set the demo organisation up and serve it."""
    if options.command == "demo-data":
        return _write_folder(options)
    os.environ.setdefault("MUSTER_HOME", "var/demo")
    os.environ.pop("DATABASE_URL", None)
    from muster.cli.serve import free_port, plain_http_on_this_machine, serve

    plain_http_on_this_machine(options.host)
    port = options.port or free_port(options.host)
    set_up()
    print(f"\n  Muster answers at http://{options.host}:{port}/ (Ctrl-C stops it)\n")
    for email, _, _, what in SIGN_INS:
        print(f"  {email:24} {PASSWORD}   {what}")
    print(
        "\n  The demo asks for a password only. A real organisation asks officers for a second factor too.\n",
        flush=True,
    )
    serve(options.host, port, options.threads)
    return 0


def set_up() -> None:
    """Make the demo organisation in MUSTER_HOME unless it is there; about ten seconds."""
    from muster.cli import init, start

    start.django()
    init.prepare_database()
    from django.utils import timezone

    from muster.transfer import commands
    from muster.transfer.demo.folder import write_folder
    from muster.units.calc import OFFERED
    from muster.units.queries import load_tree
    from muster.workflows import demo, setup

    if load_tree().root_id is not None:
        return
    print("Making the demo organisation …", flush=True)
    now = timezone.now()
    setup.found_organisation(
        name=NAME,
        admin_email=SIGN_INS[0][0],
        admin_password=PASSWORD,
        country="US",
        second_factor=OFFERED,
        now=now,
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo organisation"
        write_folder(folder, until=timezone.localdate())
        with contextlib.redirect_stdout(io.StringIO()):
            status = commands.run_import(str(folder), yes=True, quiet=True)
        if status != 0:
            raise CommandProblem("The demo organisation could not be imported.")
    made = setup.add_demo_accounts(SIGN_INS[1:], password=PASSWORD, now=now)
    # The national officer may change units.
    demo.open_form(user=made[0], now=now)
    # The organiser of the region first: the national officer takes what is left.
    for user in (made[1], made[0]):
        demo.follow_up_some(user=user, now=now)
    demo.note_meetings(user=made[0], now=now)


def _write_folder(options: argparse.Namespace) -> int:
    from muster.cli import start
    from muster.transfer.demo.folder import write_folder

    if options.people < 1:
        raise CommandProblem("--people must be 1 or more.")
    # The command line's own clock: nothing of Django is needed to write a folder.
    until = start.day(options.until, date.today())  # noqa: DTZ011
    try:
        summary = write_folder(Path(options.folder), people=options.people, seed=options.seed, until=until)
    except OSError as error:
        raise CommandProblem(f"Cannot write to {options.folder}: {error.strerror}.") from error
    print(f"{options.folder}: {summary}")
    return 0
