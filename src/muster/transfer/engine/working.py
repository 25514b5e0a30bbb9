"""One step of an import: alone, at the right moment, and with a batch that says how it ended, however it ended."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError

from muster.access import rows
from muster.core.errors import DomainError
from muster.core.sheets.problems import SheetError
from muster.transfer.engine import dialect as dialects
from muster.transfer.engine import sweep
from muster.transfer.engine.lock import import_lock
from muster.transfer.engine.progress import ImportCancelled
from muster.transfer.engine.room import NoRoom, told
from muster.transfer.models import Batch

State = Batch.State


class WrongStep(DomainError):
    """The import is not at a point where this can be done."""


class NothingRead(DomainError):
    """The file cannot be read at all; the message says why and where."""


@contextmanager
def working(batch: Batch, *states: Batch.State) -> Iterator[None]:
    """
    Hold the lock, check the step, and leave the batch in a state that says what went wrong.

    An import that is done stays done, whatever happens while it is undone.

    :raises ImportRunning: another import is being worked on
    :raises WrongStep: the batch is in none of these states
    :raises NothingRead: the file is no table
    :raises NoRoom: the disk is full, or the database cannot be written
    """
    # Numbers and names are compared over everybody; what of it the actor reaches is asked where it matters.
    with told(), import_lock(), rows.everyone("an import"):
        sweep.recover()
        batch.refresh_from_db()
        if batch.state not in states:
            raise WrongStep(f"This import is not at that step; it is: {batch.get_state_display()}.")
        batch.cancel_requested = False
        with _ended(batch) if batch.state != State.DONE else told():
            yield


@contextmanager
def _ended(batch: Batch) -> Iterator[None]:
    try:
        with told():
            yield
    except SheetError as error:
        stop(batch, State.FAILED, str(error), [error.problem])
        raise NothingRead(str(error)) from error
    except ImportCancelled as error:
        stop(batch, State.CANCELLED, str(error))
        raise
    except NoRoom as error:
        # Where not even this can be written, the next import puts the batch right.
        with suppress(DatabaseError, OSError):
            stop(batch, State.FAILED, str(error))
        raise
    except DomainError:
        raise
    except Exception:
        with suppress(DatabaseError, OSError):
            sweep.give_up(batch.pk)
        raise
    except KeyboardInterrupt:
        with suppress(DatabaseError):
            stop(batch, State.CANCELLED, "The import was stopped. Nothing was stored.")
        raise


def stop(batch: Batch, state: Batch.State, message: str, problems: tuple[Any, ...] | list[Any] = ()) -> None:
    """End an import of which nothing is stored: what was staged goes, the batch says why."""
    dialects.current().drop(batch.pk)
    batch.state, batch.progress = state, {}
    batch.result = sweep.empty_result(batch.pk, message, list(problems))
    batch.save()
