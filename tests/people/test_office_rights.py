"""
Rights that come with an office: they begin and end with it, whichever way, and nobody gets more by it than a giver holds.

Nora is tied to an account. "purser" is what the office of treasurer gives.
"""

from datetime import timedelta

import pytest

from muster.access.actor import NotAllowed, actor_for
from muster.access.models import Grant, OfficeRole, Role
from muster.access.permissions import PERMISSIONS
from muster.access.services import grants
from muster.access.services import offices as access
from muster.access.services._givers import LastAdministrator
from muster.access.services.roles import RoleInUse, remove_role
from muster.audit.models import Entry
from muster.people.models import Office, Person
from muster.people.queries import merging as merge_queries
from muster.people.queries.offices import waiting
from muster.people.services import corrections, leaving, offices, undo
from muster.workflows import merging, units
from tests.builders import LONG_AGO, NOON, TODAY, make_office, make_person, make_unit, make_user
from tests.transfer.helpers import publish, write_files

pytestmark = pytest.mark.db
DAY = timedelta(days=1)


@pytest.fixture
def branch(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def nora(branch):
    return make_person("Nora Berg", unit=branch, user=make_user("nora"))


@pytest.fixture
def purser(db):
    role = Role.objects.create(code="purser", name="Purser", permissions=["units.view", "people.view"])
    OfficeRole.objects.create(office="Treasurer", key="treasurer", role=role)
    return role


@pytest.fixture
def registrar(north, purser):
    """May give the purser's role in North, and record offices there."""
    held = ["access.grant", "people.edit", *purser.permissions]
    Role.objects.create(code="registrar", name="Registrar", permissions=held)
    return make_user("rita", registrar=north)


def sees(user, unit, on=TODAY):
    """Asked afresh, as by the next request."""
    return actor_for(type(user).objects.get(pk=user.pk), on=on).may("people.view", unit_id=unit.pk)


def take_office(user, person, unit, role="treasurer", from_on=TODAY, to_on=None):
    actor = actor_for(user, on=TODAY)
    offices.add_office(
        actor=actor, person_id=person.pk, unit_id=unit.pk, role=role, from_on=from_on, to_on=to_on, now=NOON
    )
    return Office.objects.get(person=person, unit=unit, role=role, from_on=from_on)


def end(user, office, on=TODAY):
    actor = actor_for(user, on=TODAY)
    return corrections.end_spell(
        actor=actor, person_id=office.person_id, kind="office", spell_id=office.pk, on=on, now=NOON
    )


def correct(user, office, from_on, to_on):
    actor = actor_for(user, on=TODAY)
    return corrections.correct_spell(
        actor=actor,
        person_id=office.person_id,
        kind="office",
        spell_id=office.pk,
        from_on=from_on,
        to_on=to_on,
        now=NOON,
    )


def waits(user):
    return [(each.account, each.office, each.unit, each.may_give) for each in waiting(actor_for(user, on=TODAY))]


def test_a_role_begins_and_ends_with_the_office_and_reaches_its_unit_only(registrar, nora, branch, north):
    below, beside = make_unit("Campus", kind="group", parent=branch), make_unit("North 2", parent=north)
    office = take_office(registrar, nora, branch, "TREASURER", from_on=TODAY - 9 * DAY)

    grant = Grant.objects.get(user=nora.user)
    assert (grant.office, grant.office_id, grant.unit, grant.from_on, grant.to_on, grant.granted_by) == (
        "TREASURER",
        office.pk,
        branch,
        TODAY,
        None,
        registrar,
    )
    assert [sees(nora.user, unit) for unit in (branch, below, beside, north)] == [True, True, False, False]
    entry = end(registrar, office, TODAY + DAY)
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (0, 1)] == [True, False]
    undo.undo_change(actor=actor_for(registrar, on=TODAY), entry_id=entry, now=NOON)
    assert sees(nora.user, branch, TODAY + DAY)
    with pytest.raises(grants.GrantOfOffice):
        grants.end_grant(actor=actor_for(registrar, on=TODAY), grant_id=grant.pk, on=TODAY, now=NOON)
    corrections.remove_spell(
        actor=actor_for(registrar, on=TODAY), person_id=nora.pk, kind="office", spell_id=office.pk, now=NOON
    )
    assert not sees(nora.user, branch)
    later = take_office(registrar, nora, branch, from_on=TODAY + 5 * DAY, to_on=TODAY + 7 * DAY)
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (4, 5, 6, 7)] == [False, True, True, False]
    leaving.archive_person(
        actor=actor_for(registrar, on=TODAY), person_id=nora.pk, on=TODAY + 6 * DAY, reason="", now=NOON
    )
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (5, 6)] == [True, False]
    assert later.pk != office.pk


def test_nobody_makes_herself_an_officer_by_noting_an_office(
    alice, bob, charlie, dora, registrar, nora, branch, organisation
):
    officer = Role.objects.get(code="national_officer")
    access.set_office_role(actor=actor_for(dora, on=TODAY), office="National", role_id=officer.pk, now=NOON)
    Person.objects.filter(pk=nora.pk).update(user=alice)
    nora.refresh_from_db()

    take_office(alice, nora, branch, "national")
    office = take_office(alice, nora, branch, "treasurer")
    assert not Grant.objects.filter(office_id__isnull=False).exists()
    assert waits(alice) == waits(bob) == waits(charlie) == []
    assert waits(registrar) == [("alice", "national", "North 1", False), ("alice", "treasurer", "North 1", True)]
    assert waits(dora) == [("alice", "national", "North 1", True), ("alice", "treasurer", "North 1", True)]

    def confirm(user, confirmed):
        offices.confirm_office(actor=actor_for(user, on=TODAY), office_id=confirmed.pk, now=NOON)

    national = Office.objects.get(role="national")
    for user, confirmed in [(alice, office), (bob, office), (charlie, office), (registrar, national)]:
        with pytest.raises(NotAllowed):
            confirm(user, confirmed)
    assert not actor_for(alice, on=TODAY).may("people.private")
    confirm(registrar, office)
    confirm(dora, national)
    assert actor_for(alice, on=TODAY).units_for("people.private") == {branch.pk}
    assert waits(dora) == []
    told = (
        Entry.objects.filter(action="access.role.granted").order_by("pk").values_list("user_id", "unit_id", "details")
    )
    assert list(told) == [
        (registrar.pk, branch.pk, {"role": "purser", "user": alice.pk, "office": "treasurer"}),
        (dora.pk, branch.pk, {"role": "national_officer", "user": alice.pk, "office": "national"}),
    ]


def test_days_that_an_office_gains_need_a_new_word(alice, registrar, nora, branch):
    office = take_office(registrar, nora, branch, from_on=TODAY - 99 * DAY)
    end(alice, office)
    assert not sees(nora.user, branch)
    entry = correct(alice, office, office.from_on, None)
    assert not sees(nora.user, branch)
    assert waits(registrar) == [("nora", "treasurer", "North 1", True)]
    undo.undo_change(actor=actor_for(alice, on=TODAY), entry_id=entry, now=NOON)
    assert not sees(nora.user, branch)
    correct(registrar, office, office.from_on, TODAY + DAY)
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (0, 1)] == [True, False]
    correct(alice, office, office.from_on, TODAY + 3 * DAY)
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (0, 1, 2)] == [True, False, False]
    assert waits(registrar) == [("nora", "treasurer", "North 1", True)]


def test_an_office_put_off_by_a_giver_is_not_brought_forward_by_others(alice, registrar, nora, branch):
    office = take_office(registrar, nora, branch, from_on=TODAY - DAY)
    correct(registrar, office, TODAY + 3 * DAY, None)
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (0, 3)] == [False, True]
    correct(alice, office, TODAY - DAY, None)
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (0, 2, 3)] == [False, False, True]
    assert waits(registrar) == [("nora", "treasurer", "North 1", True)]


def test_closing_a_unit_ends_what_its_offices_give_and_undoing_brings_it_back(dora, registrar, nora, branch):
    take_office(registrar, nora, branch, from_on=TODAY - DAY)
    closed = units.close_unit(actor=actor_for(dora, on=TODAY), unit_id=branch.pk, on=TODAY, now=NOON)
    assert not sees(nora.user, branch)
    units.undo_close(actor=actor_for(dora, on=TODAY), closing_id=closed.closing_id, now=NOON)
    assert sees(nora.user, branch)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_import_gives_what_whoever_imports_may_give(tmp_path, dora, registrar, nora, branch, north):
    take_office(registrar, nora, branch, from_on=TODAY - 9 * DAY, to_on=TODAY)
    make_office(nora, branch, "Treasurer")  # noted by somebody who may not give; nobody looked at it
    officer = make_user("otto", national_officer=north)

    def bring(user, row):
        folder = write_files(
            tmp_path / str(Entry.objects.count()),
            people=f"person,given_name,family_name\n{nora.ref},Nora,Berg",
            roles=f"person,unit,role,from,to\n{nora.ref},{branch.ref},{row}",
        )
        batch = publish(folder, actor=actor_for(user, on=TODAY))
        assert batch.result["roles"]["rejected"] == 0

    bring(officer, f"treasurer,{TODAY - 9 * DAY},{TODAY + 9 * DAY}")
    assert not sees(nora.user, branch)
    assert len(waits(dora)) == 2
    bring(dora, f"treasurer,{TODAY - 9 * DAY},{TODAY + DAY}")
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (0, 1)] == [True, False]
    assert waits(dora) == [("nora", "Treasurer", "North 1", True)]


def test_a_merge_gives_no_account_the_rights_of_another(dora, registrar, nora, branch):
    take_office(registrar, nora, branch, from_on=TODAY - DAY)
    twin = make_person("Nora Berg", unit=branch, user=make_user("twin"))

    def merge(kept, dropped):
        actor = actor_for(dora, on=TODAY)
        seen = merge_queries.comparison(actor, kept.pk, dropped.pk).seen
        return merging.merge_people(actor=actor, kept_id=kept.pk, dropped_id=dropped.pk, chosen={}, seen=seen, now=NOON)

    merged = merge(twin, nora)
    assert [sees(user, branch) for user in (twin.user, nora.user)] == [False, False]
    assert [each[0] for each in waits(dora)] == ["twin"]
    merging.undo_merge(actor=actor_for(dora, on=TODAY), merge_id=merged, now=NOON)
    assert [sees(user, branch) for user in (twin.user, nora.user)] == [False, True]
    Person.objects.filter(pk=twin.pk).update(user=None)
    merge(Person.objects.get(pk=twin.pk), nora)
    assert sees(nora.user, branch)


def test_what_an_office_gives_changes_at_once_for_those_who_have_it(dora, alice, registrar, nora, branch):
    take_office(registrar, nora, branch)
    actor, organiser = actor_for(dora, on=TODAY), Role.objects.get(code="unit_organiser")
    for user in (alice, registrar):
        with pytest.raises(NotAllowed):
            access.set_office_role(actor=actor_for(user, on=TODAY), office="x", role_id=organiser.pk, now=NOON)
    with pytest.raises(access.BadOffice):
        access.set_office_role(actor=actor, office="  ", role_id=organiser.pk, now=NOON)
    unused = Role.objects.create(code="steward", name="Steward")
    OfficeRole.objects.create(office="Steward", key="steward", role=unused)
    with pytest.raises(RoleInUse):
        remove_role(actor=actor, role_id=unused.pk, now=NOON)

    known = access.set_office_role(actor=actor, office="treasurer", role_id=organiser.pk, now=NOON)
    assert actor_for(nora.user, on=TODAY).may("people.edit", unit_id=branch.pk)
    assert access.remove_office_role(actor=actor, office_role_id=known.pk, now=NOON) == 1
    assert not sees(nora.user, branch)
    told = Entry.objects.filter(action__startswith="access.office").order_by("pk").values_list("action", "details")
    assert list(told) == [
        ("access.office.set", {"office": "treasurer", "role": ["purser", "unit_organiser"], "grants": 1}),
        ("access.office.removed", {"office": "Treasurer", "role": "unit_organiser", "grants": 1}),
    ]


def test_an_administrator_by_office_is_not_the_one_who_stays(dora, nora, organisation, branch):
    boss = Role.objects.create(code="boss", name="Boss", permissions=list(PERMISSIONS))
    access.set_office_role(actor=actor_for(dora, on=TODAY), office="chair", role_id=boss.pk, now=NOON)
    take_office(dora, nora, organisation, "chair")
    assert actor_for(nora.user, on=TODAY).has_whole("access.grant")
    own = Grant.objects.get(user=dora)
    assert own.from_on == LONG_AGO
    with pytest.raises(LastAdministrator):
        grants.end_grant(actor=actor_for(nora.user, on=TODAY), grant_id=own.pk, on=TODAY, now=NOON)


def test_a_second_word_takes_nothing_from_the_first(registrar, erin, nora, branch):
    office = take_office(registrar, nora, branch)
    entry = end(erin, office, TODAY + 5 * DAY)
    offices.confirm_office(actor=actor_for(registrar, on=TODAY), office_id=office.pk, now=NOON)
    assert [sees(nora.user, branch, TODAY + n * DAY) for n in (4, 5)] == [True, False]

    undo.undo_change(actor=actor_for(erin, on=TODAY), entry_id=entry, now=NOON)
    assert sees(nora.user, branch, TODAY + 500 * DAY)


def test_a_second_word_is_no_word_for_days_between(registrar, nora, branch):
    def spells():
        return list(Grant.objects.filter(user=nora.user).order_by("from_on").values_list("from_on", "to_on"))

    office = take_office(registrar, nora, branch, from_on=TODAY + 6 * DAY, to_on=TODAY + 9 * DAY)
    correct(registrar, office, TODAY, TODAY + 3 * DAY)
    assert spells() == [(TODAY, TODAY + 3 * DAY), (TODAY + 6 * DAY, TODAY + 9 * DAY)]
    correct(registrar, office, TODAY + 1 * DAY, TODAY + 7 * DAY)
    assert spells() == [(TODAY, TODAY + 7 * DAY)]
