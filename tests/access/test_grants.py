from datetime import date, timedelta

import pytest

from muster.access.actor import NotAllowed
from muster.access.models import Grant, Role
from muster.access.services import grants as services
from muster.access.services._givers import LastAdministrator
from muster.audit.models import Entry
from tests.builders import LONG_AGO, NOON, TODAY, make_unit, make_user

pytestmark = pytest.mark.db


def give(actor, user, unit, role="unit_viewer"):
    return services.grant_role(actor=actor, user_id=user.pk, role_code=role, unit_id=unit.pk, from_on=TODAY, now=NOON)


def test_a_grant_reaches_the_unit_and_all_below_it_while_it_holds(north, south, actor_of):
    deep = make_unit("Deep", kind="group", parent=make_unit("North 1", parent=north))
    user = make_user("eve")
    Grant.objects.create(
        user=user,
        role=Role.objects.get(code="unit_viewer"),
        unit=north,
        from_on=TODAY - timedelta(days=9),
        to_on=TODAY,
    )

    yesterday = actor_of(user, TODAY - timedelta(days=1))
    assert yesterday.units_for("people.view") == {north.pk, deep.parent_id, deep.pk}
    assert not yesterday.may("people.edit")
    assert not actor_of(user, TODAY).may("people.view")
    assert not actor_of(user, TODAY - timedelta(days=10)).may("people.view")


def test_the_root_reaches_people_without_a_unit(dora, alice, actor_of):
    assert actor_of(dora).has_whole("people.view")
    assert not actor_of(alice).has_whole("people.view")


def test_an_inactive_account_may_nothing(alice, actor_of):
    alice.is_active = False
    assert not actor_of(alice).may("people.view")


def test_giving_a_role_leaves_a_trace(dora, bob, south, actor_of):
    give(actor_of(dora), bob, south)

    assert actor_of(bob).may("people.view", unit_id=south.pk)
    assert list(Entry.objects.values_list("action", "unit_id", "details")) == [
        ("access.role.granted", south.pk, {"role": "unit_viewer", "user": bob.pk})
    ]
    with pytest.raises(services.GrantExists):
        give(actor_of(dora), bob, south)


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_whoever_may_not_give_roles_cannot(who, north, request, actor_of):
    with pytest.raises(NotAllowed):
        give(actor_of(request.getfixturevalue(who)), make_user("eve"), north)


def test_nobody_gives_more_than_they_hold_nor_outside_their_units(north, south, actor_of):
    Role.objects.create(code="registrar", name="Registrar", permissions=["access.grant", "people.view", "units.view"])
    giver, eve = make_user("giver", registrar=north), make_user("eve")
    actor = actor_of(giver)

    for role, unit in [("unit_organiser", north), ("administrator", north), ("registrar", south)]:
        with pytest.raises(NotAllowed):
            give(actor, eve, unit, role)
    assert give(actor, eve, north, "registrar").unit_id == north.pk


def test_the_last_administrator_stays(dora, organisation, actor_of):
    first = Grant.objects.get(user=dora)

    def end(grant):
        services.end_grant(actor=actor_of(dora), grant_id=grant.pk, on=TODAY, now=NOON)

    with pytest.raises(LastAdministrator):
        end(first)
    second = give(actor_of(dora), make_user("eve"), organisation, "administrator")
    end(first)
    assert list(Grant.objects.order_by("pk").values_list("pk", "from_on", "to_on")) == [
        (first.pk, LONG_AGO, TODAY),
        (second.pk, TODAY, None),
    ]


def test_a_grant_of_today_leaves_nothing_when_taken_back_today(dora, bob, south, actor_of):
    grant = give(actor_of(dora), bob, south)
    services.end_grant(actor=actor_of(dora), grant_id=grant.pk, on=date(2026, 11, 1), now=NOON)
    assert not Grant.objects.filter(pk=grant.pk).exists()
