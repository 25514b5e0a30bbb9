"""Reads for the pages about units, put together from `access`, `people`, `units` and the reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from muster.access import queries as access_queries
from muster.access.actor import Actor
from muster.core.terms import Terms
from muster.people.queries import in_units
from muster.reports import formation
from muster.units import queries as unit_queries
from muster.units.queries import Tree
from muster.web.balance_sheet.links import Links
from muster.web.growing import queries as growing
from muster.web.units import forest, words
from muster.web.words import number

FOUND = 50
CHOICES = 30
PEOPLE = 10
BELOW = 100
ENTRIES = 20


@dataclass(frozen=True)
class TreePage:
    """
    :ivar total: how many units the reader may see, closed ones only where they were asked for
    :ivar shown: how many of them the page holds
    :ivar closed: how many closed units are left out
    """

    nodes: list[forest.Node]
    total: int
    shown: int
    closed: int


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A unit that a search found: its row, the names above it, its members with all below (None: not to be seen)."""

    unit: Any
    above: str
    members: int | None


@dataclass(frozen=True)
class UnitPage:
    """
    Everything the page of a unit says.

    :ivar path: (name, address) of the units above that the reader may see, from the top
    :ivar here, members: members placed in the unit itself, and with all below; None where the reader may not see people
    :ivar without_unit: of a root's `members` those placed nowhere
    :ivar people: the first of those placed here, by name
    :ivar below: the first open units right below, with their members; `more_below` says that there are more
    :ivar counts: (code, noun, number) of the open units anywhere below, by kind
    :ivar history: (when, who, what)
    :ivar closing_id, split_id: the closing and the split that can still be undone, or None
    :ivar lines: of a group, what it has of what a branch needs
    :ivar became: what it was before, with the day, and whether that can still be undone; None: it has always been what it is
    """

    unit: Any
    path: list[tuple[str, str]]
    place: str
    here: int | None
    members: int | None
    without_unit: int
    people: list[Any]
    holders: list[in_units.Holder]
    vacancies: list[in_units.Vacancy]
    below: list[forest.Node]
    more_below: bool
    counts: list[tuple[str, str, int]]
    history: list[tuple[datetime, str, str]]
    closing_id: int | None
    lines: list[growing.Line]
    became: tuple[Any, bool] | None
    split_id: int | None


def tree_page(actor: Actor, *, at: int | None, with_closed: bool) -> TreePage:
    """Return the tree the actor may see, folded where it is large; five queries at most."""
    tree = access_queries.tree(actor)
    units = access_queries.units(actor)
    closed = set() if with_closed else set(units.filter(closed_on__lte=actor.on).values_list("pk", flat=True))
    totals = _totals(actor, tree)
    open_tree = forest.without_closed(tree, closed) if closed else tree
    at = at if at in open_tree.parents else None
    shown = forest.shown_ids(open_tree, at)
    query = {"closed": "1"} if with_closed else {}
    nodes = forest.nodes(open_tree, units.filter(pk__in=shown), totals, at=at, query=query)
    return TreePage(nodes, len(open_tree.parents), len(shown), len(tree.parents) - len(open_tree.parents))


def find_units(actor: Actor, search: str, *, with_closed: bool) -> list[FoundUnit]:
    """Return the first units whose name or city holds the text, by name; five queries at most."""
    found = access_queries.units(actor).filter(Q(name__icontains=search) | Q(city__icontains=search))
    if not with_closed:
        found = found.exclude(closed_on__lte=actor.on)
    tree = access_queries.tree(actor)
    rows = list(found[:FOUND])
    totals = _totals(actor, tree)
    above = {pk for unit in rows for pk in tree.above(unit.pk)[:-1]}
    names = dict(unit_queries.choices(above))
    return [
        FoundUnit(
            unit,
            " › ".join(names[pk] for pk in tree.above(unit.pk)[:-1]),
            None if totals is None else totals[unit.pk],
        )
        for unit in rows
    ]


def unit_page(actor: Actor, unit: Any, terms: Terms, *, undo_since: datetime) -> UnitPage:
    """Return what the page of a unit the actor may see says; at most 21 queries, however much there is."""
    tree = access_queries.tree(actor)
    inside = tree.below([unit.pk])
    sees_people = actor.may("people.view", unit_id=unit.pk)
    own = in_units.members_by_unit(actor, actor.on, unit_ids=inside) if sees_people else {}
    is_root = unit.parent_id is None
    without_unit = in_units.members_without_home(actor, actor.on) if is_root and sees_people else 0
    totals = forest.sums(tree, own)
    open_inside = access_queries.units(actor).filter(pk__in=inside - {unit.pk}).exclude(closed_on__lte=actor.on)
    right_below = list(open_inside.filter(parent_id=unit.pk)[: BELOW + 1])
    holders, vacancies = in_units.offices_of(actor, unit.pk, actor.on)
    names = dict(unit_queries.choices(tree.above(unit.pk)[:-1]))
    closing = unit_queries.last_closing(unit.pk, since=undo_since) if unit.closed_on else None
    former = unit_queries.former_kinds([unit.pk]).last()
    split = unit_queries.last_split(unit.pk, since=undo_since)
    flat = Tree({each.pk: None for each in right_below})
    return UnitPage(
        unit=unit,
        path=[(names[pk], reverse("units:unit_detail", args=[pk])) for pk in tree.above(unit.pk)[:-1]],
        place=", ".join(part for part in (unit.city, unit.region, unit.country) if part),
        here=own.get(unit.pk, 0) if sees_people else None,
        members=totals[unit.pk] + without_unit if sees_people else None,
        without_unit=without_unit,
        people=list(in_units.placed_in(actor, [unit.pk], actor.on)[:PEOPLE]) if sees_people else [],
        holders=holders,
        vacancies=vacancies,
        below=forest.nodes(flat, right_below[:BELOW], totals if sees_people else None, at=None, query={}),
        more_below=len(right_below) > BELOW,
        counts=unit_queries.count_by_kind(open_inside),
        history=_history(actor, unit),
        closing_id=closing.pk if closing and closing.closed_on == unit.closed_on else None,
        lines=_lines(actor, unit, terms) if sees_people else [],
        became=(former, former.made_at is not None and former.made_at >= undo_since) if former else None,
        split_id=split.pk if split else None,
    )


def figures(actor: Actor, page: UnitPage, terms: Terms) -> list[dict[str, str]]:
    """Return the strip of figures above the page, each with the list behind it; no query."""
    to = Links(actor, page.unit.pk, actor.on)
    found = []
    if page.members is not None and page.here is not None:
        label = terms.many("member").capitalize()
        found.append({"label": label, "value": number(page.members), "url": to.list_of("members")})
        if page.here != page.members:
            url = to.list_of(f"unit:{page.unit.ref}")
            found.append({"label": "Placed right here", "value": number(page.here), "url": url})
    if page.without_unit:
        label = f"Without a {terms.one('unit')}"
        found.append({"label": label, "value": number(page.without_unit), "url": to.list_of("without_unit")})
    tree = reverse("units:unit_tree", query={"at": page.unit.pk})
    keys = {"branch": "branches", "group": "groups"}
    return found + [
        {"label": noun, "value": number(count), "url": to.list_of(keys.get(code, "")) or tree}
        for code, noun, count in page.counts
    ]


def units_below(actor: Actor, unit_id: int) -> list[tuple[Any, str, int | None]]:
    """Return a unit and all below it with the own id of the unit above and the members placed in each; three queries."""
    tree = access_queries.tree(actor)
    rows = list(access_queries.units(actor).filter(pk__in=tree.below([unit_id])))
    refs = {unit.pk: unit.ref for unit in rows}
    own = in_units.members_by_unit(actor, actor.on)
    seen = actor.units_for("people.view")
    whole = actor.has_whole("people.view")
    return [
        (unit, refs.get(unit.parent_id or 0, ""), own.get(unit.pk, 0) if whole or unit.pk in seen else None)
        for unit in rows
    ]


def new_parents(actor: Actor, unit: Any, search: str, chosen: int | None) -> list[tuple[int, str]]:
    """Return the first open units where this one may be put, as (id, name); three queries. `chosen` is always among them."""
    tree = access_queries.tree(actor)
    allowed = access_queries.units(actor, "units.edit").filter(kind__in=unit_queries.kinds_that_allow(unit.kind_id))
    allowed = allowed.exclude(pk__in=tree.below([unit.pk])).exclude(pk=unit.parent_id)
    return access_queries.open_choices(actor, allowed, search, chosen=chosen, most=CHOICES)


def takers(actor: Actor, unit: Any, search: str, chosen: int | None) -> list[tuple[int, str]]:
    """Return the first open units that can take in the people of this one, as (id, name); the one above it first."""
    tree = access_queries.tree(actor)
    allowed = access_queries.units(actor, "people.edit").exclude(pk__in=tree.below([unit.pk]))
    found = access_queries.open_choices(actor, allowed, search, chosen=chosen, most=CHOICES)
    return sorted(found, key=lambda choice: choice[0] != unit.parent_id)


def has_open_below(actor: Actor, unit_id: int) -> bool:
    """Say whether something below the unit is open; two queries."""
    below = access_queries.tree(actor).below([unit_id]) - {unit_id}
    return bool(access_queries.units(actor).filter(pk__in=below).exclude(closed_on__lte=actor.on).exists())


def _lines(actor: Actor, unit: Any, terms: Terms) -> list[growing.Line]:
    if unit.kind.code != formation.GROUP:
        return []
    return growing.in_words(formation.criteria_of(actor, [unit.pk], actor.on)[unit.pk], terms)


def _history(actor: Actor, unit: Any) -> list[tuple[datetime, str, str]]:
    entries = list(access_queries.unit_history(actor, unit)[:ENTRIES])
    if not entries:
        return []
    named = {pk for entry in entries for pk in _units_in(entry.details)}
    names = dict(access_queries.units(actor).filter(pk__in=named).values_list("pk", "name")) if named else {}
    kinds = {str(kind.pk): kind.name for kind in unit_queries.kinds()}
    return [
        (entry.happened_at, entry.actor_label, words.sentence(entry.action, entry.details, names, kinds))
        for entry in entries
    ]


def _units_in(details: dict[str, Any]) -> Iterable[int]:
    parents = details.get("parent")
    yield from (pk for pk in parents if pk) if isinstance(parents, list) else ()
    yield from (pk for name in ("people_to", "new_unit") if (pk := details.get(name)))


def _totals(actor: Actor, tree: Tree) -> dict[int, int] | None:
    if not actor.may("people.view"):
        return None
    totals = forest.sums(tree, in_units.members_by_unit(actor, actor.on))
    if tree.root_id is not None and actor.has_whole("units.view"):
        # The whole organisation is everyone, placed or not; who sees less sees nobody without a unit.
        totals[tree.root_id] += in_units.members_without_home(actor, actor.on)
    return totals
