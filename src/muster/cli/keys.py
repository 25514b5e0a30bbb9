"""`muster new-key`: what is sealed in the database gets a new key."""

import argparse

from muster.cli import start

ACTOR = "system:command"


def run(options: argparse.Namespace) -> int:
    """Make a new key and seal everybody's private part with it."""
    start.organisation()
    from django.utils import timezone

    from muster.people import private_keys

    key_id, count = private_keys.change_key(actor_label=ACTOR, now=timezone.now())
    print(
        f"What lies sealed, {count:,} texts, is sealed with the key {key_id} from now on. The old key stays for"
        f" {private_keys.KEPT_FOR.days} days, for imports and merges that may be taken back. Put a copy of the keys folder"
        " where the backup is not."
    )
    return 0
