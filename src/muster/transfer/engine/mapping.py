"""What the columns of an import are taken for, as a batch keeps it and as somebody corrects it."""

from collections.abc import Iterable, Mapping
from typing import Any

from muster.core.sheets.fields import MANY_VALUED, fields_of
from muster.core.sheets.guess import CUSTOM, IGNORE
from muster.transfer.engine.working import WrongStep

SURE = 0.7


def needs_answer(mapping: Mapping[str, Any]) -> bool:
    """Say whether somebody should look at the columns before the preview: always those of a sheet."""
    return bool(mapping["sheet"]) or any(column["confidence"] < SURE for column in mapping["columns"])


def headers_to_fields(mapping: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Return header → field of one table, as the user left it."""
    return {column["header"]: column["field"] for column in mapping["columns"] if column["kind"] == kind}


# What a sheet of people calls the columns of other tables.
_OTHER_NAMES = {"unit_name": "unit", "joined_on": "from", "left_on": "to", "expires_on": "to", "unit_kind": "kind"}


def fields_to_headers(mapping: Mapping[str, Any]) -> dict[str, str]:
    """Return column of the exchange folder → header of a sheet, so that a problem names the column one can see."""
    columns = [(column["field"], column["header"]) for column in mapping["columns"]]
    named = {_OTHER_NAMES[field]: header for field, header in reversed(columns) if field in _OTHER_NAMES}
    return named | {field: header for field, header in columns if field not in (CUSTOM, IGNORE)}


def remapped(mapping: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the mapping with what somebody said of its columns: header → field.

    :raises WrongStep: there is no such column or field, or two columns would be the same field
    """
    columns = [dict(column) for column in mapping["columns"]]
    headers = {column["header"] for column in columns}
    for header in answers:
        if header not in headers:
            raise WrongStep(f"There is no column called “{header}”.", field=header)
    for column in columns:
        if column["header"] in answers:
            column |= {"field": answers[column["header"]], "confidence": 1.0, "reason": "You said so."}
            _check_field(column)
    _check_once(columns)
    return {**mapping, "columns": columns}


def _check_field(column: Mapping[str, Any]) -> None:
    known = [*fields_of(column["kind"]), CUSTOM, IGNORE]
    if column["field"] not in known:
        raise WrongStep(
            f"There is no field “{column['field']}” for the column “{column['header']}”. There are: {', '.join(known)}.",
            field=column["header"],
        )


def _check_once(columns: Iterable[Mapping[str, Any]]) -> None:
    held: dict[tuple[str, str], str] = {}
    for column in columns:
        place, header = (column["kind"], column["field"]), column["header"]
        if column["field"] in (CUSTOM, IGNORE) or column["field"] in MANY_VALUED:
            continue
        if held.setdefault(place, header) != header:
            raise WrongStep(
                f"The columns “{held[place]}” and “{header}” cannot both be “{column['field']}”. Choose another for one.",
                field=header,
            )
