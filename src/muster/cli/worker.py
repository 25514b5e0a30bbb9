"""`muster worker`: works on waiting jobs until it is told to stop."""

import argparse
import os
import socket

from muster.cli import start


def run(options: argparse.Namespace) -> int:
    """Put jobs of dead workers back in the queue, then work."""
    start.django()
    from django.core.management import call_command
    from django.utils import timezone

    from muster.workflows import jobs

    jobs.recover(now=timezone.now())
    call_command("db_worker", worker_id=f"{socket.gethostname()[:40]}:{os.getpid()}", verbosity=0, interval=0.5)
    return 0
