"""A worker that is killed again and again while it sends: nobody gets two, and of whoever got none it is known."""

import json
import os
import signal
import subprocess
import sys
import time
from random import Random

import pytest

from tests.backup.places import Place
from tests.mailings.servers import mail_server

pytestmark = pytest.mark.db
PATIENCE_SECONDS = 600


class Installation:
    """One in a home of its own, whose letters go to a server on this machine."""

    def __init__(self, home, url, port):
        self.place = Place(home, url)
        self.environment = {
            **os.environ,
            "MUSTER_HOME": str(home),
            "DATABASE_URL": url,
            "MUSTER_HTTPS": "0",
            "MUSTER_MAIL": f"smtp://127.0.0.1:{port}",
            "MUSTER_MAIL_FROM": "post@muster.example.org",
            "MUSTER_MAIL_PER_HOUR": "1000000",
            "DJANGO_SETTINGS_MODULE": "muster.config.settings",
        }

    def ask(self, *words, told=""):
        done = subprocess.run(
            [sys.executable, "-m", "tests.mailings.killed", *words],
            env=self.environment,
            input=told,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def worker(self):
        return subprocess.Popen([sys.executable, "-m", "muster", "worker"], env=self.environment)

    def waiting(self):
        ((count,),) = self.place.rows("SELECT COUNT(*) FROM mailings_letter WHERE state = 'queued'")
        return count


def wait(until, worker):
    end = time.monotonic() + PATIENCE_SECONDS
    while not until():
        assert worker.poll() is None
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.parametrize(("count", "kills"), [(120, 2), pytest.param(10_000, 10, marks=pytest.mark.prove)])
def test_each_gets_exactly_one_letter_though_the_worker_is_killed(tmp_path, own_database, count, kills):
    lot = Random(count)
    everybody = [f"p{number}@example.org" for number in range(count)]
    with mail_server() as (inbox, port):
        place = Installation(tmp_path / "home", own_database, port)
        assert place.ask("begin", str(count)) == {"state": "sending", "waiting": count}
        for number in range(kills):
            worker = place.worker()
            after = int(count * (number + lot.random()) / kills)
            wait(lambda after=after: len(inbox.letters) >= after, worker)
            # Anywhere in the work on a letter, not only right after one came.
            time.sleep(lot.random() / 100)
            worker.kill()
            assert worker.wait() == -signal.SIGKILL
        worker = place.worker()
        wait(lambda: place.waiting() == 0, worker)
        worker.terminate()
        worker.wait()

        # By itself nothing is sent twice, and who has none is among those of whom it says that nobody knows.
        got = inbox.got()
        assert set(got.values()) == {1}
        told = place.ask("finish", told=" ".join(got))
        assert set(everybody) - set(got) <= set(told["doubtful"])
        assert len(told["doubtful"]) <= kills
        assert inbox.got() == dict.fromkeys(everybody, 1)
        assert (told["state"], told["sent"]) == ("done", count)
