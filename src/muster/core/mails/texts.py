"""Texts of e-mails: out of bytes in whatever charset, out of headers, out of HTML."""

import codecs
import re
from collections.abc import Iterator
from email.header import decode_header
from html import unescape as html_unescape

from muster.core.mails.mail import LONGEST_LINE

# Codecs that run what they read, or take the square of its length.
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf_7"}
# What moves the cursor, rings a bell, ends a string, or is half a letter. Lines and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,20}")
_BLANKS = re.compile(r"[ \t\xa0]+")
# Longer than this HTML is not read: what people write is short.
LONGEST_HTML = 200_000
_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "math"}
_BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "hr"}


def clean(text: str) -> str:
    """Return a text with plain ends of lines, without signs that steer a terminal."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """
    Return a text as one line of a length at most.

    >>> line("a\\r\\n b\\x00  c", 5)
    'a b c'
    """
    return " ".join(clean(text[: longest * 20]).split())[:longest].rstrip()


def decoded(data: bytes, charset: str) -> str:
    """Return bytes as text: in the charset they claim if that is one, else UTF-8, else as Windows writes them; never a fault."""
    for name in (charset[:40], "utf-8"):
        try:
            found = codecs.lookup(name.strip().strip("\"'") or "utf-8")
            if found.name.replace("-", "_") not in _NO_CHARSETS and found._is_text_encoding:
                return data.decode(found.name)
        except (LookupError, ValueError, TypeError, OSError):
            continue
    return data.decode("windows-1252", "replace")


def header(value: object, longest: int = LONGEST_LINE) -> str:
    """Return what a header says, as one line: its encoded words and its eight-bit signs made readable."""
    raw = str(value or "")[: longest * 20]
    try:
        # Signs beyond ASCII come as halves of letters (PEP 383); what is meant is in some charset.
        raw = decoded(raw.encode("ascii", "surrogateescape"), "utf-8") if not raw.isascii() else raw
        parts = decode_header(raw)
    except Exception:  # whatever the library stumbles over, the words stand there
        return line(raw, longest)
    found = "".join(part if isinstance(part, str) else decoded(part, charset or "utf-8") for part, charset in parts)
    return line(found, longest)


def plain(html: str) -> str:
    """
    Return what a person reads of HTML.

    >>> plain("<style>p {}</style><p>Dear <b>friends</b>,<br>hello &amp; thanks</p>")
    'Dear friends,\\nhello & thanks'
    """
    found = html_unescape("".join(_pieces(html[:LONGEST_HTML])))
    lines = (_BLANKS.sub(" ", one).strip() for one in found.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _pieces(html: str) -> Iterator[str]:
    """
    Yield what stands between tags, with ends of lines for those that break one.

    In time that grows with the length: Python's own `html.parser` takes its square for `<!--<!--<!--…`.
    """
    place, lower = 0, html.lower()
    while True:
        begins = html.find("<", place)
        if begins < 0:
            yield html[place:]
            return
        yield html[place:begins]
        if not html[begins + 1 : begins + 2].isalpha() and html[begins + 1 : begins + 2] not in ("/", "!", "?"):
            yield "<"
            place = begins + 1
            continue
        comment = html.startswith("<!--", begins)
        ends = html.find("-->" if comment else ">", begins)
        if ends < 0:
            # Whatever stands behind is no text, and looking for its end once is enough.
            return
        name = _TAG.match(lower, begins)
        place = ends + (3 if comment else 1)
        if name and name[0][1:] in _SILENT:
            closing = lower.find("</" + name[0][1:], place)
            if closing < 0:
                return
            place = closing
        elif name and name[0].lstrip("</") in _BREAKS:
            yield "\n"
