"""
The mailbox whose letters become inquiries: read by IMAP, each letter stored first, and only then moved out of the way.

Everything in the folder is taken in, whether somebody looked at it or not; what was taken in lies in a folder beside it.
Killed in between, the next run finds the letter again, knows it by its digest, and moves it. Only the first megabyte of a
letter is asked for, so that none is too large to be read. Nothing is ever answered here.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from imaplib import IMAP4
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import DataError, IntegrityError
from django.utils import timezone
from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags

from muster.access.actor import Actor, system_actor
from muster.contacts.services import letters
from muster.contacts.services.letters import Kept
from muster.core.errors import DomainError
from muster.core.mails.apart import UNREADABLE, read_apart
from muster.core.mails.mail import Mail
from muster.core.mails.reading import MOST_BYTES
from muster.mailings.calc import returned
from muster.mailings.services import returning

_log = logging.getLogger("muster.mailbox")
# In one run; the next begins minutes later.
MOST = 200
TIMEOUT_SECONDS = 60
TAKEN_IN = "Muster"
_BROKEN = (ImapToolsError, IMAP4.error, OSError, ValueError)
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class NoMailbox(DomainError):
    """None is set, or what is set names none."""


class MailboxFailed(DomainError):
    """The server could not be reached, or did not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where letters come in; the password is kept out of every message."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    is_encrypted: bool

    @property
    def own(self) -> tuple[str, ...]:
        """Return the addresses that are ours: what comes from them is a loop."""
        found = (self.user, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
        return tuple(one for one in found if "@" in one)


@dataclass(slots=True)
class Fetched:
    """How many letters became what; `returned`: letters of ours that came back; `left`: there are more."""

    new: int = 0
    joined: int = 0
    known: int = 0
    returned: int = 0
    left: int = 0

    def __str__(self) -> str:
        more = f" Came back: {self.returned:,}." if self.returned else ""
        more += f" {self.left:,} wait for the next time." if self.left else ""
        return f"New inquiries: {self.new:,}. Answers: {self.joined:,}. Here already: {self.known:,}.{more}"


def account(address: str) -> Account:
    """
    Return what an address such as `imaps://user:password@host/folder` says; the folder is INBOX where none is named.

    `imap://` begins in the open and goes on encrypted, but for a server on this machine.

    :raises NoMailbox: it is empty, or says something else
    """
    parts = urlsplit(address)
    if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username:
        raise NoMailbox("Set MUSTER_MAILBOX to imaps://user:password@host/folder.")
    encrypted = parts.scheme == "imaps"
    return Account(
        host=parts.hostname,
        port=parts.port or (993 if encrypted else 143),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        is_encrypted=encrypted,
    )


def fetch(*, now: datetime, most: int = MOST) -> Fetched:
    """
    Take in the letters that lie in the mailbox, oldest first.

    :raises NoMailbox: none is set
    :raises MailboxFailed: it broke off; what was taken in until then is
    """
    where, done = account(settings.MAILBOX), Fetched()
    try:
        with _opened(where) as box:
            found = sorted(box.uids(), key=int)
            done.left = max(0, len(found) - most)
            for uid in found[:most]:
                _take_in(box, uid, where, done, now)
    except _BROKEN as error:
        # What a server says may hold anything: its kind is enough.
        _log.warning("reading the mailbox broke off: %s", type(error).__name__)
        raise MailboxFailed(f"The mailbox could not be read to its end: {type(error).__name__}. {done}") from error
    return done


def count_waiting() -> int:
    """
    Return how many letters lie in the mailbox; it is left as it is.

    :raises NoMailbox: none is set
    :raises MailboxFailed: it cannot be read
    """
    try:
        with _opened(account(settings.MAILBOX)) as box:
            return len(box.uids())
    except _BROKEN as error:
        raise MailboxFailed(f"The mailbox cannot be read: {type(error).__name__}.") from error


def _take_in(box: BaseMailBox, uid: str, where: Account, done: Fetched, now: datetime) -> None:
    raw, size = _read(box, uid)
    if not size:
        return
    actor = system_actor("mailbox", on=timezone.localdate(now))
    # What tells that a letter to many came back is no inquiry; one that somebody made up is.
    report = returned.read(raw)
    if report is not None and returning.take_back(actor=actor, returned=report, now=now):
        done.returned += 1
    else:
        _become_inquiry(raw, size, where, done, actor, now)
    # Stored for good: only now may it go.
    box.flag([uid], MailMessageFlags.SEEN, True)
    box.move([uid], TAKEN_IN)


def _become_inquiry(raw: bytes, size: int, where: Account, done: Fetched, actor: Actor, now: datetime) -> None:
    mail = read_apart(raw, own=where.own)
    try:
        kept = letters.receive_letter(actor=actor, mail=mail, raw=raw, size=size, now=now)
    except (DataError, IntegrityError, ValueError):
        # What the database does not hold: one letter must not keep back all that lie behind it.
        mail = Mail(doubts=(UNREADABLE,))
        kept = letters.receive_letter(actor=actor, mail=mail, raw=raw, size=size, now=now)
    done.new += kept is Kept.NEW
    done.joined += kept is Kept.JOINED
    done.known += kept is Kept.KNOWN


def _read(box: BaseMailBox, uid: str) -> tuple[bytes, int]:
    """
    Return the first megabyte of a letter, and how large it is; the library's own way would read all of it, in this process.

    Nothing and 0 where somebody else took it away meanwhile.
    """
    _, answer = box.client.uid("FETCH", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{MOST_BYTES + 1}>)")
    for part in answer:
        if isinstance(part, tuple):
            size = part[0].upper().partition(b"RFC822.SIZE ")[2].split(b" ")[0].rstrip(b")")
            return bytes(part[1]), int(size) if size.isdigit() else len(part[1])
    return b"", 0


@contextmanager
def _opened(where: Account) -> Iterator[BaseMailBox]:
    box = _connected(where)
    try:
        box.login(where.user, where.password, initial_folder=None)
        if not box.folder.exists(TAKEN_IN):
            box.folder.create(TAKEN_IN)
        box.folder.set(where.folder)
        yield box
    finally:
        try:
            box.logout()
        except (ImapToolsError, IMAP4.error, OSError):
            box.client.shutdown()


def _connected(where: Account) -> BaseMailBox:
    context = ssl.create_default_context()
    if where.is_encrypted:
        return MailBox(where.host, where.port, timeout=TIMEOUT_SECONDS, ssl_context=context)
    if where.host in _LOCAL:
        return MailBoxUnencrypted(where.host, where.port, timeout=TIMEOUT_SECONDS)
    return MailBoxStartTls(where.host, where.port, timeout=TIMEOUT_SECONDS, ssl_context=context)
