"""
What comes with a public form besides words: when the page was made, signed, and a little arithmetic that a browser did.

A challenge is `NUMBER.SECONDS.SIGNATURE`. It is solved by a number with which its SHA-256 begins with `BITS` bits that are 0,
as in Hashcash (Back 1997, 2002). That takes a browser a second and whoever sends thousands some hours; it stops nobody for good.
"""

import hashlib
import hmac
from dataclasses import dataclass

BITS = 15
QUICK_SECONDS, OLD_SECONDS = 3, 24 * 3600
_LONGEST_SOLUTION = 12

UNSOLVED = "Sent without the proof that a browser with JavaScript gives"
QUICK = f"Sent within {QUICK_SECONDS} seconds"
OLD = "Sent more than a day after the page was opened"
TRAPPED = "A field that people do not see was filled in"
USED = "The same proof was used before, with other words"


@dataclass(frozen=True, slots=True)
class Proof:
    """
    What a form that was sent back says of itself.

    :ivar number: of the page it was typed into; each page has its own
    :ivar solved: the arithmetic was done
    :ivar doubts: sentences; none where nothing is odd
    """

    number: str
    solved: bool
    doubts: tuple[str, ...]


def make(key: bytes, number: str, at: int) -> str:
    """
    Return a challenge.

    :param number: drawn by lot, without a point, 128 bits at least
    :param at: seconds since 1970
    """
    return f"{number}.{at}.{_signature(key, number, at)}"


def solves(challenge: str, solution: str) -> bool:
    """Say whether this is a solution of that challenge; it is short, so that looking is always cheap."""
    if not solution.isdecimal() or len(solution) > _LONGEST_SOLUTION:
        return False
    found = hashlib.sha256(f"{challenge}:{solution}".encode()).digest()
    return int.from_bytes(found[:4]) >> (32 - BITS) == 0


def look(key: bytes, challenge: str, solution: str, *, at: int, trap: str = "") -> Proof | None:
    """
    Judge what came back; None where it is no challenge of ours.

    :param at: seconds since 1970
    :param trap: what stands in the field that people do not see
    """
    number, _, rest = challenge.partition(".")
    made, _, signature = rest.partition(".")
    if not (number and made.isascii() and made.isdecimal() and len(made) <= _LONGEST_SOLUTION and signature.isascii()):
        return None
    if not hmac.compare_digest(signature, _signature(key, number, int(made))):
        return None
    solved = solves(challenge, solution)
    doubts = [] if solved else [UNSOLVED]
    if at - int(made) < QUICK_SECONDS:
        doubts.append(QUICK)
    if at - int(made) > OLD_SECONDS:
        doubts.append(OLD)
    if trap:
        doubts.append(TRAPPED)
    return Proof(number, solved, tuple(doubts))


def _signature(key: bytes, number: str, at: int) -> str:
    return hmac.digest(key, f"{number}.{at}".encode(), "sha256").hex()
