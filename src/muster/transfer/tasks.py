"""What the worker does for an import, with the rights of whoever asked for it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from muster.access.actor import Actor, actor_for
from muster.audit import origin
from muster.core.errors import DomainError
from muster.transfer import queries, services
from muster.transfer.engine import sweep
from muster.transfer.engine.lock import ImportRunning
from muster.transfer.page import WAITS

# How soon to look again whether the import before this one has ended.
AGAIN_IN = timedelta(seconds=3)


@task()
def read(batch_id: int, user_id: int) -> None:
    """Read the file and guess its columns; go on to the preview where there is nothing to ask."""
    _do(services.read_batch, read, batch_id, user_id)


@task()
def preview(batch_id: int, user_id: int) -> None:
    """Work out what the import would do."""
    _do(services.preview_batch, preview, batch_id, user_id)


@task()
def publish(batch_id: int, user_id: int) -> None:
    """Do it."""
    _do(services.publish_batch, publish, batch_id, user_id)


@task()
def read_and_publish(batch_id: int, user_id: int) -> None:
    """Do all of it at once, where there is nothing to decide."""
    _do(services.read_batch, read, batch_id, user_id)
    _do(services.publish_batch, publish, batch_id, user_id)


@transaction.atomic
def ask(job: Any, *, actor: Actor, batch_id: int) -> None:
    """Put a step of an import in the queue, and say so on the batch in the same transaction."""
    queries.batches(actor).filter(pk=batch_id).update(progress={"step": WAITS})
    job.enqueue(batch_id, actor.user_id)


def _do(step: Callable[..., Any], job: Any, batch_id: int, user_id: int) -> None:
    now = timezone.now()
    actor = actor_for(get_user_model().objects.get(pk=user_id), on=timezone.localdate())
    # What goes wrong with a file stands in the batch, for whoever sent it; the job itself has done its work.
    with suppress(DomainError), origin.at(origin.JOB, f"import {batch_id}"):
        try:
            step(actor=actor, batch_id=batch_id, now=now)
        except ImportRunning:
            job.using(run_after=now + AGAIN_IN).enqueue(batch_id, user_id)
        except DomainError:
            raise
        except Exception:
            sweep.give_up(batch_id)
            raise
