"""Reads of the tree. Rights stand above units (in `access`), so these functions take unit ids that a caller may already see."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from muster.core.terms import DEFAULTS, Terms
from muster.units.calc import OrganisationSettings
from muster.units.models import Closing, FormerKind, Setting, Split, Unit, UnitExternalId, UnitKind


@dataclass(frozen=True)
class Tree:
    """The whole tree in memory: unit id → parent id (None for the root). A few thousand units at most."""

    parents: Mapping[int, int | None]

    @cached_property
    def children(self) -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = {}
        for unit_id, parent_id in self.parents.items():
            found.setdefault(parent_id, []).append(unit_id)
        return found

    @cached_property
    def root_id(self) -> int | None:
        roots = self.children.get(None, [])
        return roots[0] if roots else None

    def below(self, unit_ids: Iterable[int]) -> frozenset[int]:
        """Return the given units and everything under them; no query."""
        found: set[int] = set()
        todo = list(unit_ids)
        while todo:
            unit_id = todo.pop()
            if unit_id not in found:
                found.add(unit_id)
                todo.extend(self.children.get(unit_id, ()))
        return frozenset(found)

    def above(self, unit_id: int) -> list[int]:
        """Return the ids from the root down to the unit itself; no query."""
        path: list[int] = []
        step: int | None = unit_id
        while step is not None and step not in path:
            path.append(step)
            step = self.parents.get(step)
        return path[::-1]


def load_tree() -> Tree:
    """Read the tree; one query however many units there are."""
    return Tree(dict(Unit.objects.order_by("pk").values_list("pk", "parent_id")))


def units() -> QuerySet[Unit]:
    """Return every unit with its kind, by name; callers narrow it to what the actor may see."""
    return Unit.objects.select_related("kind").order_by("name", "pk")


def kinds() -> QuerySet[UnitKind]:
    """Return the kinds of unit in their own order."""
    return UnitKind.objects.order_by("position", "pk")


def kinds_with_children() -> list[tuple[UnitKind, list[UnitKind]]]:
    """Return each kind, in their own order, with the kinds that may stand below it; two queries."""
    found = kinds().prefetch_related(Prefetch("allowed_children", kinds()))
    return [(kind, list(kind.allowed_children.all())) for kind in found]


def kinds_allowed_below(kind_id: int) -> QuerySet[UnitKind]:
    """Return the kinds a unit of this kind may have as children."""
    return UnitKind.objects.get(pk=kind_id).allowed_children.order_by("position", "pk")


def kinds_that_allow(kind_id: int) -> QuerySet[UnitKind]:
    """Return the kinds of unit below which one of this kind may stand."""
    return UnitKind.objects.filter(allowed_children=kind_id).order_by("position", "pk")


def count_by_kind(found: QuerySet[Unit]) -> list[tuple[str, str, int]]:
    """Return (code, name or plural of the kind, number) for the given units, in the order of the kinds; one query."""
    counted = found.order_by().values("kind_id", "kind__code", "kind__name", "kind__plural", "kind__position")
    rows = counted.annotate(number=Count("pk")).order_by("kind__position", "kind_id")
    return [
        (row["kind__code"], row["kind__name"] if row["number"] == 1 else row["kind__plural"], row["number"])
        for row in rows
    ]


def open_on(found: QuerySet[Unit], on: date) -> QuerySet[Unit]:
    """Keep the units that are open on a day; days that are not known do not count against them."""
    return found.filter(Q(opened_on=None) | Q(opened_on__lte=on), Q(closed_on=None) | Q(closed_on__gt=on))


def closed_on(found: QuerySet[Unit], on: date) -> QuerySet[Unit]:
    """Keep the units that are closed on a day."""
    return found.filter(closed_on__lte=on)


def of_kind_on(found: QuerySet[Unit], code: str, on: date) -> QuerySet[Unit]:
    """Keep the units that were of that kind on a day, whatever they are now."""
    later = FormerKind.objects.filter(unit=OuterRef("pk"), until_on__gt=on).order_by("until_on")
    then = Coalesce(Subquery(later.values("kind__code")[:1]), F("kind__code"))
    return found.alias(kind_then=then).filter(kind_then=code)


def former_kinds(unit_ids: Iterable[int] | None = None) -> QuerySet[FormerKind]:
    """Return what units were before they became something else, each unit's in the order of days; of all, or of these."""
    found = FormerKind.objects.select_related("kind").order_by("unit_id", "until_on")
    return found if unit_ids is None else found.filter(unit_id__in=frozenset(unit_ids))


def choices(unit_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Return (id, name) of the given units by name, for a form; one query."""
    return list(Unit.objects.filter(pk__in=unit_ids).order_by("name", "pk").values_list("pk", "name"))


def external_ids(unit_ids: Iterable[int]) -> QuerySet[UnitExternalId]:
    """Return what other systems call these units, by source."""
    return UnitExternalId.objects.filter(unit_id__in=unit_ids).order_by("unit_id", "source")


def find_by_identifier(identifier: str, *, unit_ids: frozenset[int] | None = None) -> Unit | None:
    """
    Return the unit with that own id, else the one another system calls so; two queries.

    Of several systems an exchange folder goes first, then the source by name.

    :param unit_ids: look among these only; None for all
    """
    units, others = Unit.objects.filter(ref=identifier), UnitExternalId.objects.filter(value=identifier)
    if unit_ids is not None:
        units, others = units.filter(pk__in=unit_ids), others.filter(unit_id__in=unit_ids)
    own = units.order_by("pk").first()
    if own is not None:
        return own
    foreign = others.select_related("unit").order_by("source", "pk")
    found = sorted(foreign, key=lambda other: other.source != "folder")
    return found[0].unit if found else None


def by_any_name() -> dict[str, int]:
    """
    Return everything a unit may be called → its id: its own id, else another system's, else its name where one alone bears it.

    Of several systems an exchange folder goes first, then the source by name. Two queries.
    """
    found: dict[str, int] = {}
    rows = list(Unit.objects.order_by("pk").values_list("pk", "ref", "name"))
    names = Counter(name for _, _, name in rows)
    found |= {name: pk for pk, _, name in rows if names[name] == 1}
    foreign = list(UnitExternalId.objects.order_by("-source", "-pk").values_list("source", "value", "unit_id"))
    found |= {value: unit_id for _, value, unit_id in sorted(foreign, key=lambda other: other[0] == "folder")}
    return found | {ref: pk for pk, ref, _ in rows}


def called(found: Iterable[Unit]) -> dict[int, str]:
    """Return unit id → its id in an exchange folder, else in the first other system by name, else its own; one query."""
    own = {unit.pk: unit.ref for unit in found}
    foreign: dict[int, str] = {}
    for other in sorted(external_ids(own), key=lambda other: other.source != "folder"):
        foreign.setdefault(other.unit_id, other.value)
    return own | foreign


def closing(closing_id: int, *, unit_ids: frozenset[int] | None = None) -> Closing | None:
    """Return the record of a closing, or None; only of these units, if given. One query."""
    found = Closing.objects.filter(pk=closing_id)
    return (found if unit_ids is None else found.filter(unit_id__in=unit_ids)).order_by("pk").first()


def last_closing(unit_id: int, *, since: datetime) -> Closing | None:
    """Return the closing of this unit that can still be undone, or None."""
    found = Closing.objects.filter(unit_id=unit_id, undone_at=None, closed_at__gte=since)
    return found.order_by("-closed_at", "-pk").first()


def split(split_id: int, *, unit_ids: frozenset[int] | None = None) -> Split | None:
    """Return the record of a split, or None; only of these units, if given. One query."""
    found = Split.objects.filter(pk=split_id)
    return (found if unit_ids is None else found.filter(unit_id__in=unit_ids)).order_by("pk").first()


def last_split(unit_id: int, *, since: datetime) -> Split | None:
    """Return the last split of this unit that can still be undone, or None; one query."""
    found = Split.objects.filter(unit_id=unit_id, split_at__gte=since, undone_at=None).select_related("new_unit")
    return found.order_by("-split_at", "-pk").first()


def largest_of_kind(kind: str | None) -> int:
    """Return the id of the unit of that kind with most units below it, first by name; the root where no kind is given."""
    tree = load_tree()
    ids = (
        [tree.root_id] if kind is None else units().filter(kind__code=kind, closed_on=None).values_list("pk", flat=True)
    )
    return max((pk for pk in ids if pk is not None), key=lambda pk: len(tree.below([pk])))


def organisation_name() -> str:
    """Return the name of the root unit, empty where nothing is founded yet; one query."""
    return Unit.objects.filter(parent=None).values_list("name", flat=True).order_by("pk").first() or ""


def settings() -> OrganisationSettings:
    """Return the organisation's choices, defaults where none was made; one query."""
    stored = dict(Setting.objects.values_list("key", "value"))
    return OrganisationSettings.from_stored(stored)


def terms(chosen: OrganisationSettings | None = None) -> Terms:
    """Return the organisation's nouns; one query, none where its settings are handed in."""
    renamed = (chosen or settings()).nouns
    return Terms({noun: (one, many) for noun, (one, many) in renamed.items() if noun in DEFAULTS})
