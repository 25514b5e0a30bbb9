"""The proof that comes with a form: signed, of an age, solved; whatever else is sent in its place is judged without a fault."""

import hashlib
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.contacts.calc import proofs

pytestmark = pytest.mark.unit
KEY, AT = b"k" * 32, 1_800_000_000


def solved(challenge):
    """By the definition of Hashcash, bit by bit."""
    hashes = (hashlib.sha256(f"{challenge}:{number}".encode()).hexdigest() for number in count())
    zeros = "0" * proofs.BITS
    return next(str(number) for number, found in enumerate(hashes) if f"{int(found, 16):0256b}".startswith(zeros))


CHALLENGE = proofs.make(KEY, "abc", AT)
SOLUTION = solved(CHALLENGE)


def test_a_form_sent_by_a_browser_that_did_the_arithmetic_raises_no_doubt():
    found = proofs.look(KEY, CHALLENGE, SOLUTION, at=AT + 60)
    assert (found.number, found.solved, found.doubts) == ("abc", True, ())


@pytest.mark.parametrize(
    ("solution", "seconds", "trap", "doubts"),
    [
        ("", 60, "", [proofs.UNSOLVED]),
        (str(int(SOLUTION) + 1), 60, "", [proofs.UNSOLVED]),
        (SOLUTION, 2, "", [proofs.QUICK]),
        (SOLUTION, 3, "", []),
        (SOLUTION, 24 * 3600, "", []),
        (SOLUTION, 24 * 3600 + 1, "", [proofs.OLD]),
        (SOLUTION, 60, "http://x", [proofs.TRAPPED]),
        ("", 0, "x", [proofs.UNSOLVED, proofs.QUICK, proofs.TRAPPED]),
    ],
)
def test_what_is_odd_is_said(solution, seconds, trap, doubts):
    assert list(proofs.look(KEY, CHALLENGE, solution, at=AT + seconds, trap=trap).doubts) == doubts


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "abc",
        "abc.1",
        CHALLENGE + "0",
        CHALLENGE.replace("abc", "abd"),
        CHALLENGE.replace(str(AT), str(AT - 3600)),
        proofs.make(b"other key", "abc", AT),
        "abc.².x",
        f"abc.{'9' * 5000}.x",
    ],
)
def test_what_we_did_not_sign_is_no_challenge(challenge):
    assert proofs.look(KEY, challenge, SOLUTION, at=AT) is None


@given(st.text(), st.text(), st.text())
def test_whatever_is_sent_is_judged(challenge, solution, trap):
    assert proofs.look(KEY, challenge, solution, at=AT, trap=trap) is None
    assert isinstance(proofs.look(KEY, CHALLENGE, solution, at=AT, trap=trap).solved, bool)


def test_a_solution_is_short():
    assert not proofs.solves(CHALLENGE, "0" * 20 + SOLUTION)
