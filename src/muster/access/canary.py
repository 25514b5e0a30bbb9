"""The one row of a long file that is nobody: if it turns up elsewhere, it tells whose file it was in."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from muster.core.refs import new_ref

Row = tuple[Any, ...]


def made_up(rows: Sequence[Row], choose: Callable[[Sequence[Row]], Row] = secrets.choice) -> tuple[int, Row] | None:
    """
    Return a row like the others, and before which of them it belongs by its name; None where nobody has a name.

    :param rows: own id, name, and whatever else the file shows
    """
    named = [row for row in rows if row[1].split()]
    if not named:
        return None
    given, family, like = choose(named), choose(named), choose(named)
    name = f"{given[1].split()[0]} {family[1].split()[-1]}"
    place = next((at for at, row in enumerate(rows) if row[1].casefold() > name.casefold()), len(rows))
    return place, (new_ref(like[0].partition("-")[0] or "MP"), name, *like[2:])
