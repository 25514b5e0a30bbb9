"""What may be asked about a person, their standings, placements, training, offices, tags and own fields."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection
from django.db.models import CharField, Func, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.db.models.lookups import IContains, IExact

from muster.core.sheets.values.names import bare_key
from muster.core.terms import Terms
from muster.people.calc.conditions import Asked, Kind, Meaning, Rows, Takes, any_of
from muster.people.calc.questions import All, Not, WrongQuestion
from muster.people.models import Office, Person, Placement, Qualification, Standing
from muster.people.queries import record
from muster.people.queries._matching import SHORTEST, people_named
from muster.people.queries._narrowing import open_branches_and_groups

_NOW = ("member", "applicant", "contact")


class OwnField(Func):
    """The text of an own field, NULL where it was never filled; its key may hold any sign."""

    arity = 1
    output_field = CharField()

    def __init__(self, column: str, key: str) -> None:
        super().__init__(column)
        self.key = key

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        if '"' not in self.key and "\\" not in self.key:
            return f"json_extract({sql}, %s)", [*params, f'$."{self.key}"']
        # No way to write such a key in a path.
        return f"(SELECT value FROM json_each({sql}) WHERE key = %s)", [*params, self.key]  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return f"jsonb_extract_path_text({sql}, %s)", [*params, self.key]


def _people(fits: Any, *, by_index: bool = False) -> Rows:
    return Rows(Person.objects.unscoped("a set that the people one may see are compared with"), fits, "pk", by_index)


def _standings(fits: Q) -> Rows:
    return Rows(Standing.objects.unscoped("a set that the people one may see are compared with"), fits)


def _placements(fits: Q) -> Rows:
    return Rows(Placement.objects.unscoped("a set that the people one may see are compared with"), fits)


def holds(asked: Asked) -> Q:
    """Return what keeps spells that hold on the day of whoever asks."""
    return (Q(to_on=None) | Q(to_on__gt=asked.actor.on)) & Q(from_on__lte=asked.actor.on)


def within(column: str, asked: Asked) -> Q:
    """Return what keeps rows whose day lies in the days asked for."""
    first, after = asked.days.first, asked.days.after
    since = Q(**{f"{column}__gte": first}) if first else Q()
    return since & Q(**{f"{column}__lt": after}) if after else since


def _named(asked: Asked) -> Meaning:
    return any_of(_name(text) for text in asked.values)


def _name(text: str) -> Rows:
    words = bare_key(text).split()
    if not words:
        raise WrongQuestion(f"“{text}” holds nothing that a name could.")
    indexed = [word for word in words if len(word) >= SHORTEST] if connection.vendor == "sqlite" else []
    found = Q(pk__in=people_named(" ".join(indexed))) if indexed else Q()
    found &= Q(*(Q(name_key__contains=word) for word in words if word not in indexed))
    return _people(found, by_index=any(len(word) >= SHORTEST for word in words))


def _text(column: str, lookup: str = "iexact") -> Callable[[Asked], Meaning]:
    def meaning(asked: Asked) -> Meaning:
        # PostgreSQL has an index of cities as `iexact` asks for them.
        by_index = column == "city" and connection.vendor == "postgresql"
        return any_of(_people(Q(**{f"{column}__{lookup}": text}), by_index=by_index) for text in asked.values)

    return meaning


def _tagged(asked: Asked) -> Meaning:
    parted = Concat(Value(";"), "tags", Value(";"))
    # Only tagged people stand in the index that this reads.
    return any_of(_people(~Q(tags="") & Q(IContains(parted, f";{tag};")), by_index=True) for tag in asked.values)


def _own_field(asked: Asked) -> Meaning:
    held = Coalesce(OwnField("custom", asked.of), Value(""))
    return any_of(_people(Q(IExact(held, text))) for text in asked.values)


def _standing(asked: Asked) -> Meaning:
    return any_of(_one_standing(asked, code) for code in asked.values)


def _one_standing(asked: Asked, code: str) -> Meaning:
    if code == "none":
        return Not(_standings(holds(asked)))
    if code == "former":
        ended = _standings(Q(standing="member", to_on__lte=asked.actor.on))
        return All((ended, Not(_one_standing(asked, "member"))))
    return _standings(holds(asked) & Q(standing=code))


def _ever(asked: Asked) -> Meaning:
    return _standings(Q(standing__in=asked.values, from_on__lte=asked.actor.on))


def _joined(asked: Asked) -> Meaning:
    return _standings(holds(asked) & Q(standing="member") & within("from_on", asked))


def _began(asked: Asked) -> Meaning:
    return _standings(Q(standing=asked.of, from_on__lte=asked.actor.on) & within("from_on", asked))


def _ended(asked: Asked) -> Meaning:
    return _standings(Q(standing=asked.of, to_on__lte=asked.actor.on) & within("to_on", asked))


def _placed(**more: bool) -> Callable[[Asked], Meaning]:
    def meaning(asked: Asked) -> Meaning:
        return _placements(holds(asked) & Q(unit_id__in=frozenset().union(*asked.values), **more))

    return meaning


def _at_large(asked: Asked) -> Meaning:
    placed = _placements(holds(asked) & Q(unit_id__in=open_branches_and_groups(asked.actor)))
    return any_of(Not(placed) if code == "yes" else placed for code in asked.values)


def _trained(asked: Asked) -> Meaning:
    rows = Qualification.objects.unscoped("a set that the people one may see are compared with")
    return any_of(Rows(rows, holds(asked) & Q(qualification__iexact=text)) for text in asked.values)


def _in_office(asked: Asked) -> Meaning:
    rows = Office.objects.unscoped("a set that the people one may see are compared with")
    return any_of(Rows(rows, holds(asked) & Q(role__iexact=text)) for text in asked.values)


def _reachable(asked: Asked) -> Meaning:
    return any_of(_people(~Q(**{column: ""})) for column in asked.values)


def _allowed(asked: Asked) -> Meaning:
    return any_of(_people(Q(**{f"{column}_opt_in": True})) for column in asked.values)


def _one(terms: Terms) -> Mapping[str, str]:
    return {code: f"{'an' if terms.one(code)[:1] in 'aeiou' else 'a'} {terms.one(code)}" for code in _NOW}


def _many(terms: Terms) -> Mapping[str, str]:
    return {
        **{code: terms.many(code) for code in _NOW},
        "former": f"former {terms.many('member')}",
        "none": "without any standing",
    }


def _each_standing(actor: Any, terms: Terms) -> list[tuple[str, str]]:
    return list(_one(terms).items())


CONDITIONS = (
    Kind("standing", "Standing now", Takes.CHOICE, "are {}", "are not {}", _standing, choices=_many),
    Kind("ever", "Standing at some time", Takes.CHOICE, "were ever {}", "were never {}", _ever, choices=_one),
    Kind("joined", "Joined", Takes.DAYS, "joined {}", "did not join {}", _joined),
    Kind(
        "began",
        "Standing began",
        Takes.DAYS,
        "became {of} {}",
        "did not become {of} {}",
        _began,
        about=_each_standing,
    ),
    Kind(
        "ended",
        "Standing ended",
        Takes.DAYS,
        "ceased to be {of} {}",
        "did not cease to be {of} {}",
        _ended,
        about=_each_standing,
    ),
    Kind("in", "In a unit or below", Takes.UNIT, "are in {} or below", "are not in {} or below", _placed()),
    Kind("unit", "In a unit itself", Takes.UNIT, "are in {} itself", "are not in {} itself", _placed()),
    Kind(
        "home",
        "Home in a unit or below",
        Takes.UNIT,
        "have their home in {} or below",
        "do not have their home in {} or below",
        _placed(is_primary=True),
    ),
    Kind(
        "at-large",
        "At large",
        Takes.CHOICE,
        "{}",
        "are not those who {}",
        _at_large,
        choices=lambda terms: {
            "yes": f"are in no open {terms.one('branch')} or {terms.one('group')}",
            "no": f"are in an open {terms.one('branch')} or {terms.one('group')}",
        },
    ),
    Kind("qualification", "Training", Takes.TEXT, "are trained as {}", "are not trained as {}", _trained),
    Kind("office", "Office", Takes.TEXT, "hold the office of {}", "do not hold the office of {}", _in_office),
    Kind("tag", "Tag", Takes.TEXT, "are tagged {}", "are not tagged {}", _tagged),
    Kind("name", "Name", Takes.TEXT, "have {} in their name", "do not have {} in their name", _named),
    Kind("city", "City", Takes.TEXT, "live in {}", "do not live in {}", _text("city")),
    Kind("region", "State or region", Takes.TEXT, "live in the state of {}", "live elsewhere than {}", _text("region")),
    Kind(
        "postcode",
        "Post code begins with",
        Takes.TEXT,
        "have a post code that begins with {}",
        "have no post code that begins with {}",
        _text("postcode", "istartswith"),
    ),
    Kind("language", "Language", Takes.TEXT, "speak {}", "do not speak {}", _text("language")),
    Kind(
        "field",
        "Own field",
        Takes.TEXT,
        "have {} in “{of}”",
        "do not have {} in “{of}”",
        _own_field,
        "people.edit",
        about=lambda actor, terms: record.custom_fields(actor),
    ),
    Kind(
        "has",
        "Can be reached",
        Takes.CHOICE,
        "have {}",
        "do not have {}",
        _reachable,
        "people.contact",
        choices=lambda terms: {"email": "an e-mail address", "phone": "a phone number"},
    ),
    Kind(
        "allowed",
        "Has agreed",
        Takes.CHOICE,
        "have agreed to {}",
        "have not agreed to {}",
        _allowed,
        "people.contact",
        choices=lambda terms: {"email": "be sent e-mail", "phone": "be called"},
    ),
)
