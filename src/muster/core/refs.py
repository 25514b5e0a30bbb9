"""Own identifiers: short, random, told from any other system's by their first letters."""

import secrets

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


def new_ref(prefix: str) -> str:
    """
    Return for example `MP-7K3QF9ZB2XWM`: 60 random bits, so that a million of them collide with odds of 1 to 2 million.

    :param prefix: `MP` for a person, `MU` for a unit, `MI` for an inquiry
    """
    number = secrets.randbits(60)
    return prefix + "-" + "".join(_LETTERS[(number >> shift) & 31] for shift in range(55, -1, -5))
