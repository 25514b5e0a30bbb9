"""`muster reset-second-factor`."""

import argparse

from muster.cli import start
from muster.cli.errors import CommandProblem


def run(options: argparse.Namespace) -> int:
    """Take the second factors of one account; 1 where it has none."""
    start.organisation()
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.access.services import second_factors
    from muster.accounts import queries as accounts

    user = accounts.find_by_email(options.email)
    if user is None:
        raise CommandProblem(f"There is no account for {options.email}.")
    actor = system_actor("command", on=timezone.localdate())
    if not second_factors.reset_second_factor(actor=actor, user_id=user.pk, now=timezone.now()):
        print(f"{user.email} has no second factor. The password is enough to sign in.")
        return 1
    print(
        f"{user.email} is signed out everywhere and can sign in with the password alone. A letter tells the owner so."
    )
    return 0
