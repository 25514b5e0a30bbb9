"""An entry of the trace in one sentence, without what stood in the fields: that is for whoever may see the record itself."""

from collections.abc import Mapping
from typing import Any

from muster.audit.calc import alarms
from muster.audit.calc.words import WORDS, text_of
from muster.people.calc.fields import LABELS
from muster.web.units.words import FIELDS
from muster.web.words import day, number, plural
from muster.workflows.alarms import Open

_MANY = {"person": "people", "entry": "entries"}


def sentence(action: str, count: int, details: Mapping[str, Any], roles: Mapping[str, str]) -> str:
    """
    Return what was done, such as `A list of people taken out: 214 people, CSV`.

    :param roles: code → name
    """
    word = WORDS.get(action)
    told = [plural(count, word.rows, _MANY.get(word.rows, ""))] if word and word.rows else []
    if kind := details.get("kind"):
        told += [str(kind).upper()] if action.endswith(".exported") else []
    if role := _role(details):
        told.append(roles.get(role, role))
    told += [_field(name) for name in details.get("changed") or ()]
    if people := (details.get("counts") or {}).get("people"):
        told += _counts(people)
    text = text_of(action)
    return f"{text}: {', '.join(told)}" if told else text


def unusual(one: Open) -> str:
    """Return what was unusual, as it goes on behind the name of whoever it was."""
    on, before = day(one.day), f"for {alarms.BEFORE} days"
    if one.rule == alarms.NIGHT:
        hours = f"between midnight and {alarms.NIGHT_ENDS} in the morning"
        return f"looked at details or took files {number(one.count)} times {hours} on {on}; not once {before} before."
    did = {
        alarms.LOOKS: f"looked at contact or private details {number(one.count)} times",
        alarms.ROWS: f"took out {number(one.count)} rows in files",
    }[one.rule]
    usual = f"{number(round(one.usual))} a day is usual for them" if one.usual else f"not once {before} before"
    return f"{did} on {on}; {usual}."


def _role(details: Mapping[str, Any]) -> str:
    role = details.get("role")
    # Of an office: what it gave before and what it gives now.
    return str((role[-1] if isinstance(role, list) else role) or "")


def _field(name: str) -> str:
    return LABELS.get(name, FIELDS.get(name, name.partition(":")[2] or name.replace("_", " "))).lower()


def _counts(people: Any) -> list[str]:
    if not isinstance(people, dict):
        return []
    return [
        f"{number(people[done])} people {said}"
        for done, said in (("created", "added"), ("updated", "changed"))
        if people.get(done)
    ]
