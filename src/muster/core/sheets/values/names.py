"""Names: split, joined, and made comparable."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Words that begin a family name of several words.
_PARTICLES = (
    "af al ap av ben bin da das de degli dei del dela della den der des di do dos du el ibn la las le les lo los mac "
    "mc o san st st. ten ter van vande vander vom von y zu zum zur 't"
)
_PREFIXES = (
    "mr mrs ms miss mx dr prof professor rev fr sr sra srta don doña herr frau fräulein m mme mlle mm hr fru fröken "
    "sir dame hon"
)
_SUFFIXES = "jr sr i ii iii iv v phd md dds esq esquire rn jd cpa dvm lpn msw"
PARTICLES, PREFIXES, SUFFIXES = (frozenset(words.split()) for words in (_PARTICLES, _PREFIXES, _SUFFIXES))

# What Unicode does not take apart into a letter and a mark.
_UNMARKED = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "’": "",
        "'": "",
    }
)
# One sign may stand for a sentence of eighteen. Two keys and a space fill the column that names are found by.
LONGEST_KEY = 199
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of one person's name; '' where there is none."""

    given: str = ""
    middle: str = ""
    family: str = ""
    prefix: str = ""
    suffix: str = ""

    @property
    def given_names(self) -> str:
        """All given names, as the register keeps them: ``Mary Ann``."""
        return f"{self.given} {self.middle}".strip()


def split_name(text: str) -> Name:
    """
    Split a whole name, given or family name first.

    >>> split_name("van der Berg, Anna Maria")
    Name(given='Anna', middle='Maria', family='van der Berg', prefix='', suffix='')
    >>> split_name("Dr. John Q. Public Jr.")
    Name(given='John', middle='Q.', family='Public', prefix='Dr.', suffix='Jr.')
    """
    before, comma, after = " ".join(text.split()).partition(",")
    if comma and _bare(after) not in SUFFIXES:
        rest, _, ending = after.partition(",")
        family, end = _without_suffix(before.split())
        prefix, words, suffix = _titles(rest.split())
        given, *middle = words or [""]
        return Name(given, " ".join(middle), " ".join(family), prefix, ending.strip() or end or suffix)
    prefix, words, suffix = _titles(f"{before} {after}".split())
    if len(words) < 2:
        return Name(given=" ".join(words), prefix=prefix, suffix=suffix)
    start = len(words) - 1
    for place in range(1, len(words) - 1):
        if words[place].lower() in PARTICLES:
            start = place
            break
    return Name(words[0], " ".join(words[1:start]), " ".join(words[start:]), prefix, suffix)


def _bare(word: str) -> str:
    return word.strip(" .").lower()


def _titles(words: list[str]) -> tuple[str, list[str], str]:
    first = 0
    while first < len(words) - 1 and _bare(words[first]) in PREFIXES:
        first += 1
    rest, suffix = _without_suffix(words[first:])
    return " ".join(words[:first]), rest, suffix


def _without_suffix(words: list[str]) -> tuple[list[str], str]:
    last = len(words)
    while last > 2 and _bare(words[last - 1]) in SUFFIXES:
        last -= 1
    return words[:last], " ".join(words[last:])


def bare_key(text: str) -> str:
    """
    Return a text without case, marks and signs, words parted by one space; of signs that stand for many, `LONGEST_KEY`.

    >>> bare_key("  Ó’Brien-LÓPEZ "), bare_key("Straße Żółć")
    ('obrien lopez', 'strasse zolc')
    """
    if text.isascii():
        low = text.lower()
        return low if low.isalnum() else _SIGNS.sub(" ", low.replace("'", "")).strip()
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    unmarked = "".join(sign for sign in parted if not unicodedata.combining(sign))
    return _SIGNS.sub(" ", unmarked.translate(_UNMARKED)).strip()[:LONGEST_KEY].rstrip()


def bare_keys(texts: Sequence[str]) -> list[str]:
    """Return `bare_key` of each; the texts hold no line breaks."""
    joined = "\n".join(texts)
    if joined.isascii():
        return (
            [low if low.isalnum() or not low else bare_key(low) for low in joined.lower().split("\n")] if texts else []
        )
    return list(map(bare_key, texts))


def name_key(given: str, family: str) -> str:
    """
    Return what two ways of writing the same whole name have in common.

    >>> name_key("José  María", "García-Márquez")
    'jose maria garcia marquez'
    """
    return f"{bare_key(given)} {bare_key(family)}".strip()


def short_name_key(given: str, family: str) -> str:
    """
    Return the key of the first given name and the family name: equal whether or not a middle name was written.

    >>> short_name_key("Mary Ann", "O'Neil") == short_name_key("mary", "Oneil")
    True
    """
    first, _, _ = bare_key(given).partition(" ")
    return f"{first}|{bare_key(family)}"


def middle_key(given: str) -> str:
    """
    Return the key of the middle names that stand in the given names.

    >>> middle_key("Mary Ann Lou")
    'ann lou'
    """
    return bare_key(given).partition(" ")[2]


def middles_agree(one: str, other: str) -> bool:
    """
    Say whether two middle names may be one person's: one is unknown, they are equal, or one is the other's initials.

    :param one, other: from `middle_key`

    >>> middles_agree("ann", ""), middles_agree("a", "ann"), middles_agree("ann", "sue")
    (True, True, False)
    """
    if not one or not other or one == other:
        return True
    pairs = zip(one.split(), other.split(), strict=False)
    return all(a == b or ((len(a) == 1 or len(b) == 1) and a[0] == b[0]) for a, b in pairs)
