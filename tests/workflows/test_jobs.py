import os
import socket
import subprocess

import pytest
from django_tasks_db.models import DBTaskResult

from muster.workflows import jobs
from tests.builders import NOON

pytestmark = pytest.mark.db
HERE = socket.gethostname()[:40]


def make_job(workers, status="RUNNING"):
    return DBTaskResult.objects.create(
        status=status,
        worker_ids=workers,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="x.y",
        backend_name="default",
        run_after=NOON,
    )


def a_dead_pid():
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_jobs_of_dead_workers_are_taken_up_again_and_poison_is_parked(db):
    dead = f"{HERE}:{a_dead_pid()}"
    lost = make_job([dead])
    poison = make_job([dead] * 5)
    alive = make_job([f"{HERE}:{os.getppid()}"])
    elsewhere = make_job(["other-machine:1"])
    waiting = make_job([], status="READY")

    assert jobs.recover(now=NOON) == 1

    states = {job.pk: job.status for job in DBTaskResult.objects.all()}
    assert states == {
        lost.pk: "READY",
        poison.pk: "FAILED",
        alive.pk: "RUNNING",
        elsewhere.pk: "RUNNING",
        waiting.pk: "READY",
    }
