"""How wide a text will be: estimated, because the server draws before any font is at hand."""

import unicodedata
from collections.abc import Callable, Iterable

# Advance widths of Inter at weight 600 in hundredths of an em (weight 500 is a little narrower), grouped by width; figures and
# what stands between them as tabular numerals.
_WIDTHS = {
    30: "Iijl", 35: "!',.:; ’", 40: "()/[\\]`frt|", 50: "^_{}–“”", 55: "\"*?s", 60: "FJLacekvxyz",
    65: "#0123456789-EPbdghnopqu", 70: "$&+<=>BRSTZ~−×", 75: "ACDGHKUVXY", 80: "NOQ", 85: "w", 95: "Mm", 100: "@—…", 105: "%W",
}  # fmt: skip
_EM = {letter: width / 100 for width, letters in _WIDTHS.items() for letter in letters}
_OTHER_LETTER, _WIDE_LETTER = 0.75, 1.05


def width(text: str, size: float) -> float:
    """
    Return an upper estimate of a text's width in the units of `size` (the font size), >= 0.

    >>> round(width("Portland", 12), 1)
    51.6
    """
    return size * sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    if letter in _EM:
        return _EM[letter]
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE_LETTER
    base = unicodedata.normalize("NFKD", letter)[:1]
    return _EM.get(base, _OTHER_LETTER)


def shortened(text: str, room: float, size: float) -> str:
    """Return the text, or as much of its beginning as fits in `room` with an ellipsis; '' where not even that fits."""
    if width(text, size) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        cut = text[:end].rstrip(" ,.-") + "…"
        if width(cut, size) <= room:
            return cut
    return ""


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Return the text in lines that fit in `room`; a single word that does not fit is shortened."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, room, size))
    return lines


def alike(values: Iterable[float]) -> Callable[[float], str]:
    """Return how to write these figures: all with one decimal as soon as one of them needs it."""
    if all(round(value, 1) == round(value) for value in values):
        return number
    return lambda value: number(value) if round(value, 1) != round(value) else f"{number(value)}.0"


def number(value: float) -> str:
    """
    Return a figure as it stands in a chart: thousands apart, at most one decimal.

    >>> number(1234), number(17.43), number(3.0), number(-2)
    ('1,234', '17.4', '3', '−2')
    """
    rounded = round(value, 1) + 0.0
    written = f"{abs(rounded):,.0f}" if rounded == int(rounded) else f"{abs(rounded):,.1f}"
    return f"−{written}" if rounded < 0 else written
