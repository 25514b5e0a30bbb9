"""What was done to a unit, in a sentence."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from muster.web.words import day, plural

FIELDS = {
    "name": "name",
    "kind_id": "kind",
    "opened_on": "opening day",
    "city": "city",
    "region": "state or region",
    "postcode": "post code",
    "country": "country",
    "latitude": "latitude",
    "longitude": "longitude",
}


def sentence(action: str, details: Mapping[str, Any], names: Mapping[int, str], kinds: Mapping[str, str]) -> str:
    """
    Say what one entry of the trace means.

    :param names: names of the units the reader may see; others are "another unit"
    :param kinds: id of a kind as text → its name
    """
    match action.rpartition(".")[2]:
        case "opened":
            return "Opened."
        case "edited":
            return " ".join(_changes(details.get("changed") or {}, kinds)) or "Saved without a change."
        case "moved":
            before, after = (_name(pk, names) for pk in details["parent"])
            return f"Moved from {before} to {after}."
        case "closed":
            return _closing(details, names)
        case "closing_undone":
            return "The closing was undone: everybody is back where they were."
        case "promoted":
            return _promotion(details, kinds)
        case "promotion_undone":
            return "That was undone: it is what it was before."
        case "split":
            on = day(date.fromisoformat(details["on"]))
            return f"Split on {on}: {plural(details['placements'], 'placement')} went on in {_name(details['new_unit'], names)}."
        case "split_undone":
            return f"The split was undone: everybody is back from {_name(details['new_unit'], names)}."
        case "reopened":
            return "Opened again."
        case "founded":
            return "Founded."
        case "exported":
            return "A list of units was taken out."
    return "Changed."


def _changes(changed: Mapping[str, Any], kinds: Mapping[str, str]) -> list[str]:
    found = []
    for name, (before, after) in changed.items():
        if name == "kind_id":
            before, after = kinds.get(before, before), kinds.get(after, after)
        label = FIELDS.get(name, name)
        found.append(f"{label.capitalize()}: {before or 'unknown'}, now {after or 'unknown'}.")
    return found


def _promotion(details: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    before, after = (kinds.get(str(pk), "another kind") for pk in details["kind_id"])
    return f"Was {before} until then, {after} from {day(date.fromisoformat(details['on']))} on."


def _closing(details: Mapping[str, Any], names: Mapping[int, str]) -> str:
    text = f"Closed on {day(date.fromisoformat(details['on']))}"
    if below := details.get("with_below"):
        text += f" together with {plural(len(below), 'unit')} below"
    placements = plural(details.get("placements", 0), "placement")
    if target := details.get("people_to"):
        return f"{text}; {placements} went on in {_name(target, names)}."
    return f"{text}; {placements} ended."


def _name(unit_id: int | None, names: Mapping[int, str]) -> str:
    return names.get(unit_id or 0, "another unit")
