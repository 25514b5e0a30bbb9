"""Two worlds that are equal inside North and different outside: whoever sees North alone cannot tell one from the other."""

import itertools
from difflib import unified_diff
from random import Random

import pytest

from muster.audit.models import Entry
from tests.builders import NOON
from tests.matrix.asking import path_of, taken_back
from tests.matrix.outside import NEXT_NUMBER, furnish, pin_numbers
from tests.matrix.pairs import Step, answered, steps

pytestmark = [pytest.mark.web, pytest.mark.django_db]
QUICK = 10
# Each of the parts asks everything; together they make two thousand worlds.
PARTS, WORLDS = 2, 1_000


@pytest.fixture(scope="module")
def asked(asker):
    # The trace counts on from its last entry; here it is the same one in every world.
    Entry.objects.create(pk=NEXT_NUMBER, happened_at=NOON, actor_label="", action="world.begun")
    return steps(asker)


@pytest.fixture(scope="module")
def known():
    """Step → what is said to it in the world as it was made; each is asked for once."""
    return {}


def differences(asker, known, world_seed, chosen):
    """Return where somebody was told something else in the world of that number than in the one all are compared with."""
    for step in chosen:
        if step not in known:
            with taken_back():
                pin_numbers()
                known[step] = answered(asker, step)
    with taken_back():
        furnish(asker.world, world_seed)
        return [f"{step}\n{shown}" for step in chosen if (shown := _difference(known[step], answered(asker, step)))]


def _difference(one, other):
    lines = unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=1)
    return "\n".join(itertools.islice(lines, 30))


def asked_of(asked, lot, count):
    """Return a part of what is asked, half of it read and half of it typed."""
    reads = [step for step in asked if step.method == "GET"]
    writes = [step for step in asked if step.method == "POST"]
    return lot.sample(reads, count // 2) + lot.sample(writes, count // 2)


def test_whoever_sees_north_alone_cannot_tell_the_worlds_apart(asker, asked, known):
    told = []
    for number in range(QUICK):
        told += differences(asker, known, number, asked_of(asked, Random(number), 60))
    assert told == []
    assert len(known) >= 500


def test_worlds_are_told_apart_by_whoever_sees_both(asker, asked, known):
    """The comparison can see: an administrator of everything is told something else in the other world."""
    path = path_of("people:person_list", (), {}, {"standing": "everyone"})
    assert differences(asker, known, 0, [Step("administrator", "GET", path)]) != []


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_two_thousand_worlds(part, asker, asked, known):
    """Every question is asked in each part, and every world as many of them as that takes."""
    lot, told = Random(part), []
    each = -(-len(asked) // WORLDS)
    whole = itertools.cycle(lot.sample(asked, len(asked)))
    worlds = range(1000 + part * WORLDS, 1000 + (part + 1) * WORLDS)
    for number in worlds:
        told += differences(asker, known, number, list(itertools.islice(whole, each)))
    assert told == []
    assert len(known) == len(asked)
    assert len(worlds) * PARTS >= 2_000
