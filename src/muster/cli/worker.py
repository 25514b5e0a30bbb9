"""`muster worker`: works on waiting jobs until it is told to stop, asks for the night's when night comes, and for letters."""

import argparse
import os
import socket
import threading
import time

from muster.cli import start

# How often to look whether the night has begun, and letters have come.
LOOK_EVERY = 300


def run(options: argparse.Namespace) -> int:
    """Put jobs of dead workers back in the queue, then work."""
    start.django()
    from django.core.management import call_command
    from django.utils import timezone

    from muster.workflows import jobs

    jobs.recover(now=timezone.now())
    threading.Thread(target=_watch, daemon=True).start()
    call_command("db_worker", worker_id=f"{socket.gethostname()[:40]}:{os.getpid()}", verbosity=0, interval=0.5)
    return 0


def _watch() -> None:
    """Ask for what is due, and for letters nobody works on, again and again; a database that is away for a while comes back."""
    from django.db import DatabaseError, connection

    from muster.mailings.tasks import ask_what_waits
    from muster.workflows import tasks

    while True:
        try:
            tasks.ask_what_is_due()
            ask_what_waits()
            tasks.ask_for_mail()
        except DatabaseError as error:
            print(f"What is due could not be asked for: {error}", flush=True)
        finally:
            connection.close()
        time.sleep(LOOK_EVERY)
