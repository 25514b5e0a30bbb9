"""
Handing letters to the mail server: one connection, one letter after the other, and what the server said to each.

The steps of SMTP are told apart, because what may be done after a fault depends on how far it came: before the server was given
the text nothing has been sent, and after it nobody knows.

Of what the server says its numbers are kept, never its words: they name the address, and whoever reads them may not see it.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.mail import EmailMessage, get_connection

from muster.core.mails import addresses

# Why, as RFC 3463 numbers it: 5.1.1 is that there is no such mailbox.
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
_BROKEN = "The connection broke off."


class Outcome(Enum):
    """What became of a letter."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"
    # The connection broke while the server had the text: it may have taken the letter or not.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """
    :ivar words: ours of what happened, with the server's numbers; '' where it took the letter
    :ivar is_address: it was this address that it refused
    """

    outcome: Outcome
    words: str = ""
    is_address: bool = False


class NotReached(Exception):
    """The mail server does not answer, or not to us."""


TAKEN = Answer(Outcome.TAKEN)


class Post:
    """A connection to the mail server, opened when it is needed. Where letters are files or a list, these are written instead."""

    def __init__(self) -> None:
        self._backend: Any = get_connection()

    def open(self) -> None:
        """:raises NotReached: the server's numbers, or what the system says of the network"""
        try:
            if self._backend.open() and self._smtp is not None:
                self._smtp.ehlo_or_helo_if_needed()
        except OSError as error:
            self._forget()
            code, words = getattr(error, "smtp_code", 0), getattr(error, "smtp_error", "")
            told = _numbers(code, words) if code else error.strerror or type(error).__name__
            raise NotReached(told[:150]) from None

    def close(self) -> None:
        try:
            self._backend.close()
        except OSError:
            self._forget()

    def offer(self, sender: str, recipient: str) -> Answer:
        """
        Ask the server whether it takes a letter to this address; it has not been given the letter yet.

        :raises NotReached: see `open`
        """
        self.open()
        if self._smtp is None:
            return TAKEN
        try:
            code, words = self._smtp.mail(sender)
            # That we may not send is no fault of the reader's.
            if not _is_yes(code):
                return self._again(code, words)
            code, words = self._smtp.rcpt(addresses.in_ascii(recipient))
        except OSError:
            self._forget()
            return Answer(Outcome.LATER, _BROKEN)
        except ValueError:
            self.withdraw()
            return Answer(Outcome.REFUSED, "This address cannot be written to.", is_address=True)
        if _is_yes(code):
            return TAKEN
        if code < 500:
            return self._again(code, words)
        self.withdraw()
        return Answer(Outcome.REFUSED, f"The address was refused: {_numbers(code, words)}", is_address=True)

    def withdraw(self) -> None:
        """Take back what was offered last."""
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except OSError:
                self._forget()

    def give(self, message: EmailMessage) -> Answer:
        """Give the server the letter it said it would take."""
        if self._smtp is None:
            self._backend.send_messages([message])
            return TAKEN
        try:
            made: Any = message.message()
            text = made.as_bytes(linesep="\r\n")
        except ValueError:
            self.withdraw()
            return Answer(Outcome.REFUSED, "The letter cannot be written.")
        try:
            code, words = self._smtp.data(text)
        except OSError as error:
            # One with a code is an answer, given before the text was sent.
            code, words = getattr(error, "smtp_code", 0), getattr(error, "smtp_error", "")
            if not code:
                self._forget()
                return Answer(Outcome.UNKNOWN, _BROKEN)
        if _is_yes(code):
            return TAKEN
        if code < 0:
            self._forget()
            return Answer(Outcome.UNKNOWN, "The server's answer cannot be read.")
        if code < 500:
            return self._again(code, words)
        self.withdraw()
        return Answer(Outcome.REFUSED, f"The letter was refused: {_numbers(code, words)}")

    @property
    def _smtp(self) -> Any:
        return getattr(self._backend, "connection", None)

    def _again(self, code: int, words: bytes | str) -> Answer:
        self.withdraw()
        return Answer(Outcome.LATER, f"Put off: {_numbers(code, words)}")

    def _forget(self) -> None:
        """Begin with a new connection next time: this one is of no use."""
        smtp = self._smtp
        if smtp is not None:
            smtp.close()
            self._backend.connection = None


def _is_yes(code: int) -> bool:
    """Say whether the server agrees; an answer that cannot be read is -1 to smtplib, and no yes."""
    return 200 <= code < 400


def _numbers(code: int, words: bytes | str) -> str:
    """Return the code of an answer, and its status where it begins with one."""
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    status = _STATUS.match(said)
    return f"{code} {status[0]}" if status else str(code)
