"""A letter as its reader gets it: plain text, and the same as HTML, from light Markdown with merge fields."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt

from muster.mailings.calc.fields import Field, Part, WrongField, filled, read

# Paragraphs, bold, italic, links, lists, quotations. No pictures: one that is fetched tells that the letter was read.
_LEFT_OUT = ("image", "heading", "lheading", "html_block", "html_inline", "code", "fence", "backticks", "reference")
_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "hr"}
# No bracket opens within the words, nor within the address: from each place on no more is read than up to the next.
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((<?)([^\s()<>]+)>?\)")
# Stand for a field while the Markdown is read, so that nothing a name holds is read as Markdown.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Foot:
    """
    What stands below every letter.

    :ivar imprint: who writes and from where, lines
    :ivar unsubscribe: address that ends all letters to this reader
    """

    imprint: str
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Written:
    """One letter, for one reader."""

    subject: str
    text: str
    html: str


class Template:
    """A letter before its fields are filled in; made once and filled for each reader."""

    def __init__(self, subject: str, body: str) -> None:
        """:raises WrongField: see `fields.read`, or a field stands in the address of a link"""
        self._subject = read(subject, where="subject")
        self._text = read(_links_written_out(body), where="body")
        parts = read(body.replace(_OPEN, "").replace(_CLOSE, ""), where="body")
        self._fields = [part for part in parts if isinstance(part, Field)]
        self._html = _as_html(parts)
        if len(_PLACE.findall(self._html)) != len(self._fields):
            raise WrongField("A field cannot stand in the address of a link.", field="body")

    def fill(self, values: Mapping[str, str], foot: Foot) -> Written:
        """
        Return the letter to one reader; what is filled in is escaped and never read as Markdown.

        :param values: field → text, of `fields.FIELDS`
        """
        subject = " ".join(filled(self._subject, values).split())
        return Written(
            subject, f"{filled(self._text, values).strip()}\n\n-- \n{_foot_text(foot)}", self._page(values, foot)
        )

    def _page(self, values: Mapping[str, str], foot: Foot) -> str:
        body = _PLACE.sub(lambda found: html.escape(self._fields[int(found[1])].value(values)), self._html)
        return f"{body}{_foot_html(foot)}"


def _as_html(parts: list[Part]) -> str:
    number = iter(range(len(parts)))
    marked = "".join(part if isinstance(part, str) else f"{_OPEN}{next(number)}{_CLOSE}" for part in parts)
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(list(_LEFT_OUT))
    return nh3.clean(reader.render(marked), tags=_TAGS, url_schemes={"http", "https", "mailto", "tel"})


def _links_written_out(body: str) -> str:
    return _LINK.sub(lambda found: found[3] if found[1] == found[3] else f"{found[1]} ({found[3]})", body)


def _foot_text(foot: Foot) -> str:
    return f"{foot.imprint.strip()}\n\nNo more e-mail from us: {foot.unsubscribe}\n"


def _foot_html(foot: Foot) -> str:
    imprint = "<br>".join(html.escape(line) for line in foot.imprint.strip().splitlines())
    return f'<hr><p>{imprint}</p><p><a href="{html.escape(foot.unsubscribe)}">No more e-mail from us</a></p>\n'
