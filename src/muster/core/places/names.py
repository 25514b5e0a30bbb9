"""Names of places as people write them, made comparable."""

import re
import unicodedata

from muster.core.places.regions import US_STATES

_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
_MARKS_OF_WORDS = re.compile(r"(?<=[^\W\d_])['’‘ʻ`´](?=[^\W\d_])")
_SHORT = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_SHORT_AT_START = {"n": "north", "s": "south", "e": "east", "w": "west"}
_KINDS_BEFORE = {("city", "of"), ("town", "of"), ("village", "of")}
_KINDS_AFTER = {"city", "town", "township", "village", "borough"}
# Letters that Unicode does not take apart.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "æ": "ae", "Æ": "ae", "œ": "oe", "ı": "i"}
)


def key(name: str) -> str:
    """
    Return the comparable form of a place name: no marks, case or signs, short forms written out.

    >>> key("St. Louis"), key("The Bronx"), key("Coeur d'Alene"), key("Łódź"), key("N. Charleston")
    ('saint louis', 'bronx', 'coeur dalene', 'lodz', 'north charleston')
    """
    plain = unicodedata.normalize("NFKD", _MARKS_OF_WORDS.sub("", name.translate(_LETTERS))).casefold()
    without_marks = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = _NOT_A_WORD.sub(" ", without_marks).split()
    if len(words) > 1 and words[0] in _SHORT_AT_START:
        words[0] = _SHORT_AT_START[words[0]]
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(_SHORT.get(word, word) for word in words)


def letters(name: str) -> str:
    """
    Return the key of a region's name or code, however its words are parted.

    >>> letters("New York"), letters("Baden-Württemberg")
    ('newyork', 'badenwurttemberg')
    """
    return key(name).replace(" ", "")


def loose_key(city_key: str) -> str:
    """
    Return a key without the words that only say what kind of place it is.

    >>> loose_key("new york city"), loose_key("city of saint paul"), loose_key("city")
    ('new york', 'saint paul', 'city')
    """
    words = city_key.split()
    if len(words) > 2 and tuple(words[:2]) in _KINDS_BEFORE:
        words = words[2:]
    if len(words) > 1 and words[-1] in _KINDS_AFTER:
        words = words[:-1]
    return " ".join(words)


def split_city(city: str, region: str, country: str) -> tuple[str, str]:
    """
    Return city and region where both may have been written into the city.

    >>> split_city("Portland, OR", "", "US"), split_city("Washington DC", "DC", "US"), split_city("Portland, ME", "OR", "US")
    (('Portland', 'OR'), ('Washington', 'DC'), ('Portland, ME', 'OR'))
    """
    head, comma, tail = city.rpartition(",")
    if comma and head.strip() and (not region.strip() or key(tail) == key(region)):
        return head.strip(), tail.strip()
    words = city.split()
    if country == "US" and len(words) > 1 and words[-1].upper().replace(".", "") in US_STATES:
        state = words[-1].upper().replace(".", "")
        if region.strip().upper() == state or (not region.strip() and words[-1].isupper()):
            return " ".join(words[:-1]), state
    return city, region
