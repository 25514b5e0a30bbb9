"""
Measure the limit, the product and a peer in turn, several times, and compare them turn by turn.

Machines are noisy and differ, so a figure in seconds says little. What is kept is the median of the ratios, each of two
measurements that followed one another.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median

LAUNCH = Path(__file__).parent / "launch.py"
TICKS = os.sysconf("SC_CLK_TCK")
# Names the database of a run; with SQLite a server may be there and busy with other things.
DATABASE = "MUSTER_BENCH_DATABASE"
# How the server names the processes that work on one of our databases: `postgres: NAME DATABASE …`.
PREFIX = "muster_bench_"
OURS = f" {PREFIX}".encode()
_seen: dict[tuple[str, str], float] = {}
LOOK_EVERY = 0.1


class WrongResult(Exception):
    """What was measured did not do its work, so that its time means nothing."""


@dataclass(frozen=True)
class Turn:
    """
    One measurement.

    :ivar seconds: by the clock
    :ivar cpu_seconds: of the process measured, user and system
    :ivar database_seconds: CPU seconds of PostgreSQL's processes in the same time; 0 with SQLite, which runs in ours
    :ivar peak_mb: most memory of the process, 0 where it was not measured
    """

    seconds: float
    cpu_seconds: float
    database_seconds: float = 0.0
    peak_mb: float = 0.0


Side = Callable[[], Turn]


@dataclass(frozen=True)
class Comparison:
    """The medians of each side, and of the ratios to the limit, turn by turn."""

    sides: Mapping[str, Turn]
    seconds_ratio: Mapping[str, float]
    cpu_ratio: Mapping[str, float]


def compare(sides: Mapping[str, Side], *, pairs: int = 5, before: Callable[[], None] = lambda: None) -> Comparison:
    """
    Let every side have its turn, `pairs` times over, the first one being the limit.

    :param before: brings everything back to the same state; runs before each turn and is not measured
    """
    turns: dict[str, list[Turn]] = {name: [] for name in sides}
    for number in range(pairs):
        # Every other time the other way round: whoever comes second finds warmer caches.
        for name in list(sides)[:: -1 if number % 2 else 1]:
            before()
            turns[name].append(sides[name]())
    limit = turns[next(iter(sides))]
    pairs_of = {name: list(zip(own, limit, strict=True)) for name, own in turns.items()}
    return Comparison(
        {name: _median(own) for name, own in turns.items()},
        {name: _ratio([(own.seconds, least.seconds) for own, least in both]) for name, both in pairs_of.items()},
        {name: _ratio([(_cpu(own), _cpu(least)) for own, least in both]) for name, both in pairs_of.items()},
    )


def process(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    check: Callable[[bytes], bool] = lambda output: True,
    statuses: Sequence[int] = (0,),
) -> Side:
    """Return a side that is a whole process, from its start to its end; `check` judges its output."""

    def turn() -> Turn:
        with tempfile.TemporaryDirectory() as scratch:
            report, output, problems = (Path(scratch) / name for name in ("report", "output", "problems"))
            database = database_cpu()
            with output.open("wb") as standard, problems.open("wb") as error:
                started = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(LAUNCH), str(report), *command],
                    env={**os.environ, **(environment or {})},
                    cwd=folder,
                    stdout=standard,
                    stderr=error,
                )
                _wait(started)
            database = database_cpu() - database
            status, seconds, cpu, peak = (float(figure) for figure in report.read_text().split())
            texts = output.read_bytes(), problems.read_bytes()
        if status not in statuses or not check(texts[0]):
            raise WrongResult(f"{' '.join(command)}: status {status:.0f}\n{texts[0][-500:]!r}\n{texts[1][-2000:]!r}")
        return Turn(seconds, cpu, database, peak)

    return turn


def _wait(started: "subprocess.Popen[bytes]") -> None:
    """Wait for a process, and look at the database's own while they live."""
    while True:
        try:
            if started.wait(LOOK_EVERY):
                raise WrongResult(f"{started.args!r} could not be started.")
            return
        except subprocess.TimeoutExpired:
            database_cpu()


def call(work: Callable[[], object], *, check: Callable[[object], bool] = lambda result: True, times: int = 1) -> Side:
    """Return a side that is a call within this process, repeated `times`; a turn is the mean of them."""

    def turn() -> Turn:
        database, cpu, begin = database_cpu(), time.process_time(), time.perf_counter()
        for _ in range(times):
            result = work()
        seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu
        if not check(result):
            raise WrongResult(f"{work}: {str(result)[:500]}")
        return Turn(seconds / times, cpu_seconds / times, (database_cpu() - database) / times)

    return turn


def database_cpu() -> float:
    """
    Return the CPU seconds that PostgreSQL has spent so far for databases of the benchmarks, as far as we have seen.

    Others may keep the same server busy. What it does of its own accord (writing out, cleaning up) is not counted.
    """
    if os.environ.get(DATABASE) != "postgres":
        return 0.0
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and OURS in (folder / "cmdline").read_bytes():
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                # The number of a process may be given anew: with its start it is unique.
                _seen[folder.name, fields[19]] = (int(fields[11]) + int(fields[12])) / TICKS
        except OSError:
            continue  # it has just ended
    return sum(_seen.values())


def group_cpu(group: int) -> float:
    """Return the CPU seconds that the living processes of a group have spent so far."""
    found = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended
        if int(fields[2]) == group:
            found += (int(fields[11]) + int(fields[12])) / TICKS
    return found


def _cpu(turn: Turn) -> float:
    return turn.cpu_seconds + turn.database_seconds


def _ratio(values: Sequence[tuple[float, float]]) -> float:
    return median(own / max(limit, 1e-9) for own, limit in values)


def _median(turns: Sequence[Turn]) -> Turn:
    return Turn(*(median(getattr(turn, field.name) for turn in turns) for field in fields(Turn)))
