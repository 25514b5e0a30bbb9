"""Yes and no, lists of tags, and other short texts with a fixed form."""

from collections.abc import Sequence

from muster.core.sheets.values.columns import BadValue, Bulk, Parser

_YES_WORDS = "yes y true t 1 x on ok opt-in opted-in subscribed ✓ ✔ ja j wahr richtig oui o vrai sí si s verdadero sant"
_NO_WORDS = (
    "no n false f 0 off opt-out opted-out unsubscribed bouncing spam-complaint ✗ nein falsch non faux falso nej falskt"
)
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())


def parse_flag(text: str) -> str:
    """
    Return ``yes``, ``no`` or '' (unknown); English, German, French, Spanish and Swedish are known.

    :raises BadValue: it is none of them

    >>> [parse_flag(text) for text in ("Ja", "0", "faux", "SÍ", "")]
    ['yes', 'no', 'no', 'yes', '']
    """
    word = "-".join(text.split()).casefold()
    if not word:
        return ""
    if word in _YES:
        return "yes"
    if word in _NO:
        return "no"
    raise BadValue("This is neither yes nor no.", "yes or no")


def parse_refusal(text: str) -> str:
    """Return the answer to the opposite question, as in *do not call*; an unknown answer remains unknown."""
    return {"yes": "no", "no": "yes", "": ""}[parse_flag(text)]


def parse_tags(text: str) -> str:
    """
    Return tags, each once, sorted, joined by ``;``. Tags are parted by ``;``, else by ``|``, else by commas.

    >>> parse_tags("paper; stall;paper"), parse_tags("stall, paper")
    ('paper;stall', 'paper;stall')
    """
    parted = text.split(next((sign for sign in ";|," if sign in text), ";"))
    return ";".join(sorted({" ".join(tag.split()) for tag in parted} - {""}))


# Every white space of ASCII but the plain one, as `str.split` sees it.
_ODD_SPACES = [chr(code) for code in range(128) if chr(code).isspace() and chr(code) != " "]


def text_parser(longest: int, *, lines: bool = False) -> tuple[Parser, Bulk]:
    """
    Return the parser and the short cut for text: no spaces around it, runs of spaces made one.

    :param longest: more letters than this are a `BadValue`
    :param lines: the text may have several lines, whose spaces and ends are kept
    """

    def parse(text: str) -> str:
        text = text.strip() if lines else " ".join(text.split())
        if len(text) > longest:
            raise BadValue(f"This text has {len(text):,} letters; there is room for {longest:,}.")
        return text

    def bulk(values: Sequence[str]) -> list[str] | None:
        if max(map(len, values), default=0) > longest:
            return None
        if lines:
            return list(map(str.strip, values))
        joined = f"|{'|'.join(values)}|"
        if "  " in joined or "| " in joined or " |" in joined:
            return None
        # Every white space but the plain one is no printable sign.
        odd = any(space in joined for space in _ODD_SPACES) if joined.isascii() else not joined.isprintable()
        return None if odd else list(values)

    return parse, bulk
