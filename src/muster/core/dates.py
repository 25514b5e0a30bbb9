"""Days as people write them."""

from datetime import date, datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(day: date) -> str:
    """
    Return for example `Tue 3 Nov 2026`, the same on every machine.

    >>> day_words(date(2026, 11, 3))
    'Tue 3 Nov 2026'
    """
    return f"{_DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_words(moment: datetime) -> str:
    """
    Return for example `Tue 3 Nov 2026, 14:05`; of an aware moment as its own zone has it.

    >>> moment_words(datetime(2026, 11, 3, 14, 5))
    'Tue 3 Nov 2026, 14:05'
    """
    return f"{day_words(moment)}, {moment:%H:%M}"
