"""Addresses as mail programs and servers read them."""

from email.header import Header
from email.utils import formataddr, parseaddr


def is_read_whole(address: str) -> bool:
    """
    Say whether programs read this as the one address that it is written as.

    >>> is_read_whole("x@example.org")
    True

    They would write to `x` on their own machine:

    >>> is_read_whole("<x>@example.org")
    False
    """
    name, _, domain = address.rpartition("@")
    return bool(name and domain) and address.split() == [address] and parseaddr(address) == ("", address)


def in_ascii(address: str) -> str:
    """
    Return an address as SMTP writes it: its domain by IDNA.

    :raises ValueError: it cannot be written so, or a server would read another address out of it
    """
    name, _, domain = address.rpartition("@")
    if not name.isascii():
        raise ValueError("signs beyond ASCII in front of the @")
    written = f"{name}@{domain.encode('idna').decode('ascii')}"
    if not is_read_whole(written):
        raise ValueError("no address, or more than one")
    return written


def with_name(name: str, address: str) -> str:
    """
    Return (name, address) as they stand in a head of a letter, on one line; a name beyond ASCII as RFC 2047 writes it.

    :param address: in ASCII
    """
    words = " ".join(name.split())
    if words.isascii():
        return formataddr((words, address))
    # In pieces of 75 signs at most: what is longer is not read.
    return f"{Header(words, 'utf-8', maxlinelen=75).encode(linesep='')} <{address}>"


def wrong_sender(configured: str) -> str:
    """
    Return why no letters can come from an address of the settings, '' where they can.

    :param configured: with or without a name
    """
    address = parseaddr(configured)[1]
    try:
        in_ascii(address)
    except ValueError:
        what = f"“{configured}” is no address that mail servers take" if configured else "no address is set"
        return (
            f"No letters can be sent: {what}. Set MUSTER_MAIL_FROM to one with plain letters in front of the @,"
            " such as Büro <office@example.org>."
        )
    return ""
