"""What a running import says of itself, and how it is told to stop."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError

from muster.core.errors import DomainError
from muster.transfer.models import Batch

_SECONDS_BETWEEN = 0.5
Listener = Callable[[str, int, int], None]


class ImportCancelled(DomainError):
    """Somebody asked the import to stop."""

    def __init__(self) -> None:
        super().__init__("The import was cancelled. Nothing was stored.")


class Progress:
    """Writes true progress to the batch, at most twice a second, each time in a short transaction of its own."""

    def __init__(self, batch: Batch, now: datetime, listener: Listener | None = None) -> None:
        """:param listener: is told (what is being done, rows done, rows in all) as well"""
        self._batch_id = batch.pk
        self._now = now
        self._listener = listener
        self._begun = time.monotonic()
        self._written = 0.0

    def tick(self, phase: str, done: int, total: int) -> None:
        """
        Say how far it is.

        :raises ImportCancelled: it is to stop
        """
        if self._listener is not None:
            self._listener(phase, done, total)
        elapsed = time.monotonic() - self._begun
        if self._written and elapsed - self._written < _SECONDS_BETWEEN and done < total:
            return
        self._written = elapsed
        told = {"step": phase, "done": done, "total": total, "rate": round(done / elapsed) if elapsed > 0.1 else 0}
        rows = Batch.objects.filter(pk=self._batch_id)
        try:
            rows.update(progress=told, heartbeat_at=self._now + timedelta(seconds=elapsed))
        except OperationalError:
            return  # the file is busy: the next word will do
        if rows.values_list("cancel_requested", flat=True).get():
            raise ImportCancelled

    def step(self, phase: str) -> None:
        """Say what comes next, where there are no rows to count."""
        self._written = 0.0
        self.tick(phase, 0, 0)
