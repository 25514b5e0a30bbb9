"""The tree of units as a page shows it: what is folded, what is left out, how many members stand below each unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from muster.units.queries import Tree

# More rows than this make a page slow on a phone; deeper levels are then opened one by one.
ROWS = 400
# A tree of so many rows is shown unfolded.
UNFOLDED = 40


@dataclass
class Node:
    """One row. `more`: how many units below are left out of the page; `more_url` shows them."""

    unit_id: int
    name: str
    kind: str
    value: int | str
    url: str
    open: bool = False
    more: int = 0
    more_url: str = ""
    children: list["Node"] = field(default_factory=list)


def without_closed(tree: Tree, closed: Iterable[int]) -> Tree:
    """Return the tree without closed units; one stays where something below it is open."""
    open_ids = set(tree.parents) - set(closed)
    kept = {above for unit_id in open_ids for above in tree.above(unit_id)}
    return Tree({pk: parent for pk, parent in tree.parents.items() if pk in kept})


def sums(tree: Tree, own: Mapping[int, int]) -> dict[int, int]:
    """Return for each unit the sum of the figures of itself and all below it; every unit is looked at once."""
    total = {pk: own.get(pk, 0) for pk in tree.parents}
    for pk in reversed(_downwards(tree)):
        parent = tree.parents[pk]
        if parent is not None:
            total[parent] += total[pk]
    return total


def shown_ids(tree: Tree, at: int | None) -> list[int]:
    """
    Return the ids a page shows, parents first: whole levels while they fit, the way to `at` and what is right below it.

    :param at: a unit of the tree, or None
    """
    order = _downwards(tree)
    if len(order) <= ROWS:
        return order
    wanted = dict.fromkeys([*tree.above(at), *tree.children.get(at, ())][:ROWS] if at is not None else ())
    level = tree.children.get(None, [])
    while level and len(wanted) + len(level) <= ROWS:
        wanted |= dict.fromkeys(level)
        level = [child for pk in level for child in tree.children.get(pk, ())]
    if not wanted:
        wanted = dict.fromkeys(level[:ROWS])
    return [pk for pk in order if pk in wanted]


def nodes(
    tree: Tree, units: Iterable[Any], totals: Mapping[int, int] | None, *, at: int | None, query: dict[str, str]
) -> list[Node]:
    """
    Return the rows as trees, by kind and name.

    :param units: the units to show, each above what stands below it or not: the order does not matter
    :param totals: unit id → figure, None where the reader may not see figures
    :param query: what the addresses of further levels carry along
    """
    ordered = sorted(units, key=lambda unit: (unit.kind.position, unit.name.casefold(), unit.pk))
    way = set(tree.above(at)) if at is not None else set()
    found: dict[int, Node] = {}
    for unit in ordered:
        value: int | str = "" if totals is None else totals.get(unit.pk, 0)
        kind = f"{unit.kind.name}, closed" if unit.closed_on else unit.kind.name
        found[unit.pk] = Node(unit.pk, unit.name, kind, value, reverse("units:unit_detail", args=[unit.pk]))
    roots: list[Node] = []
    for pk, node in found.items():
        children = tree.children.get(pk, [])
        node.more = sum(child not in found for child in children)
        if node.more:
            node.more_url = reverse("units:unit_tree", query={**query, "at": pk}) + f"#unit-{pk}"
        parent = tree.parents[pk]
        node.open = len(found) <= UNFOLDED or pk in way or parent is None
        (found[parent].children if parent in found else roots).append(node)
    return roots


def _downwards(tree: Tree) -> list[int]:
    order: list[int] = []
    level = tree.children.get(None, [])
    while level:
        order += level
        level = [child for pk in level for child in tree.children.get(pk, ())]
    return order
