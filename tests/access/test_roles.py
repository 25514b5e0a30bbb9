"""Roles as data: who may change them, what that does at once, and that somebody is always left who can give everything."""

from datetime import date, timedelta

import pytest

from muster.access.actor import NotAllowed
from muster.access.calc import Holding, nobody_can_give
from muster.access.models import Grant, Role
from muster.access.permissions import DEFAULT_ROLES, DOMAINS, PERMISSIONS, by_domain
from muster.access.services import grants, roles
from muster.access.services._givers import LastAdministrator
from muster.audit.models import Entry
from muster.core.spells import Spell
from tests.builders import LONG_AGO, NOON, TODAY, make_user

JAN, MAY, SEP = date(2026, 1, 1), date(2026, 5, 1), date(2026, 9, 1)


@pytest.mark.unit
def test_everything_has_words_for_the_page():
    shown = [code for _, rows in by_domain() for code, _ in rows]
    assert sorted(shown) == sorted(PERMISSIONS)
    assert {code.partition(".")[0] for code in PERMISSIONS} == set(DOMAINS)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("holdings", "missing"),
    [
        ([], {"access.grant", "x"}),
        ([(1, "access.grant x", JAN, None)], set()),
        ([(1, "access.grant x", JAN, SEP)], {"access.grant", "x"}),
        ([(1, "access.grant x", JAN, SEP), (2, "access.grant x", SEP, None)], set()),
        ([(1, "access.grant x", JAN, MAY), (2, "access.grant x", SEP, None)], {"access.grant", "x"}),
        ([(1, "access.grant", JAN, None), (1, "x", JAN, None)], set()),
        ([(1, "access.grant", JAN, None), (2, "x", JAN, None)], {"x"}),
        ([(1, "access.grant", JAN, None), (1, "x", SEP, None)], {"x"}),
        ([(1, "access.grant x", SEP, None)], {"access.grant", "x"}),
    ],
)
def test_what_nobody_can_give_on_some_day(holdings, missing):
    held = [Holding(who, frozenset(what.split()), Spell(start, end)) for who, what, start, end in holdings]
    assert nobody_can_give(held, ["access.grant", "x"], since=JAN + timedelta(days=30)) == missing


def role(code):
    return Role.objects.get(code=code)


def change(actor, code, permissions, name=None, seen=None):
    kept = role(code)
    return roles.change_role(
        actor=actor,
        role_id=kept.pk,
        name=name or kept.name,
        permissions=permissions,
        seen=kept.permissions if seen is None else seen,
        now=NOON,
    )


@pytest.mark.db
def test_a_role_is_made_changed_and_taken_out_and_the_trace_tells(dora, bob, actor_of):
    actor = actor_of(dora)
    made = roles.add_role(actor=actor, name="  Phone   bank ", permissions={"people.contact", "people.view"}, now=NOON)
    change(actor, "phone-bank", ["people.view"], "Phones")
    again = roles.add_role(actor=actor, name="Phone bank", permissions=[], now=NOON)
    roles.remove_role(actor=actor, role_id=again.pk, now=NOON)

    assert list(Role.objects.exclude(code__in=DEFAULT_ROLES).values_list("code", "name", "permissions")) == [
        ("phone-bank", "Phones", ["people.view"])
    ]
    both = ["people.view", "people.contact"]
    assert list(Entry.objects.order_by("pk").values_list("action", "target", "details")) == [
        (
            "access.role.added",
            f"access.Role:{made.pk}",
            {"role": "phone-bank", "name": "Phone bank", "permissions": both},
        ),
        (
            "access.role.edited",
            f"access.Role:{made.pk}",
            {
                "role": "phone-bank",
                "changed": {"name": ["Phone bank", "Phones"], "permissions": [both, ["people.view"]]},
            },
        ),
        (
            "access.role.added",
            f"access.Role:{again.pk}",
            {"role": "phone-bank-2", "name": "Phone bank", "permissions": []},
        ),
        (
            "access.role.removed",
            f"access.Role:{again.pk}",
            {"role": "phone-bank-2", "name": "Phone bank", "permissions": []},
        ),
    ]


@pytest.mark.db
def test_a_change_holds_for_everybody_at_once_and_can_be_reset(dora, bob, north, actor_of):
    assert not actor_of(bob).may("people.contact", unit_id=north.pk)
    first = list(role("unit_viewer").permissions)
    change(actor_of(dora), "unit_viewer", [*first, "people.contact"], "Looker")
    assert actor_of(bob).may("people.contact", unit_id=north.pk)
    with pytest.raises(roles.RoleChanged):
        change(actor_of(dora), "unit_viewer", [], seen=first)

    assert roles.reset_role(actor=actor_of(dora), role_id=role("unit_viewer").pk, now=NOON) == ["people.contact"]
    assert (role("unit_viewer").name, role("unit_viewer").permissions) == ("Unit viewer", first)
    assert not actor_of(bob).may("people.contact", unit_id=north.pk)


@pytest.mark.db
def test_nobody_puts_into_a_role_what_they_do_not_hold_everywhere(organisation, north, dora, alice, erin, actor_of):
    Role.objects.create(code="registrar", name="Registrar", permissions=["access.grant", "people.view"])
    registrar, local = make_user("everywhere", registrar=organisation), make_user("local", registrar=north)
    viewer = role("unit_viewer")

    for user in (alice, erin, local):
        with pytest.raises(NotAllowed):
            change(actor_of(user), "unit_viewer", viewer.permissions, "Mine")
        with pytest.raises(NotAllowed):
            roles.add_role(actor=actor_of(user), name="Mine", permissions=[], now=NOON)
        with pytest.raises(NotAllowed):
            roles.remove_role(actor=actor_of(user), role_id=viewer.pk, now=NOON)
        with pytest.raises(NotAllowed):
            roles.reset_role(actor=actor_of(user), role_id=viewer.pk, now=NOON)
    for permissions in ([*viewer.permissions, "people.private"], ["people.view"]):
        with pytest.raises(NotAllowed):
            change(actor_of(registrar), "unit_viewer", permissions)
    assert change(actor_of(registrar), "member", ["people.view"]) == ["people.view"]
    assert change(actor_of(registrar), "unit_viewer", viewer.permissions, "Onlooker") == []


@pytest.mark.db
def test_bad_roles_are_refused_and_used_ones_stay(dora, bob, actor_of):
    actor = actor_of(dora)
    for name, permissions, error in [
        (" ", [], roles.BadRole),
        ("unit VIEWER", [], roles.RoleExists),
        ("New", ["people.fly"], roles.BadRole),
    ]:
        with pytest.raises(error):
            roles.add_role(actor=actor, name=name, permissions=permissions, now=NOON)
    own = roles.add_role(actor=actor, name="Own", permissions=[], now=NOON)
    with pytest.raises(roles.BadRole):
        roles.reset_role(actor=actor, role_id=own.pk, now=NOON)
    grant = Grant.objects.get(user=bob)
    Grant.objects.filter(pk=grant.pk).update(role=own, to_on=TODAY)
    for code in ("own", "member"):
        with pytest.raises(roles.RoleInUse):
            roles.remove_role(actor=actor, role_id=role(code).pk, now=NOON)
    assert Role.objects.count() == len(DEFAULT_ROLES) + 1


@pytest.mark.db
def test_whatever_is_changed_somebody_is_left_who_can_give_everything(organisation, dora, actor_of):
    actor, everything = actor_of(dora), set(PERMISSIONS)
    for lost in ("access.grant", "people.private"):
        with pytest.raises(LastAdministrator):
            change(actor, "administrator", everything - {lost})
    Role.objects.create(code="second", name="Second", permissions=list(PERMISSIONS))
    closed = make_user("closed", second=organisation)
    closed.is_active = False
    closed.save()
    with pytest.raises(LastAdministrator):
        change(actor, "administrator", everything - {"people.private"})

    eve = make_user("eve")
    soon = grants.grant_role(
        actor=actor,
        user_id=eve.pk,
        role_code="second",
        unit_id=organisation.pk,
        from_on=TODAY,
        to_on=TODAY + timedelta(days=30),
        now=NOON,
    )
    with pytest.raises(LastAdministrator):
        grants.end_grant(actor=actor, grant_id=Grant.objects.get(user=dora).pk, on=TODAY, now=NOON)
    Grant.objects.filter(pk=soon.pk).update(to_on=None)
    assert change(actor, "administrator", everything - {"people.private"}) == ["people.private"]
    # Only eve can give it now, so she stays; and dora, who lacks it, cannot take it back by a reset.
    with pytest.raises(LastAdministrator):
        grants.end_grant(actor=actor_of(dora), grant_id=soon.pk, on=TODAY, now=NOON)
    with pytest.raises(NotAllowed):
        roles.reset_role(actor=actor_of(dora), role_id=role("administrator").pk, now=NOON)
    assert Grant.objects.get(user=dora).from_on == LONG_AGO
