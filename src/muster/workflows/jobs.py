"""Jobs outlive the process that works on them: what a killed worker left behind is taken up again."""

import os
import socket
from datetime import datetime

from django.db import transaction
from django_tasks_db.models import DBTaskResult

# A job that has killed its worker this often is not tried again.
TRIES = 5
READY, RUNNING, FAILED = "READY", "RUNNING", "FAILED"


@transaction.atomic
def recover(*, now: datetime) -> int:
    """
    Put the running jobs of workers that no longer live on this machine back in the queue.

    Jobs are written to be run more than once with the effect of once. A job that has outlived `TRIES` workers is parked as
    failed. Workers on other machines are not judged: only they know whether they live.

    :returns: number of jobs put back
    """
    here = socket.gethostname()[:40]
    back = 0
    for job in DBTaskResult.objects.filter(status=RUNNING).select_for_update():
        workers = list(job.worker_ids or [])
        host, _, pid = (workers[-1] if workers else "").rpartition(":")
        if host != here or not pid.isdigit() or _lives(int(pid)):
            continue
        if len(workers) >= TRIES:
            DBTaskResult.objects.filter(pk=job.pk).update(status=FAILED, finished_at=now)
        else:
            DBTaskResult.objects.filter(pk=job.pk).update(status=READY, started_at=None)
            back += 1
    return back


def _lives(pid: int) -> bool:
    if pid == os.getpid():
        return False  # our own number, given again: the job is from a former life
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
