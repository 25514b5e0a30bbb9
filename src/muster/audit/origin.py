"""Where something is being asked for: a page, a command, a job. Set at the edge, read when an entry is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PAGE, COMMAND, JOB = "page", "command", "job"
_current: ContextVar[tuple[str, str]] = ContextVar("origin", default=("", ""))


@contextmanager
def at(channel: str, address: str) -> Iterator[None]:
    """
    Say where everything inside comes from.

    :param channel: `page`, `command` or `job`
    :param address: the page's path without what was asked of it, or the name of the command or job
    """
    before = _current.set((channel, address[:200]))
    try:
        yield
    finally:
        _current.reset(before)


def current() -> tuple[str, str]:
    """Return (channel, address), two empty texts where nobody said."""
    return _current.get()
