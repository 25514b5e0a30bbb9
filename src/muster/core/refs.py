"""Own identifiers: short, random, told from any other system's by their first letters."""

import secrets

import numpy as np

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


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
