"""`muster fetch-mail`: letters of the mailbox become inquiries, now."""

import argparse

from muster.cli import start
from muster.cli.errors import CommandProblem

DONE, DONE_IN_PART = 0, 1


def run(options: argparse.Namespace) -> int:
    """Read the mailbox once, and say what came."""
    start.organisation()
    from django.utils import timezone

    from muster.core.errors import DomainError
    from muster.workflows import mailbox

    try:
        done = mailbox.fetch(now=timezone.now())
    except DomainError as error:
        raise CommandProblem(str(error)) from error
    print(done)
    return DONE_IN_PART if done.left else DONE
