"""Heads of letters: who it is from, its number, and the way out of all further ones (RFC 8058)."""

import contextlib
import hashlib
from email.utils import parseaddr

from muster.core.mails import addresses


def address_in(configured: str) -> str:
    """Return the address alone of what the settings say, as it stands there where no letters can come from it."""
    address = parseaddr(configured)[1]
    with contextlib.suppress(ValueError):
        address = addresses.in_ascii(address)
    return address


def sender(configured: str, name: str) -> tuple[str, str]:
    """
    Return (address alone, name and address) of who sends.

    :param configured: of the installation, with or without a name
    :param name: of the unit that writes
    :raises ValueError: no letters can come from there: see `addresses.wrong_sender`
    """
    address = addresses.in_ascii(parseaddr(configured)[1])
    return address, addresses.with_name(name, address)


def message_id(number: int, token: str, address: str) -> str:
    """
    Return the Message-ID of a letter, the same however often it is sent; it does not tell the token.

    :param number: of the row of the outbox
    """
    return f"<{number}.{mark_of(token)}@{address.rpartition('@')[2] or 'localhost'}>"


def mark_of(token: str) -> str:
    """Return the part of a Message-ID that only who has the letter knows: 24 letters of a hash."""
    return hashlib.sha256(f"message:{token}".encode()).hexdigest()[:24]


def way_out(address: str) -> dict[str, str]:
    """Return the heads by which a mail program offers to unsubscribe at one press."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
