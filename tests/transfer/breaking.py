"""
`python -m tests.transfer.breaking PHASE HOW ARGUMENTS…`: run `muster ARGUMENTS`, and break off at a moment of an import.

PHASE is reading, matching or storing. HOW is `stop`: stand still at its first sign of life until told to go on; or a number of
seconds after that sign, at which the process is no more, wherever it is. `python -m tests.transfer.breaking none FILE ARGUMENTS…`
breaks nothing and writes to FILE how many seconds each phase took.
"""

import json
import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import django

from muster.cli.main import main

django.setup()

from muster.transfer.engine.progress import Progress  # noqa: E402
from muster.transfer.models import Batch  # noqa: E402

phase, how, *sys.argv[1:] = sys.argv[1:]
begun = {}
tick = Progress.tick


def broken_off(self, step, done, total):
    tick(self, step, done, total)
    storing = Batch.objects.get(pk=self._batch_id).state == Batch.State.PUBLISHING
    now = "storing" if storing else "reading" if step.startswith("Reading") else "matching"
    if now in begun:
        return
    begun[now] = time.monotonic()
    if now == phase and how == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif now == phase and float(how) == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    elif now == phase:
        # Nobody handles this signal: the process ends there and then, as by `kill -9`.
        signal.setitimer(signal.ITIMER_REAL, float(how))


Progress.tick = broken_off
try:
    raise SystemExit(main())
finally:
    if phase == "none":
        begun["end"] = time.monotonic()
        Path(how).write_text(json.dumps({name: begun[later] - begun[name] for name, later in pairwise(begun)}))
