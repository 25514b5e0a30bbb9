"""Small organisations of plain data for questions: drawn by chance, stored, and asked once more by a loop that knows no SQL."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from muster.access.actor import Actor
from muster.access.permissions import PERMISSIONS
from muster.accounts.models import User
from muster.people.calc.questions import All, Condition, Either, Not
from muster.units.queries import load_tree
from tests.builders import (
    NOON,
    TODAY,
    make_assessment,
    make_case,
    make_conversation,
    make_inquiry,
    make_office,
    make_person,
    make_placement,
    make_qualification,
    make_standing,
    make_unit,
)

STANDINGS = ("member", "applicant", "contact")
# Days around those that questions ask for, so that ends and beginnings fall on them.
DAYS = [TODAY + timedelta(days=number) for number in (-900, -400, -184, -183, -61, -60, -59, -1, 0, 1, 30)]
# Name → (kind, name of the unit above, day it was closed).
UNITS = {
    "Union": ("organisation", None, None),
    "North": ("region", "Union", None),
    "North 1": ("branch", "North", None),
    "North 2": ("branch", "North", TODAY - timedelta(days=9)),
    "North 3": ("group", "North", None),
    "South": ("region", "Union", None),
    "South 1": ("branch", "South", None),
}
NAMES = ("maria lopez", "mario lind", "nora berg", "bo ek")
TAGS = ("press", "stall", "Press room", "50%", "a_b", "été")
CITIES = ("Salem", "salem", "New York", "Bend_", "")
OWN = {"shift": ("night", "Day", ""), 'size "x"': ("L", "xl"), "0": ("7",)}
CHANNELS = ("website", "Stall", "")
TEXTS = ("language", "region", "postcode")
WORDS = {"language": ("en", "es"), "region": ("OR", "ny", ""), "postcode": ("97301", "973", "10001")}
STAGES = ("Inquiry", "Contacted", "Not now")
RESULTS = ("reached", "no_answer", "refused")
SKILLS, ROLES = ("organiser", "Speaker"), ("treasurer", "Chair")


@dataclass
class Somebody:
    """:ivar placements: (unit, begin, end, primary); the other spells are (what, begin, end), inquiries (moment, channel)"""

    name: str
    city: str
    tags: list[str]
    custom: dict[str, str]
    fields: dict[str, object]
    standings: list[tuple]
    placements: list[tuple]
    skills: list[tuple]
    offices: list[tuple]
    inquiries: list[tuple]
    # (stage, whether somebody owns it, whether it is open), None: never followed up.
    case: tuple | None
    spoken: list[tuple]
    judged: list[tuple]
    id: int = 0


@dataclass
class World:
    people: list[Somebody]
    units: dict[str, int] = field(default_factory=dict)


def drawn(chance):
    """Return a world of a dozen people; `chance` is a `random.Random`."""
    return World([_somebody(chance) for _ in range(12)])


def _somebody(chance):
    units = chance.sample(sorted(UNITS), chance.choice((0, 1, 1, 2)))
    home = chance.randint(0, 1)
    standings = [(each, *spell) for each in STANDINGS for spell in _spells(chance)]
    return Somebody(
        name=chance.choice(NAMES),
        city=chance.choice(CITIES),
        tags=sorted(chance.sample(TAGS, chance.choice((0, 0, 1, 2)))),
        custom={key: chance.choice(values) for key, values in OWN.items() if chance.random() < 0.5},
        fields={name: chance.choice(words) for name, words in WORDS.items()}
        | {name: chance.choice(("", "x")) for name in ("email", "phone")}
        | {f"{name}_opt_in": chance.choice((None, True, False)) for name in ("email", "phone")},
        standings=standings,
        placements=[(unit, *_spell(chance), place == home) for place, unit in enumerate(units)],
        skills=[(each, *_spell(chance)) for each in chance.sample(SKILLS, chance.randint(0, 1))],
        offices=[(each, *_spell(chance)) for each in chance.sample(ROLES, chance.randint(0, 1))],
        case=chance.choice((None, (chance.choice(STAGES), chance.random() < 0.5, chance.random() < 0.8))),
        spoken=[(_moment(chance), chance.choice(RESULTS)) for _ in range(chance.choice((0, 0, 1, 2)))],
        judged=[(chance.choice(DAYS), chance.randint(1, 3)) for _ in range(chance.choice((0, 0, 1, 2)))],
        inquiries=[(_moment(chance), chance.choice(CHANNELS)) for _ in range(chance.choice((0, 0, 1, 2)))],
    )


def _spell(chance):
    begin, end = sorted(chance.sample(DAYS, 2))
    return begin, chance.choice((end, None, None))


def _spells(chance):
    """Return none, one or two spells that do not overlap."""
    days = sorted(chance.sample(DAYS, 3))
    both = [(days[0], days[1]), (days[1], chance.choice((days[2], None)))]
    return chance.choice(([], [], both[:1], both[1:], both))


def _moment(chance):
    # One second before midnight, and midnight.
    day = chance.choice(DAYS)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(seconds=chance.randint(0, 1))


def store(world):
    """Put a world into the database."""
    made = {}
    for name, (kind, above, closed) in UNITS.items():
        made[name] = make_unit(name, kind=kind, parent=made.get(above), closed_on=closed)
    for each in world.people:
        person = make_person(each.name, city=each.city, tags=";".join(each.tags), custom=each.custom, **each.fields)
        each.id = person.pk
        for what, begin, end in each.standings:
            make_standing(person, what, from_on=begin, to_on=end)
        for unit, begin, end, primary in each.placements:
            make_placement(person, made[unit], from_on=begin, to_on=end, is_primary=primary)
        for what, begin, end in each.skills:
            make_qualification(person, what, from_on=begin, to_on=end)
        for what, begin, end in each.offices:
            make_office(person, made["North"], what, from_on=begin, to_on=end)
        for moment, channel in each.inquiries:
            make_inquiry(person=person, received_at=moment, channel=channel)
        if each.case:
            stage, owned, is_open = each.case
            owner = User.objects.get_or_create(email="owner@example.org")[0] if owned else None
            make_case(person, stage, owner=owner, closed_at=None if is_open else NOON)
        for moment, result in each.spoken:
            make_conversation(person, result, held_at=moment)
        for day, step in each.judged:
            make_assessment(person, step, made_on=day)
    world.units = {name: unit.pk for name, unit in made.items()}


def below(name):
    """Return the names of a unit and all below it."""
    found = {name}
    for each, (_, above, _) in UNITS.items():
        if above in found:
            found.add(each)
    return found


def actor_with(world, rights):
    """Return an actor: permission → name of the unit in which it is held."""
    return Actor(
        label="somebody",
        on=TODAY,
        unit_ids=MappingProxyType(
            {right: frozenset(world.units[name] for name in below(unit)) for right, unit in rights.items()}
        ),
        whole=frozenset(right for right, unit in rights.items() if unit == "Union"),
        tree=load_tree(),
    )


# Who asks: right → the unit it is held in.
READERS = {
    "national": dict.fromkeys(PERMISSIONS, "Union"),
    "alice": dict.fromkeys(PERMISSIONS, "North"),
    # May look in all of North, and more in one branch.
    "looker": {"units.view": "North", "people.view": "North"}
    | dict.fromkeys(("people.edit", "people.contact", "contacts.view"), "North 1"),
}
NEEDS = {
    "field": "people.edit",
    "has": "people.contact",
    "allowed": "people.contact",
    "wrote": "contacts.view",
    "channel": "contacts.view",
} | dict.fromkeys(("stage", "owner", "spoken", "reached", "result", "judged"), "contacts.view")


def holds(begin, end):
    return begin <= TODAY and (end is None or end > TODAY)


def sees(rights, right, somebody):
    """Say whether a right reaches somebody: by a unit they are placed in today, or because it reaches everybody."""
    if rights[right] == "Union":
        return True
    return any(unit in below(rights[right]) for unit, begin, end, _ in somebody.placements if holds(begin, end))


def expected(world, rights, question):
    """Return the ids of whom a question fits, by hand, among those over whom all of it may be known."""
    needed = {"people.view"} | {NEEDS[name] for name in names_in(question) if name in NEEDS}
    among = [each for each in world.people if all(sees(rights, right, each) for right in needed)]
    return {each.id for each in among if fits(each, question)}


def names_in(question):
    match question:
        case Condition(name):
            return {name}
        case Not(part):
            return names_in(part)
    return set().union(*map(names_in, question.parts))


def fits(somebody, question):
    match question:
        case Not(part):
            return not fits(somebody, part)
        case All(parts):
            return all(fits(somebody, part) for part in parts)
        case Either(parts):
            return any(fits(somebody, part) for part in parts)
    return any(_fits(somebody, question, value) for value in question.values)


def _days(question, value):
    """Return whether a day is meant, as a function."""
    number = int("".join(filter(str.isdigit, value))) if question.sign != ":" else 0
    # The only periods asked for: days, and six months before 1 November.
    cut = date(2026, 5, 1) if value == "6m" else TODAY - timedelta(days=number)
    if question.sign == "<":
        return lambda day: cut <= day <= TODAY
    if question.sign == ">":
        return lambda day: day < cut
    first, dots, last = value.partition("..")
    last = last if dots else first
    return lambda day: (first or "0001-01-01") <= day.isoformat() <= (last or "9999-12-31")


def _fits(somebody, question, value):
    name, low = question.name, value.lower()
    now = {what for what, begin, end in somebody.standings if holds(begin, end)}
    places = [(unit, primary) for unit, begin, end, primary in somebody.placements if holds(begin, end)]
    match name:
        case "standing":
            once = any(what == "member" and end and end <= TODAY for what, _, end in somebody.standings)
            special = {"none": not now, "former": once and "member" not in now}
            return special.get(low, low in now)
        case "ever":
            return any(what == low and begin <= TODAY for what, begin, _ in somebody.standings)
        case "joined" | "began" | "ended":
            meant = _days(question, value)
            wanted = "member" if name == "joined" else question.of
            days = [
                (end if name == "ended" else begin)
                for what, begin, end in somebody.standings
                if what == wanted and (name != "joined" or holds(begin, end))
            ]
            return any(day is not None and day <= TODAY and meant(day) for day in days)
        case "in":
            return any(unit in below(value) for unit, _ in places)
        case "unit":
            return any(unit == value for unit, _ in places)
        case "home":
            return any(primary and unit in below(value) for unit, primary in places)
        case "at-large":
            open_ones = {"North 1", "North 3", "South 1"}
            return (low == "yes") != any(unit in open_ones for unit, _ in places)
        case "qualification" | "office":
            spells = somebody.skills if name == "qualification" else somebody.offices
            return any(what.lower() == low for what, begin, end in spells if holds(begin, end))
        case "tag":
            return low in [tag.lower() for tag in somebody.tags]
        case "name":
            return all(word in somebody.name for word in low.split())
        case "city":
            return somebody.city.lower() == low
        case "region" | "language":
            return somebody.fields[name].lower() == low
        case "postcode":
            return somebody.fields[name].startswith(value)
        case "field":
            return somebody.custom.get(question.of, "").lower() == low
        case "has":
            return somebody.fields[low] != ""
        case "allowed":
            return somebody.fields[f"{low}_opt_in"] is True
    return _fits_contact(somebody, question, value)


def _fits_contact(somebody, question, value):
    """What is known of inquiries, and of following up."""
    name, low = question.name, value.lower()
    match name:
        case "wrote":
            meant = _days(question, value)
            return any(meant(moment.date()) for moment, _ in somebody.inquiries)
        case "stage":
            return bool(somebody.case and somebody.case[2] and somebody.case[0].lower() == low)
        case "owner":
            is_open = bool(somebody.case and somebody.case[2])
            return is_open and {"somebody": somebody.case[1], "nobody": not somebody.case[1], "me": False}[low]
        case "spoken" | "reached":
            meant = _days(question, value)
            days = [moment.date() for moment, result in somebody.spoken if name == "spoken" or result == "reached"]
            return any(map(meant, days))
        case "result":
            return any(result == low for _, result in somebody.spoken)
        case "judged":
            latest = max(somebody.judged, key=lambda judged: judged[0], default=(None, 0))
            # Of several on one day the one written last counts.
            steps = [step for day, step in somebody.judged if day == latest[0]]
            return bool(steps) and str(steps[-1]) == {"active": "1", "undecided": "3"}.get(low, low)
        case "channel":
            return any(channel.lower() == low for _, channel in somebody.inquiries)
    raise LookupError(name)
