"""Reads an e-mail in a process of its own that may use little memory and time (docs/adr/0012)."""

import json
import subprocess
import sys
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from muster.core.limited import limit_process
from muster.core.mails import reading
from muster.core.mails.mail import Mail

MEMORY, SECONDS = 256 << 20, 5
# By the clock, on a machine that does other things.
PATIENCE_SECONDS = 60
UNREADABLE = "It could not be read: see the letter as it came"


def read_apart(raw: bytes, *, own: Collection[str] = ()) -> Mail:
    """
    Read a mail; whatever it does to its reader, the answer is one. A tenth of a second.

    :param raw: of which `reading.MOST_BYTES` are looked at
    :param own: addresses of ours
    """
    sent = json.dumps(list(own)).encode() + b"\n" + raw[: reading.MOST_BYTES + 1]
    command = [sys.executable, "-I", "-m", "muster.core.mails.apart", str(MEMORY), str(SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=sent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE_SECONDS
        )
        found = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        found = None
    if found is None:
        return Mail(doubts=(UNREADABLE,))
    facts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    return Mail(**facts)


def main() -> int:
    """Read what comes on standard input: a line with addresses of ours, then the mail; write what it says as JSON."""
    memory, seconds = sys.argv[1:]
    limit_process(int(memory), int(seconds))
    own = json.loads(sys.stdin.buffer.readline())
    print(json.dumps(asdict(reading.read(sys.stdin.buffer.read(), own=own))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
