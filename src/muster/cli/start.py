"""Getting Django and the database ready for a command."""

import os
import sys
from datetime import date

from muster.cli.errors import CommandProblem


def django() -> None:
    """
    Load Django and see that the database answers.

    :raises CommandProblem: the folder or the database cannot be used
    """
    import django as framework
    from django.core.exceptions import ImproperlyConfigured

    from muster.access import rows

    rows.process_sees_everyone()
    try:
        framework.setup()
    except (OSError, ImproperlyConfigured) as error:
        raise CommandProblem(
            f"Cannot start with MUSTER_HOME={os.environ.get('MUSTER_HOME', './var')}: {error}"
        ) from error


def has_organisation() -> bool:
    """Say whether there is an organisation here; needs tables that are up to date."""
    from muster.units.queries import load_tree

    return load_tree().root_id is not None


def organisation() -> None:
    """
    Load Django and see that there is an organisation to work on.

    :raises CommandProblem: `muster init` has not been run here, or an upgrade waits
    """
    django()
    from django.db import DatabaseError

    try:
        there = has_organisation()
    except DatabaseError as error:
        raise CommandProblem(_why(error)) from error
    if not there:
        raise CommandProblem("There is no organisation here yet. Begin with: muster init --name … --admin-email …")


def note_end(work: str, *, is_good: bool, **details: object) -> None:
    """Record how a backup or a drill ended; where that cannot be, say so and go on."""
    from django.db import DatabaseError
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.workflows import backups

    now = timezone.now()
    try:
        backups.record_end(
            actor=system_actor(work, on=timezone.localdate(now)), work=work, is_good=is_good, now=now, **details
        )
    except DatabaseError as error:
        print(f"How the {work} ended could not be recorded: {error}.", file=sys.stderr)


def _why(error: Exception) -> str:
    if "no such table" in str(error) or "does not exist" in str(error):
        return "There is no organisation here yet. Begin with: muster init --name … --admin-email …"
    return f"The database does not answer: {error}. `muster doctor` says more."


def day(text: str | None, default: date) -> date:
    """
    Read a date of the command line.

    :raises CommandProblem: it is not year-month-day
    """
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandProblem(f"“{text}” is not a date. Write it as year-month-day, for example 2026-06-30.") from error
