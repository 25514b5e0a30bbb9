"""`muster init`: from nothing to an organisation somebody can sign in to."""

import argparse
import secrets

from muster.cli import start
from muster.cli.errors import CommandProblem

# What PostgreSQL answers to a role that lacks a privilege.
_NOT_ALLOWED = ("permission denied", "must be owner")


def run(options: argparse.Namespace) -> int:
    """Make the database, the organisation and its first administrator; print the password once."""
    start.django()
    from django.utils import timezone

    from muster.core.errors import DomainError
    from muster.workflows import setup

    prepare_database()
    password = new_password()
    try:
        setup.found_organisation(
            name=options.name,
            admin_email=options.admin_email,
            admin_password=password,
            country=options.country,
            now=timezone.now(),
        )
    except DomainError as error:
        raise CommandProblem(str(error)) from error
    print(f"{options.name} is set up.")
    print(
        f"Sign in as {options.admin_email} with the password {password} (shown this once; change it after signing in)."
    )
    print("You will be asked to set up a second factor: an app with codes, or a passkey.")
    print("Next: muster import FOLDER_OR_SHEET, or muster serve")
    return 0


def prepare_database() -> None:
    """Bring the tables up to date, quietly, the cache table included; a backup brings nobody back who was erased since."""
    from django.core.management import call_command
    from django.db import DatabaseError
    from django.utils import timezone

    from muster.access.owner import as_owner
    from muster.workflows import erasure

    try:
        with as_owner():
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
    except DatabaseError as error:
        if not any(said in str(error) for said in _NOT_ALLOWED):
            raise
        raise CommandProblem(
            f"The tables cannot be made or changed by this role: {str(error).splitlines()[0]}. Name their owner in"
            " DATABASE_OWNER_URL: “Two roles” in docs/admin/README.md."
        ) from error
    erasure.replay(now=timezone.now())


def new_password() -> str:
    """Return four groups of five letters and digits: about 100 bits, easy to read aloud."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
