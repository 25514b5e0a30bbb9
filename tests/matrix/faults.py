"""
Forty faults, each a check that is gone or too loose, and the proof that must see it.

A fault is a name, what it patches, and what is looked at: a part of one proof, that finds nothing while the check is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Q

from muster.access import guards, middleware, rows, scope
from muster.access import queries as access_queries
from muster.access.actor import Actor, NotAllowed, system_actor
from muster.access.models import GrantQuerySet
from muster.access.querysets import ScopedQuerySet
from muster.access.services import grants
from muster.people import models as people
from muster.people.queries import record, search
from muster.people.services import disclosures
from muster.units.queries import Tree
from tests.matrix import test_hidden_fields
from tests.matrix.looks import (
    LIST,
    MINE,
    NORTH,
    Look,
    absent,
    giving_elsewhere,
    giving_more,
    hidden,
    last_administrator,
    lost,
    matrix,
    news,
    stored,
    unfresh,
    unproven,
    worlds,
    writes,
)

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Fault:
    """:ivar look: returns what is wrong; nothing without the fault"""

    name: str
    patch: Callable[[Patch], None]
    look: Look

    def __str__(self) -> str:
        return self.name


class _Unscoped:
    """A model to which everything is visible."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, *args: Any, **fields: Any) -> Any:
        return self._model(*args, **fields)

    @property
    def objects(self) -> Any:
        manager = self._model.objects

        class Everything:
            def __getattr__(self, name: str) -> Any:
                return getattr(manager, name)

            def visible_to(self, *args: Any, **options: Any) -> Any:
                return manager.all()

        return Everything()


def blind(module: str, model: str) -> Callable[[Patch], None]:
    """In one module, all rows of a model are visible."""

    def patch(to: Patch) -> None:
        found = import_module(f"muster.{module}")
        to.setattr(found, model, _Unscoped(getattr(found, model)))

    return patch


def both(one: Callable[[Patch], None], other: Callable[[Patch], None]) -> Callable[[Patch], None]:
    """A check that stands twice is gone in both places."""

    def patch(to: Patch) -> None:
        one(to)
        other(to)

    return patch


def shown(right: str) -> Callable[[Patch], None]:
    """What is shown on demand is shown to whoever sees the person: on the page, and in the service."""
    locked = disclosures.spells.locked_person
    loose = SimpleNamespace(
        locked_person=lambda actor, person_id, _: locked(actor, person_id, "people.view"),
        home_unit_id=disclosures.spells.home_unit_id,
    )
    return both(put(record, "_rights", with_right(right)), put(disclosures, "spells", lambda _: loose))


def put(owner: Any, name: str, made: Callable[[Any], Any]) -> Callable[[Patch], None]:
    """Put something in the place of an attribute, made from what stands there."""

    def patch(to: Patch) -> None:
        found = import_module(f"muster.{owner}") if isinstance(owner, str) else owner
        to.setattr(found, name, made(getattr(found, name)))

    return patch


def as_the_system(act: Callable[..., Any]) -> Callable[..., Any]:
    """The rights of whoever asks do not count; nor do they to PostgreSQL, which would hold some of it back by itself."""

    def instead(actor: Any, *args: Any, **given: Any) -> Any:
        with rows.everyone("a fault"):
            return act(system_actor("fault", on=actor.on), *args, **given)

    return instead


def with_right(name: str) -> Callable[[Any], Any]:
    return lambda rights: (
        lambda *args: type(found := rights(*args))(
            **{field: getattr(found, field) or field == name for field in found.__dataclass_fields__}
        )
    )


def _all(*_: Any, **__: Any) -> Any:
    return lambda queryset, *args, **options: queryset.all()


def _always(*_: Any) -> Any:
    return lambda *args, **options: True


def _placed(**left_out: bool) -> Callable[[Any], Any]:
    def made(_: Any) -> Any:
        def placed(unit_ids: frozenset[int], actor: Actor) -> Any:
            rows = people.Placement.objects.unscoped("a fault")
            rows = rows if "days" in left_out else rows.on(actor.on)
            return rows if "units" in left_out else rows.filter(unit_id__in=unit_ids)

        return placed

    return made


def _nowhere_is_refused(found: Any) -> Any:
    def person(actor: Actor, person_id: int) -> Any:
        seen = found(actor, person_id)
        if seen is None and people.Person.objects.unscoped("a fault").filter(pk=person_id).exists():
            raise NotAllowed("You may not do this here.")
        return seen

    return person


def _any_unit(chosen: Any) -> Any:
    return lambda request: int(request.GET.get("unit") or chosen(request) or 0) or None


def _choose_any(_: Any) -> Any:
    return lambda request, unit_id: request.session.__setitem__(scope.SESSION_KEY, unit_id)


def _whole_ids(_: Any) -> Any:
    return lambda actor, permission: frozenset(actor.tree.parents) if actor.tree else frozenset()


def _below_all(_: Any) -> Any:
    return lambda tree, unit_ids: frozenset(tree.parents)


def _without_end(_: Any) -> Any:
    return lambda rows, day: rows.filter(from_on__lte=day)


def _without_office(_: Any) -> Any:
    return lambda rows, day: rows.filter(Q(to_on=None) | Q(to_on__gt=day), from_on__lte=day)


def _no_guard(_: Any) -> Any:
    return {name: guards.Guard(each.limit) for name, each in guards.GUARDS.items()}


def _keep(_: Any) -> Any:
    from contextlib import nullcontext

    return lambda on: nullcontext()


def _everybody(found: Any) -> Any:
    return lambda actor, filters: found(actor, type(filters)(standing="everyone"))


def _everyone(_: Any) -> Any:
    return lambda actor: people.Person.objects.unscoped("a fault")


def _closing(found: Any) -> Any:
    return lambda closing_id, unit_ids=None: found(closing_id)


DETAIL = "people:person_detail"

FAULTS = [
    Fault("no row is scoped", put(ScopedQuerySet, "visible_to", _all), matrix(LIST, varied=False)),
    Fault("every person is visible", put(people.PersonQuerySet, "visible_to", _all), matrix(DETAIL)),
    Fault("former places count", put("people.models", "_placed", _placed(days=True)), matrix(LIST, roles=NORTH)),
    Fault("any place counts", put("people.models", "_placed", _placed(units=True)), matrix(DETAIL)),
    Fault("the record is not scoped", blind("people.queries.record", "Person"), matrix(DETAIL)),
    Fault(
        "letters to many are not scoped", blind("mailings.queries.mailings", "Mailing"), matrix("mailings:mailing_list")
    ),
    Fault("the list is not scoped", blind("people.queries.listing", "Person"), matrix(LIST)),
    Fault(
        "the search is not scoped",
        both(blind("people.queries.search", "Person"), blind("people.queries.listing", "Person")),
        worlds("web:search", q="Ada Probe"),
    ),
    Fault(
        "likely duplicates are not scoped",
        both(blind("people.queries.duplicates", "Person"), blind("people.queries.listing", "Person")),
        worlds("people:person_create", method="POST"),
    ),
    Fault(
        "names of office holders are not scoped",
        blind("people.queries.in_units", "Person"),
        matrix("units:unit_detail"),
    ),
    Fault("tags are put on anybody", blind("people.services.tags", "Person"), writes("people:person_tag")),
    Fault("kept views are everybody's", blind("web.saved_views.queries", "SavedView"), matrix("views:view_change")),
    Fault("units are not scoped", put(access_queries, "units", as_the_system), matrix("units:unit_detail")),
    Fault("the tree is whole", put(access_queries, "tree", as_the_system), worlds("units:unit_tree")),
    Fault(
        "what was done to a unit is anybody's",
        put(access_queries, "unit_history", as_the_system),
        matrix("units:unit_detail"),
    ),
    Fault("the trace is not scoped", put(access_queries, "trace", as_the_system), matrix("trace:entry_list")),
    Fault("one may go to stand anywhere", put(scope, "choose_unit", _choose_any), matrix("web:scope", varied=False)),
    Fault("nothing is required", put(Actor, "require", _always), matrix("units:unit_edit", varied=False)),
    Fault("everybody may", put(Actor, "may", _always), matrix("merging:duplicate_list", varied=False)),
    Fault("everybody may everywhere", put(Actor, "has_whole", _always), matrix(LIST, varied=False)),
    Fault("a right holds in every unit", put(Actor, "units_for", _whole_ids), matrix(DETAIL, varied=False)),
    Fault("all units are below each", put(Tree, "below", _below_all), matrix(DETAIL, varied=False)),
    Fault(
        "whoever sees somebody sees what was done",
        put(record, "_rights", with_right("history")),
        matrix("people:person_history"),
    ),
    Fault(
        "an address finds whom one may not reach",
        put(search._Search, "_rows", lambda rows: lambda found, *_: rows(found)),
        hidden("viewer", "email", test_hidden_fields.CONTACT),
    ),
    Fault(
        "imports are everybody's",
        put("transfer.queries", "batches", as_the_system),
        matrix("transfer:import_show", roles=MINE),
    ),
    Fault(
        "requests to be erased are everybody's",
        put("workflows.erasure", "requests", as_the_system),
        matrix("web:erasure_list", roles=MINE),
    ),
    Fault(
        "units to choose are not scoped",
        put(
            "people.views.changes",
            "unit_choices",
            lambda _: (
                lambda *args: list(
                    access_queries.units(system_actor("fault", on=date(2026, 11, 1))).values_list("pk", "name")
                )
            ),
        ),
        matrix("people:person_move", roles=NORTH),
    ),
    Fault(
        "matches elsewhere are counted",
        put("people.queries.listing", "count_people", as_the_system),
        worlds(LIST, text="Probe", role="viewer"),
    ),
    Fault("a file is of everybody", put("people.queries.listing", "all_ids", _everybody), stored),
    Fault("a fresh sign-in is not asked for", put(guards, "GUARDS", _no_guard), unfresh),
    Fault(
        "a second factor is not asked for",
        put(middleware, "lacks_second_factor", lambda _: lambda request: False),
        unproven,
    ),
    Fault("a grant has no end", put(GrantQuerySet, "holding", _without_end), lost("by_its_last_day", "page")),
    Fault(
        "a grant outlives its office",
        put(GrantQuerySet, "holding", _without_office),
        lost("with_the_office", "list as CSV"),
    ),
    Fault("one gives more than one holds", put(grants, "check_holds", lambda _: lambda **given: None), giving_more),
    Fault("one gives outside one's units", put(Actor, "require", _always), giving_elsewhere),
    Fault("the last administrator goes", put(grants, "keeping_givers", _keep), last_administrator),
    Fault("who is there is refused, not absent", put(record, "person_record", _nowhere_is_refused), absent(DETAIL)),
    Fault(
        "a closing is looked up before it is known to be one's own",
        put("units.queries", "closing", _closing),
        absent("units:closing_undo", "POST"),
    ),
    Fault(
        "the list by day is not scoped",
        blind("people.queries.listing", "Standing"),
        worlds(LIST, role="viewer", sort="joined"),
    ),
    Fault("the news are not scoped", blind("people.queries.recent", "Standing"), news),
    Fault(
        "whose records one may merge is not asked",
        put("people.queries.merging", "mergeable", _everyone),
        absent("merging:merge_undo", "POST"),
    ),
    Fault("grants are not scoped", put(access_queries, "grants", as_the_system), absent("access:grant_end", "POST")),
    Fault(
        "one may stand anywhere",
        put(scope, "chosen_unit_id", _any_unit),
        matrix(LIST, roles=["viewer"], units=["foreign_unit"]),
    ),
    Fault(
        "the private part needs no right",
        both(put(people.PrivateQuerySet, "view_permission", lambda _: "people.view"), shown("private")),
        matrix("people:private_show"),
    ),
    Fault(
        "it is told where those live who moved away",
        blind("people.queries.arrays", "Person"),
        matrix("reports:balance_sheet", roles=["viewer"]),
    ),
    Fault("how to reach somebody needs no right", shown("contact"), matrix("people:contact_show")),
]
