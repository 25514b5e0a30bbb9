"""The arithmetic of the benchmarks, on turns whose length is known."""

import sys

import pytest

from benchmarks.pairs import Turn, WrongResult, call, compare, process
from benchmarks.table import markdown, row

pytestmark = pytest.mark.unit


def scripted(seconds):
    turns = iter(seconds)
    return lambda: Turn(next(turns), 1.0, 0.5, 10.0)


def test_ratios_are_medians_of_neighbouring_turns():
    compared = compare({"limit": scripted([1.0, 2.0, 4.0]), "product": scripted([3.0, 4.0, 40.0])}, pairs=3)

    assert compared.seconds_ratio == {"limit": 1.0, "product": 3.0}
    assert compared.sides["product"] == Turn(4.0, 1.0, 0.5, 10.0)
    assert markdown([row("a1", "reading", compared, goal="≤ 2 ×", at_most=2.0)]).splitlines()[2] == (
        "| a1 | reading | 2 s, CPU 1.5 s (database 500 ms), 10 MB | 4 s, CPU 1.5 s (database 500 ms), 10 MB | 3.00 | 1.00 "
        "| ≤ 2 × | ✗ | – |"
    )


def test_sides_change_places_and_start_from_the_same_state():
    order = []
    sides = {name: lambda name=name: (order.append(name), Turn(1.0, 1.0))[1] for name in ("limit", "product")}

    compare(sides, pairs=2, before=lambda: order.append("ready"))

    assert order == ["ready", "limit", "ready", "product", "ready", "product", "ready", "limit"]


def test_work_that_was_not_done_has_no_time():
    with pytest.raises(WrongResult, match="status 3"):
        process([sys.executable, "-c", "raise SystemExit(3)"])()
    with pytest.raises(WrongResult):
        process([sys.executable, "-c", "print(1)"], check=lambda output: output == b"2\n")()
    with pytest.raises(WrongResult):
        call(lambda: 1, check=lambda result: result == 2)()


def test_memory_is_the_process_own_and_not_that_of_who_started_it():
    held = bytearray(300_000_000)

    small = process([sys.executable, "-c", "pass"])()
    large = process([sys.executable, "-c", "import time; time.sleep(0.1); print(len(b'x' * 90_000_000))"])()

    assert len(held) == 300_000_000
    assert 2 < small.peak_mb < 40
    assert 86 < large.peak_mb < 130
    assert large.seconds > 0.1
