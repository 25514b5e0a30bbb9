"""
Reads one e-mail, however hostile: nothing that stands in it makes this raise, loop, or take more than its limits.

Python's `email` is used in its oldest way (`compat32`), which leaves headers as they are; the newer one takes them apart, and can
be brought to faults and to the square of their length. What is nested, how many parts there are, how long a header may be: all
bounded here. Run it in a process of its own (`apart`): the bounds of a library are not ours to promise.
"""

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from muster.core.mails.addresses import is_read_whole
from muster.core.mails.mail import LONGEST_TEXT, Mail
from muster.core.mails.texts import clean, decoded, header, line, plain

# Bytes of a mail that are looked at, and of its headers.
MOST_BYTES, MOST_HEADER_BYTES = 1 << 20, 64 << 10
MOST_PARTS, DEEPEST, MOST_BOUNDARIES = 100, 8, 40
MOST_ADDRESSES, MOST_IDS, MOST_LEFT_OUT = 50, 50, 20
_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,250})>")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_BULK = {"bulk", "junk", "list", "auto_reply"}
_NOBODYS = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+=_.-].*)?", re.IGNORECASE)

CUT = "It is longer than what is kept of it"
NESTED = "It is nested too deeply to be read as it was meant"
SPAM = "The mail server takes it for spam"
UNNAMED = "It does not say who it is from"


def read(raw: bytes, *, own: Iterable[str] = ()) -> Mail:
    """
    Read a mail.

    :param raw: the mail, or its first `MOST_BYTES`
    :param own: addresses of ours; a mail from one of them is a loop
    """
    doubts = [CUT] if len(raw) > MOST_BYTES else []
    message, is_whole = _parsed(raw[:MOST_BYTES])
    if not is_whole:
        doubts.append(NESTED)
    text, left_out, was_cut = _contents(message)
    if was_cut and CUT not in doubts:
        doubts.append(CUT)
    name, email = _first_address(_values(message, "From"))
    if not email:
        doubts.append(UNNAMED)
    if _values(message, "X-Spam-Flag", most=1)[:1] == ["YES"]:
        doubts.append(SPAM)
    ids = [found for value in _values(message, "Message-ID") for found in _ID.findall(value)]
    return Mail(
        message_id=ids[0] if len(ids) == 1 else "",
        answers=_answers(message),
        name=name,
        email=email,
        to=_addresses(message),
        date=header(next(iter(_values(message, "Date", most=1)), "")),
        subject=header(next(iter(_values(message, "Subject", most=1)), "")),
        text=text,
        automatic=_automatic(message, email, {one.lower() for one in own if one}),
        doubts=tuple(doubts),
        left_out=tuple(left_out),
    )


def body_of(raw: bytes) -> bytes:
    """Return what comes after the headers; they differ where one mail is delivered twice."""
    found = _END_OF_HEADERS.search(raw)
    return raw[found.end() :] if found else b""


def _parsed(raw: bytes) -> tuple[Message, bool]:
    """Return the mail, and whether all of it was taken apart; else its headers with the rest as one text."""
    ends = _END_OF_HEADERS.search(raw)
    head, rest = (raw[: ends.start()], raw[ends.end() :]) if ends else (raw, b"")
    if len(head) > MOST_HEADER_BYTES:
        head = head[:MOST_HEADER_BYTES].rpartition(b"\n")[0]
    if raw.lower().count(b"boundary") <= MOST_BOUNDARIES:
        try:
            return message_from_bytes(head + b"\n\n" + rest), True
        except Exception:  # RecursionError, or whatever a library may raise
            rest = rest[: LONGEST_TEXT * 4]
    message = message_from_bytes(head + b"\n\n")
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        del message[name]
    message.set_payload(rest[: LONGEST_TEXT * 4].decode("ascii", "surrogateescape"))
    return message, False


def _values(message: Message, name: str, *, most: int = 10) -> list[str]:
    """Return what the headers of that name say, as they stand there."""
    return [str(value) for value in (message.get_all(name) or [])[:most]]


def _first_address(values: list[str]) -> tuple[str, str]:
    for name, email in _pairs(values[:1]):
        name = header(name, 120)
        # Names are read by all who see inquiries, addresses by few: an address in place of a name is none.
        return "" if "@" in name else name, email
    return "", ""


def _pairs(values: list[str]) -> Iterator[tuple[str, str]]:
    for value in values:
        try:
            found = getaddresses([header(value, 4_000)])[:MOST_ADDRESSES]
        except Exception:  # what the library cannot take apart is no address
            found = []
        for name, email in found:
            email = line(email, 300)
            if len(email) <= 254 and is_read_whole(email):
                yield name, email


def _addresses(message: Message) -> tuple[str, ...]:
    names = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
    found = [email for name in names for _, email in _pairs(_values(message, name))]
    return tuple(found[:MOST_ADDRESSES])


def _answers(message: Message) -> tuple[str, ...]:
    values = [*_values(message, "In-Reply-To", most=2), *_values(message, "References", most=2)]
    # The last are the nearest.
    found = [one for value in values for one in _ID.findall(value[-20_000:])]
    return tuple(found[-MOST_IDS:])


def _automatic(message: Message, email: str, own: set[str]) -> str:
    """Return what says that a program wrote this (RFC 3834, and what is usual besides)."""
    said = line(next(iter(_values(message, "Auto-Submitted", most=1)), "")).lower()
    precedence = line(next(iter(_values(message, "Precedence", most=1)), "")).lower()
    names = {str(name).lower() for name in message}
    returned = _values(message, "Return-Path", most=1)
    for holds, why in (
        (email.lower() in own, "It comes from an address of ours"),
        (said and not said.startswith("no"), "It says that a program sent it"),
        (precedence in _BULK, "It was sent to many"),
        (any(name.startswith("list-") for name in names), "It comes from a mailing list"),
        (returned and returned[0].strip() == "<>", "It is a notice that a letter did not arrive"),
        (_type(message) == "multipart/report", "It is a notice about a letter"),
        (names & {"x-autoreply", "x-autorespond", "x-auto-response-suppress"}, "It is an answer by a program"),
        (_NOBODYS.fullmatch(email.partition("@")[0]), "It comes from an address that nobody reads"),
    ):
        if holds:
            return why
    return ""


def _contents(message: Message) -> tuple[str, list[str], bool]:
    """Return the text, what else there is, and whether the text was cut."""
    texts: dict[str, str] = {}
    left_out: list[str] = []
    for part in _parts(message):
        kind = _type(part)
        is_file = bool(_name(part)) or "attachment" in str(part.get("Content-Disposition", "")).lower()[:100]
        if kind in ("text/plain", "text/html") and not is_file and not texts.get(kind):
            texts[kind] = _text(part, kind)
        elif len(left_out) < MOST_LEFT_OUT:
            left_out.append(_called(part, kind))
    text = texts.get("text/plain") or texts.get("text/html") or ""
    return text[:LONGEST_TEXT].rstrip(), left_out, len(text) > LONGEST_TEXT


def _parts(message: Message, depth: int = 0, seen: list[int] | None = None) -> Iterator[Message]:
    """Yield the parts that hold something; a mail inside a mail is one part, and not looked into."""
    seen = [0] if seen is None else seen
    if not (message.is_multipart() and _type(message).startswith("multipart/")):
        yield message
        return
    for part in message.get_payload():
        seen[0] += 1
        if depth >= DEEPEST or seen[0] > MOST_PARTS:
            return
        if isinstance(part, Message):
            yield from _parts(part, depth + 1, seen)


def _text(part: Message, kind: str) -> str:
    data = _bytes(part)
    charset = _parameter(part, "charset")
    text = clean(decoded(data, charset))
    return (plain(text) if kind == "text/html" else text).strip()[: LONGEST_TEXT + 1]


def _bytes(part: Message) -> bytes:
    """Return what a part holds; what is no base64 stays as it stands there."""
    for decode in (True, False):
        try:
            found = part.get_payload(decode=decode)
        except Exception:  # codecs raise what they like
            found = None
        if isinstance(found, bytes | str):
            return found if isinstance(found, bytes) else found.encode("utf-8", "replace")
    return b""


def _called(part: Message, kind: str) -> str:
    size = len(_bytes(part)) if not part.is_multipart() else 0
    name = _name(part) or ("A mail inside this mail" if kind.startswith("message/") else line(kind, 100))
    return f"{name} ({_in_words(size)})" if size else name


def _in_words(size: int) -> str:
    return f"{size >> 10:,} KB" if size >= 1 << 10 else f"{size} bytes"


def _name(part: Message) -> str:
    try:
        return header(part.get_filename() or "", 100)
    except Exception:  # a name in pieces of several charsets
        return "a file"


def _parameter(part: Message, name: str) -> str:
    try:
        return str(part.get_content_charset("") if name == "charset" else part.get_param(name, ""))
    except Exception:  # a charset that is in a charset of its own
        return ""


def _type(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # a type that is no type
        return "text/plain"
