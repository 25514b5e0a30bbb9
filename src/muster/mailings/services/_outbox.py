"""
One letter of an outbox handed over, never twice by itself.

Each row is claimed by a change that only one worker makes. It is `sending`, stored, before the server is given the text, and
`sent`, stored, right after the server said yes. A worker that dies between the two leaves a letter of which nobody knows: it is
never sent again by itself, but shown, and somebody decides (docs/adr/0020).
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage

from muster.mailings.models import Outgoing, State
from muster.mailings.post import Answer, NotReached, Outcome, Post

_log = logging.getLogger("muster.mailings")
Clock = Callable[[], datetime]
# After each try that the server put off; then it is given up.
WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
TRIES = len(WAITS) + 1


def hand_over(row: Outgoing, rows: Any, message: EmailMessage, post: Post, clock: Clock) -> Answer | None:
    """
    Offer and give one letter to the server and store what became of it; None where another worker has it, or it was stopped.

    :param rows: all rows of the outbox, to be changed
    :raises NotReached: the server does not answer; nothing has changed
    """
    waits = rows.filter(pk=row.pk, state=State.QUEUED)
    answer = post.offer(message.from_email, message.to[0])
    if answer.outcome is not Outcome.TAKEN:
        _store(row, waits, answer, clock())
        return answer
    if not waits.update(state=State.SENDING, tries=row.tries + 1, changed_at=clock()):
        post.withdraw()
        return None
    answer = post.give(message)
    _store(row, rows.filter(pk=row.pk, state=State.SENDING), answer, clock())
    return answer


@contextmanager
def alone(row: Outgoing, rows: Any, post: Post, clock: Clock) -> Iterator[None]:
    """
    Keep what goes wrong with one letter from the others: it is given up, and they go on.

    One that the server may have been given stays `sending`, and is doubtful soon.

    :param rows: all rows of the outbox, to be changed
    :raises NotReached: that is the others' matter too
    """
    try:
        yield
    except NotReached:
        raise
    except Exception as error:  # whatever it is; its words may hold an address
        _log.warning("%s %d is given up: %s", type(row).__name__, row.pk, type(error).__name__)
        post.close()
        told = {"changed_at": clock(), "answer": "Something is wrong with it."}
        rows.filter(pk=row.pk, state=State.QUEUED).update(state=State.PARKED, **told)


def _store(row: Outgoing, rows: Any, answer: Answer, now: datetime) -> None:
    tries = row.tries + 1
    told = {"changed_at": now, "tries": tries, "answer": answer.words}
    if answer.outcome is Outcome.TAKEN:
        rows.update(state=State.SENT, **told)
    elif answer.outcome is Outcome.REFUSED:
        rows.update(state=State.REFUSED, **told)
    elif answer.outcome is Outcome.UNKNOWN:
        rows.update(state=State.DOUBTFUL, **told)
    elif tries >= TRIES:
        rows.update(state=State.PARKED, **told)
    else:
        rows.update(state=State.QUEUED, due_at=now + WAITS[tries - 1], **told)
