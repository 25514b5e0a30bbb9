"""Narrow parts of the proofs: each returns what is wrong, and nothing while every check is there."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from muster.access import middleware
from muster.access import queries as access_queries
from muster.access.actor import Actor, NotAllowed, actor_for, system_actor
from muster.access.models import Grant
from muster.access.services import _givers, grants
from muster.people import models as people
from tests.builders import NOON, make_grant, make_standing, require_second_factor
from tests.matrix import test_absent, test_hidden_fields, test_lost_rights, test_writes
from tests.matrix.asking import Asker, path_of, taken_back
from tests.matrix.cells import EVERYBODY, examine, questions
from tests.matrix.hashes import Outside
from tests.matrix.outside import furnish
from tests.matrix.pairs import Step, answered, filled_in
from tests.matrix.table import TABLE
from tests.matrix.world import ROLES

Look = Callable[[Asker], list[Any]]
LIST = "people:person_list"
MINE = ("north_officer", "north_administrator")
NORTH = ("viewer", "organiser", *MINE)


def matrix(*names: str, roles: Iterable[str] = EVERYBODY, units: Iterable[str] = ("",), varied: bool = True) -> Look:
    """Who gets an answer at these addresses, and that no answer holds too much."""

    def look(asker: Asker) -> list[Any]:
        found = examine(asker, questions(asker, names, roles=roles))
        wrong: list[Any] = [
            str(asked)
            for asked, status in found.statuses.items()
            if asked.role in ROLES and status != TABLE[asked.name].expected(asked.role, asked.method)
        ]
        more = examine(asker, questions(asker, names, roles=roles, methods=["GET"], units=units, varied=varied))
        refused = [
            str(asked) for asked, status in more.statuses.items() if asked.unit == "foreign_unit" and status == 200
        ]
        return [*wrong, *found.leaks, *more.leaks, *refused]

    return look


def worlds(name: str, *, role: str = "north_administrator", method: str = "GET", **typed: str) -> Look:
    """One question in twelve worlds."""

    def look(asker: Asker) -> list[Any]:
        path = path_of(name, TABLE[name].args, asker.world.ids, typed if method == "GET" else None)
        step = Step(role, method, path, typed=_typed(asker, role, path, typed) if method == "POST" else ())
        told = set()
        for seed in range(12):
            with taken_back():
                furnish(asker.world, seed)
                told.add(answered(asker, step))
        return sorted(told)[1:]

    return look


def _typed(asker: Asker, role: str, path: str, typed: dict[str, str]) -> tuple[tuple[str, str], ...]:
    form = test_writes.form_sent_to(asker.ask(role, path).text, path)
    return tuple(((filled_in(form, first=False) if form else {}) | typed).items())


def writes(name: str, role: str = "north_officer") -> Look:
    def look(asker: Asker) -> list[Any]:
        outside = Outside(asker.world)
        sent = [(role, path, data) for path, data in test_writes.sendings(asker, role, name)]
        tagged = {"pick": asker.world.foreign["person"], "tag": "moved", "do": "add"}
        return test_writes.changes(asker, outside, outside.hashes(), [*sent, (role, sent[0][1], tagged)])

    return look


def absent(name: str, method: str = "GET", role: str = "north_administrator") -> Look:
    def look(asker: Asker) -> list[Any]:
        pairs = [paths for known, *paths in test_absent.pairs_of_paths(asker.world) if known == name]
        told = [[test_absent.answers(asker, role, method, path) for path in paths] for paths in pairs]
        return [one for one, other in told if one != other]

    return look


def lost(way: str, channel: str) -> Look:
    """The right is gone, and the channel answers still."""

    def look(asker: Asker) -> list[Any]:
        world = asker.world
        with test_lost_rights.holding(world, test_lost_rights.WAYS[way]) as user:
            users = type(world)(users={"late": user}, ids=world.ids, foreign=world.foreign, canaries=world.canaries)
            visitor = Asker(users)
            test_lost_rights.WAYS[way](world, user)
            answer = test_lost_rights.ask(visitor, channel)
            return sorted(world.seen(answer.text)) if answer.status == 200 else []

    return look


def hidden(role: str, field: str, kinds: dict[str, tuple[str, str]]) -> Look:
    """Somebody is found by what the role may not see."""

    def look(asker: Asker) -> list[Any]:
        with taken_back():
            test_hidden_fields.make_known(asker.world)
            told = [test_hidden_fields.finds(asker, role, "web:search", "q", typed) for typed in kinds[field]]
        return told[1:] if told[0] != told[1] else []

    return look


def stored(asker: Asker) -> list[Any]:
    """The file holds more than the list on the screen."""
    shown = test_hidden_fields.pages(asker, "organiser", LIST, {"city": "nowhere"})
    kept = test_hidden_fields.file(asker, "organiser", "people:person_export", {"city": "nowhere"})
    return kept[len(shown) :]


def news(asker: Asker) -> list[Any]:
    """Somebody of South applied lately, and an officer of North reads it."""
    with taken_back():
        person = people.Person.objects.unscoped("a test").get(pk=asker.world.foreign["twin"])
        make_standing(person, "applicant", from_on=timezone.localdate())
        return matrix("web:today", roles=NORTH)(asker)


def unfresh(asker: Asker) -> list[Any]:
    """Somebody who signed in long ago takes a list out, unasked."""
    with taken_back(), pytest.MonkeyPatch.context() as patch:
        now = middleware.time.time()
        patch.setattr(middleware.time, "time", lambda: now + 600)
        answer = asker.ask("organiser", path_of("people:person_export", ("file_kind",), asker.world.ids))
    return [answer.status] if answer.status == 200 else []


def unproven(asker: Asker) -> list[Any]:
    """An officer without a second factor sees the list, where one is required."""
    with taken_back():
        require_second_factor()
        answer = asker.ask("organiser", path_of("people:person_list", (), {}))
    return [answer.status] if answer.status == 200 else []


def giving_more(asker: Asker) -> list[Any]:
    """Whoever gives roles in North gives one that holds more than they do."""
    with taken_back():
        role = people_role(["access.grant", "people.view"])
        user = asker.world.users["viewer"]
        make_grant(user, role.code, _unit(asker, "region"))
        actor = actor_for(user, on=timezone.localdate())
        return _done(
            grants.grant_role,
            actor,
            role_code="administrator",
            unit_id=asker.world.ids["region"],
            user_id=user.pk,
            from_on=actor.on,
        )


def giving_elsewhere(asker: Asker) -> list[Any]:
    """Whoever gives roles in North gives one in South."""
    user = asker.world.users["north_administrator"]
    actor = actor_for(user, on=timezone.localdate())
    with taken_back():
        return _done(
            grants.grant_role,
            actor,
            role_code="member",
            unit_id=asker.world.foreign["region"],
            user_id=user.pk,
            from_on=actor.on,
        )


def last_administrator(asker: Asker) -> list[Any]:
    """Whoever is the last to give roles everywhere ends that."""
    user = asker.world.users["administrator"]
    actor = actor_for(user, on=timezone.localdate())
    with taken_back():
        grant = Grant.objects.get(user=user)
        return _done(grants.end_grant, actor, grant_id=grant.pk, on=actor.on)


def _done(act: Callable[..., Any], actor: Actor, **given: Any) -> list[Any]:
    try:
        act(actor=actor, now=NOON, **given)
    except (NotAllowed, _givers.LastAdministrator):
        return []
    return [act.__name__]


def people_role(permissions: list[str]) -> Any:
    role = type(Grant.objects.select_related("role").first().role)  # type: ignore[union-attr]
    return role.objects.create(code="giver", name="Giver", permissions=permissions)


def _unit(asker: Asker, name: str) -> Any:
    return access_queries.units(system_actor("test", on=date(2026, 11, 1))).get(pk=asker.world.ids[name])
