"""
What holds the trace together: each entry's seal is an HMAC-SHA-256 over the seal before it and the entry itself.

A seal can only be made with the key, which lies outside the database. So whoever changes, adds, removes or reorders entries in
the database leaves a place from which on the seals no longer fit.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

BEFORE_THE_FIRST = bytes(32)
# Told apart, so that a seal made for one purpose never passes for another.
_SEALED, _WAITING, _HEAD, _TIP = b"entry\0", b"waiting\0", b"head\0", b"tip\0"


class Row(NamedTuple):
    """
    One entry as the database holds it.

    :ivar happened: UTC, `YYYY-MM-DD HH:MM:SS[.ffffff]`
    :ivar details: the stored JSON text itself
    :ivar position: 1, 2, 3 … in the chain; None while it waits for its seal
    """

    id: int
    happened: str
    user_id: int | None
    actor_label: str
    channel: str
    address: str
    action: str
    target: str
    unit_id: int | None
    how_many: int
    details: str
    position: int | None
    key_id: str
    mac: bytes


@dataclass(frozen=True, slots=True)
class HeadRow:
    """
    The state of the chain at the end of a day, signed.

    :ivar day: ISO 8601
    :ivar mac: seal of the entry at `position`
    """

    day: str
    position: int
    mac: bytes
    key_id: str
    signature: bytes


class Mac:
    """HMAC-SHA-256 with one key; the key schedule is worked out once."""

    def __init__(self, key: bytes) -> None:
        self._fresh = hmac.new(key, digestmod="sha256")

    def of(self, message: bytes) -> bytes:
        """Return 32 bytes."""
        one = self._fresh.copy()
        one.update(message)
        return one.digest()


def stored_text(details: object) -> str:
    """Return JSON as it is stored and sealed: one way to write the same content, ASCII only."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"))


def happened_text(moment: datetime) -> str:
    """
    Return a moment as it is sealed.

    >>> happened_text(datetime(2026, 11, 1, 12, tzinfo=UTC))
    '2026-11-01 12:00:00'
    """
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def content(row: Row) -> bytes:
    """Return everything an entry says, unmistakably: the lengths of the texts come before the texts."""
    (entry_id, happened, user_id, label, channel, address, action, target, unit_id, count, details, *_) = row
    return (
        f"1|{entry_id}|{happened}|{user_id}|{unit_id}|{count}|{len(label)}|{len(channel)}|{len(address)}|{len(action)}"
        f"|{len(target)}|{label}{channel}{address}{action}{target}{details}"
    ).encode(errors="surrogatepass")


def seal(mac: Mac, before: bytes, position: int, said: bytes) -> bytes:
    """
    Return the seal of the entry at a position.

    :param before: the seal before it, `BEFORE_THE_FIRST` for the first
    :param said: `content` of the entry
    """
    return mac.of(_SEALED + before + position.to_bytes(8, "big") + said)


def waiting_mark(mac: Mac, said: bytes) -> bytes:
    """Return what an entry bears until it is sealed: proof that it was written by somebody who has the key."""
    return mac.of(_WAITING + said)


def head_signature(mac: Mac, before: bytes, *, day: str, position: int, sealed: bytes) -> bytes:
    """Return the signature of a day's head; `before` is that of the head before it."""
    return mac.of(_HEAD + before + f"{day}|{position}|".encode() + sealed)


def tip_signature(mac: Mac, *, position: int, sealed: bytes) -> bytes:
    """Return the signature of the latest position known outside the database."""
    return mac.of(_TIP + position.to_bytes(8, "big") + sealed)


def head_line(head: HeadRow) -> str:
    """Return a head as a line of the file."""
    return f"{head.day} {head.position} {head.mac.hex()} {head.key_id} {head.signature.hex()}"


def read_heads(lines: Iterable[str]) -> list[HeadRow]:
    """
    Read the file of heads.

    :raises ValueError: a line is not one; the message holds its number
    """
    heads = []
    for number, line in enumerate(lines, start=1):
        try:
            day, position, mac, key_id, signature = line.split()
            heads.append(HeadRow(day, int(position), bytes.fromhex(mac), key_id, bytes.fromhex(signature)))
        except ValueError as error:
            raise ValueError(f"line {number}") from error
    return heads
