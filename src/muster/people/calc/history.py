"""Entries of the trace as sentences."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from muster.audit.calc import words
from muster.core.dates import day_words
from muster.people.calc.fields import label_of


def sentence(action: str, details: Mapping[str, Any], units: Mapping[int, str]) -> str:
    """
    Return what was done, such as `Moved: to North 2 from Tue 3 Nov 2026`.

    :param units: id → name of the units that the entry names
    """
    if "changed" in details:
        return "Changed: " + ", ".join(_changed(field, both) for field, both in details["changed"].items())
    text = words.text_of(action)
    rows = "; ".join(_spell(row, units) for row in details.get("after") or details.get("before") or ())
    tags = [f"+ {tag}" for tag in details.get("added", ())] + [f"− {tag}" for tag in details.get("removed", ())]
    told = rows or ", ".join(tags)
    return f"{text}: {told}" if told else text


def _changed(field: str, both: list[Any] | None) -> str:
    return label_of(field) if both is None else f"{label_of(field)} from “{both[0]}” to “{both[1]}”"


def _spell(row: Mapping[str, Any], units: Mapping[int, str]) -> str:
    unit = units.get(row["unit_id"], "") if row["unit_id"] else ""
    what = " in ".join(part for part in (row["what"], unit) if part)
    until = f" until {day_words(date.fromisoformat(row['to_on']))}" if row["to_on"] else ""
    return f"{what} from {day_words(date.fromisoformat(row['from_on']))}{until}"
