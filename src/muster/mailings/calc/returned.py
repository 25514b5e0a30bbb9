"""Reports that a letter did not arrive (RFC 3464), read for the few things that matter; what they hold is anybody's to write."""

import re
from dataclasses import dataclass

# A mail server says more, and others say it in other words: these lines are what all must write.
_REPORT = re.compile(rb"^content-type:\s*message/delivery-status", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(rb"^action:\s*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^status:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(rb"^(?:original|final)-recipient:\s*rfc822;\s*<?([^\s<>]{3,254})>?", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(rb"^message-id:\s*<(\d{1,18})\.([0-9a-f]{24})@", re.IGNORECASE | re.MULTILINE)
# Of the address itself, not of the letter or of a full mailbox (RFC 3463).
_OF_ADDRESS = re.compile(r"5\.1\.(1|2|3|6|10)$")


@dataclass(frozen=True, slots=True)
class Returned:
    """
    A letter that came back for good.

    :ivar number: of its row in the outbox, `mark` the other part of its Message-ID
    :ivar to: addresses it did not reach, in small letters
    :ivar status: such as 5.1.1
    """

    number: int
    mark: str
    to: frozenset[str]
    status: str

    @property
    def is_address(self) -> bool:
        """Say whether there is no such address, so that no other letter would arrive either."""
        return _OF_ADDRESS.match(self.status) is not None


def read(raw: bytes) -> Returned | None:
    """
    Return what a report says that a letter of ours did not arrive; None for anything else, also for "not yet".

    :param raw: a letter as it came, or its beginning

    >>> read(b"Subject: hello") is None
    True
    """
    text = raw.replace(b"\r\n", b"\n")
    action, status, number = (pattern.search(text) for pattern in (_ACTION, _STATUS, _NUMBER))
    if not (_REPORT.search(text) and action and status and number):
        return None
    if action[1].lower() != b"failed" or not status[1].startswith(b"5"):
        return None
    to = frozenset(found.decode("ascii", "replace").lower() for found in _TO.findall(text))
    return Returned(int(number[1]), number[2].decode(), to, status[1].decode())
