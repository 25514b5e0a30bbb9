"""h: how long a command takes before it does anything."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks import bare
from benchmarks.ground import MUSTER, Ground
from benchmarks.pairs import Comparison, Side, Turn, compare, process
from benchmarks.table import Row, row

NOTHING = (sys.executable, "-c", "pass")


def measure(ground: Ground) -> list[Row]:
    """Measure `muster --help` warm and cold, `check` against a bare Django of equal size, and one test."""
    environment = ground.initialised("start")
    return [_help(ground), _cold(ground), _check(ground, environment), _one_test(ground, environment)]


def _help(ground: Ground) -> Row:
    sides = {"limit": process(NOTHING), "product": process([*MUSTER, "--help"], check=_is_help)}
    return row("h", "`muster --help` beside `python -c pass`", compare(sides, pairs=ground.pairs), goal="–")


def _cold(ground: Ground) -> Row:
    sides = {"limit": _without_bytecode(NOTHING), "product": _without_bytecode([*MUSTER, "--help"])}
    return _in_seconds("the same with no compiled bytecode", compare(sides, pairs=ground.pairs))


def _is_help(output: bytes) -> bool:
    return b"balance-sheet" in output


def _without_bytecode(command: tuple[str, ...] | list[str]) -> Side:
    def turn() -> Turn:
        with tempfile.TemporaryDirectory() as empty:
            return process(command, environment={"PYTHONPYCACHEPREFIX": empty})()

    return turn


def _check(ground: Ground, environment: dict[str, str]) -> Row:
    project = bare.make_project(ground.work / "bare", environment)
    sides = {
        "limit": process([sys.executable, "manage.py", "check"], folder=project),
        "product": process([*MUSTER, "manage", "check"], environment=environment),
    }
    compared = compare(sides, pairs=ground.pairs)
    return row("h", "`manage check` beside a bare Django of equal size", compared, goal="≤ 1.3 ×", at_most=1.3)


def _one_test(ground: Ground, environment: dict[str, str]) -> Row:
    test = "tests/transfer/demo/test_folder.py::test_no_people_is_refused"
    root = Path(__file__).parents[2]
    sides = {
        "limit": process(NOTHING),
        "product": process(
            [sys.executable, "-m", "pytest", "-q", test],
            environment=environment,
            folder=root,
            check=lambda output: b"1 passed" in output,
        ),
    }
    return _in_seconds("one test", compare(sides, pairs=ground.pairs))


def _in_seconds(workload: str, compared: Comparison) -> Row:
    product = compared.sides["product"]
    return replace(row("h", workload, compared, goal="≤ 2 s"), is_met=product.seconds <= 2.0)
