"""Numbers and spans as one says them."""

from datetime import date

from muster.core.terms import Terms

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(count: int) -> str:
    """Return a whole number, >= 0, as a word up to twelve: `nine`, `1,428`."""
    return _WORDS[count] if count < len(_WORDS) else f"{count:,}"


def many(count: int, none: str = "nobody") -> str:
    """Return a count in figures, or a word for none."""
    return f"{count:,}" if count else none


def written(day: date) -> str:
    """Return for example `3 November 2026`."""
    return f"{day.day} {day:%B} {day.year}"


def capital(text: str) -> str:
    """Return the text with its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def span(first: date, last: date) -> str:
    """
    Return how long it is from one day to a later one, in the largest unit of which there are two at least.

    >>> span(date(2024, 1, 1), date(2024, 1, 9)), span(date(2023, 11, 3), date(2024, 6, 1))
    ('eight days', 'seven months')
    """
    gone = (last - first).days
    months = round(gone / 30.44)
    if months >= 24:
        return f"{number(round(gone / 365.25))} years"
    if months >= 2:
        return f"{number(months)} months"
    return "a day" if gone == 1 else f"{number(gone)} days"


def part_of_all(part: int, total: int) -> str:
    """Say how much at least half of something is, `part` * 2 >= `total` > 0."""
    share = part / total
    if part == total:
        return "all"
    return "half" if share < 0.55 else "more than half" if share < 0.75 else "most"


def each(part: int, total: int, words: Terms) -> str:
    """
    Say how many of the members, with their verb: `every member stands`, `one member in five stands`, `7 of 12 members stand`.

    :param part: 0 < part <= total
    """
    member, members = words.one("member"), words.many("member")
    if total == 1:
        return f"the one {member} stands"
    if part == total:
        return f"every {member} stands"
    nth = round(total / part)
    if total < 20 or nth < 2 or nth > 12:
        return f"{part:,} of {total:,} {members} {'stands' if part == 1 else 'stand'}"
    exact = nth * part == total
    return f"{'' if exact else 'about '}one {member} in {number(nth)} stands"
