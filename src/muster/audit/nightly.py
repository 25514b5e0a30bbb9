"""What is done for the trace every night."""

from datetime import datetime

from muster.audit import services
from muster.audit.verification import verify


class TraceBroken(Exception):
    """The trace is not as it was written; the message says where."""


def sign_and_check(now: datetime) -> str:
    """
    Seal what was left waiting, sign yesterday's head, and check the whole trace.

    :raises TraceBroken: it is not as it was written
    """
    services.seal_waiting()
    services.make_head(now=now)
    verdict = verify()
    if verdict.broken is not None:
        raise TraceBroken(f"{verdict.broken.says} `muster audit verify` says more.")
    heads = "1 daily head agrees" if verdict.heads == 1 else f"{verdict.heads:,} daily heads agree"
    return f"{verdict.count:,} entries are as they were written, {heads}."
