"""The names of the months in English, German, French, Spanish and Swedish."""

from functools import lru_cache

from muster.core.sheets.values.names import bare_key

_NAMES = (
    "january januar jaenner janner janvier enero januari",
    "february februar feber fevrier febrero februari",
    "march marz maerz mrz mars marzo",
    "april avril abril",
    "may mai mayo maj",
    "june juni juin junio",
    "july juli juillet julio",
    "august aout agosto augusti",
    "september septembre septiembre setiembre",
    "october oktober octobre octubre",
    "november novembre noviembre",
    "december dezember decembre diciembre",
)


@lru_cache(maxsize=1_000)
def month_number(word: str) -> int | None:
    """
    Return 1 to 12 for a name, or for its first three or more letters if they fit one month only.

    >>> [month_number(word) for word in ("März", "AUG.", "févr", "maj", "jui", "Monday")]
    [3, 8, 2, 5, None, None]
    """
    start = bare_key(word)
    found = {
        number
        for number, names in enumerate(_NAMES, start=1)
        if len(start) >= 3 and any(name.startswith(start) for name in names.split())
    }
    return found.pop() if len(found) == 1 else None
