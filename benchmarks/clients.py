"""Many people using the site at the same time, over the network of this machine."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

from benchmarks.pairs import WrongResult, database_cpu, group_cpu

STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Asked:
    """
    :ivar path: address to ask for
    :ivar expected: what must stand in the answer, '' for anything
    """

    path: str
    cookie: str
    expected: str


@dataclass(frozen=True)
class Answers:
    """
    :ivar seconds: of every answer, sorted
    :ivar found: share of the answers that held what was expected
    :ivar cpu_seconds: of server and database, for one answer
    """

    seconds: list[float]
    found: float
    cpu_seconds: float

    def percentile(self, share: float) -> float:
        """Return the seconds within which that share of the answers came."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


@dataclass(frozen=True)
class Site:
    """
    :ivar group: the group of the server's processes
    """

    port: int
    group: int


@contextmanager
def site(environment: Mapping[str, str]) -> Iterator[Site]:
    """Serve an installation as an operator does."""
    command = [sys.executable, "-m", "muster", "serve", "--port", "0"]
    server = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        if found is None:
            raise WrongResult(f"The site did not start: {line}")
        port = int(found[1])
        _wait(port)
        yield Site(port, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            # The group is the server and what it started itself.
            os.killpg(server.pid, signal.SIGKILL)


def _wait(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            _get(http.client.HTTPConnection("127.0.0.1", port, timeout=10), "/account/login/", "")
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def ask_all(site: Site, asked: Sequence[Asked], *, clients: int, pause: float = 0.0) -> Answers:
    """
    Let so many clients ask, each one question after the other, until all are answered.

    :param pause: seconds between an answer and the next question of the same client
    """
    seconds: list[float] = []
    hits: list[bool] = []

    def work(own: Sequence[Asked], first: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        time.sleep(first)
        for question in own:
            begin = time.perf_counter()
            text = _get(connection, question.path, question.cookie)
            seconds.append(time.perf_counter() - begin)
            hits.append(question.expected in text)
            time.sleep(pause)

    # They do not all press the key in the same moment.
    starts = [pause * number / clients for number in range(clients)]
    threads = [
        threading.Thread(target=work, args=(asked[number::clients], starts[number])) for number in range(clients)
    ]
    cpu = group_cpu(site.group) + database_cpu()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(seconds) != len(asked):
        raise WrongResult(f"{len(asked) - len(seconds)} of {len(asked)} questions were not answered.")
    cpu = group_cpu(site.group) + database_cpu() - cpu
    return Answers(sorted(seconds), sum(hits) / len(hits), cpu / len(asked))


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> str:
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        raise WrongResult(f"{path}: {answer.status}")
    return unescape(text)
