"""Own identifiers: short, random, told from any other system's by their first letters."""

import re
import secrets

import numpy as np

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_FURTHER = re.compile(r" ~\d+$")


def new_ref(prefix: str) -> str:
    """
    Return for example `MP-7K3QF9ZB2XWM`: 60 random bits, so that a million of them collide with odds of 1 to 2 million.

    :param prefix: `MP` for a person, `MU` for a unit, `MI` for an inquiry
    """
    number = secrets.randbits(60)
    return prefix + "-" + "".join(_LETTERS[(number >> shift) & 31] for shift in range(55, -1, -5))


def new_refs(prefix: str, count: int) -> list[str]:
    """Return `count` identifiers as `new_ref` makes them, quickly."""
    signs = np.frombuffer(_LETTERS.encode(), dtype="S1")
    drawn = np.frombuffer(secrets.token_bytes(12 * count), dtype=np.uint8) & 31
    letters = signs[drawn].tobytes().decode()
    return [f"{prefix}-{letters[start : start + 12]}" for start in range(0, 12 * count, 12)]


def further_source(source: str, number: int, *, longest: int) -> str:
    """
    Return a further name of a system, for an id that is taken under the one it has; at most `longest` characters.

    >>> further_source("crm 12", 2, longest=60)
    'crm 12 ~2'
    """
    mark = f" ~{number}"
    return source[: longest - len(mark)] + mark


def plain_source(source: str) -> str:
    """
    Return what a system is called on a page: that an id was taken under its first name is told to nobody.

    >>> plain_source("crm 12 ~2")
    'crm 12'
    """
    return _FURTHER.sub("", source)
