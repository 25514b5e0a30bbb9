"""Linking accounts to people, confirming what offices give, and who can see whom, on the pages."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from muster.access.models import Grant, OfficeRole, Role
from muster.access.permissions import PERMISSIONS, SHOWS
from muster.audit.models import Entry
from muster.people.models import Person
from tests.builders import LONG_AGO, make_office, make_person, make_placement, make_unit, make_user

pytestmark = pytest.mark.web


@pytest.fixture
def branch(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def nora(branch):
    return make_person("Nora Berg", unit=branch)


@pytest.fixture
def registrar(north):
    """May link accounts and give the role of treasurers in North, no more."""
    held = ["access.grant", "people.edit", "people.view", "units.view"]
    Role.objects.create(code="registrar", name="Registrar", permissions=held)
    purser = Role.objects.create(code="purser", name="Purser", permissions=["units.view", "people.view"])
    OfficeRole.objects.create(office="treasurer", key="treasurer", role=purser)
    return make_user("rita", registrar=north)


def text_of(response):
    return response.content.decode()


def cells(html):
    rows = re.findall(r"<tr data-row>(.*?)</tr>", html, re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in rows
    ]


def link(client, person, email):
    return client.post(reverse("people:person_account", args=[person.pk]), {"email": email})


def test_every_right_says_what_it_shows_of_one_person_or_shows_nobody():
    nobody_seen = {
        "units.view",
        "units.edit",
        "planning.view",
        "planning.edit",
        "reports.view",
        "contacts.work",
        "contacts.admit",
    }
    assert set(PERMISSIONS) - set(SHOWS) == nobody_seen | {"access.grant", "settings.edit"}


def test_an_account_is_linked_by_whoever_may_give_its_roles_where_the_person_is(
    client, registrar, nora, branch, north, south, alice, bob, charlie, dora
):
    strong, elsewhere, plain = make_user("strong", national_officer=branch), make_user("else", unit_viewer=south), bob
    for user in (alice, bob, charlie):
        client.force_login(user)
        assert link(client, nora, "plain@example.org").status_code == (404 if user is charlie else 403)
    client.force_login(registrar)
    for user in (strong, bob):
        assert link(client, nora, user.email).status_code == 403
    # Nothing tells an address that has an account elsewhere from one that has none.
    told = [text_of(link(client, nora, email)) for email in (elsewhere.email, dora.email, "nobody@example.org")]
    assert all("This address has no role here. Give it one first, then link it." in answer for answer in told)
    Role.objects.filter(code="unit_viewer").update(permissions=["people.view"])
    assert link(client, nora, "BOB@example.org").status_code == 302
    assert Person.objects.get(pk=nora.pk).user == plain
    twin = make_person("Nora Berg", unit=branch)
    assert "linked to somebody else" in text_of(link(client, twin, bob.email))
    assert "linked to an account already" in text_of(link(client, nora, "new@example.org"))
    make_placement(twin, south)
    assert link(client, twin, "new@example.org").status_code == 403
    client.force_login(dora)
    assert "/account/password/reset/key/" in text_of(link(client, twin, "new@example.org"))
    told = Entry.objects.order_by("pk").values_list("action", "user_id")
    assert list(told) == [
        ("people.account.linked", registrar.pk),
        ("access.account.made", dora.pk),
        ("people.account.linked", dora.pk),
    ]


def test_linking_takes_the_same_work_for_an_address_with_an_account_elsewhere_as_for_one_without(
    client, registrar, nora, south
):
    client.force_login(registrar)

    def queries(email):
        with CaptureQueriesContext(connection) as asked:
            assert "This address has no role here." in text_of(link(client, nora, email))
        return len(asked)

    link(client, nora, "first@example.org")
    assert queries(make_user("else", unit_viewer=south).email) == queries("nobody@example.org")


def test_linking_does_not_tell_who_in_the_register_an_address_belongs_to(client, registrar, nora, branch, south, dora):
    """An account of a member of South, with a role here, is refused as one that reaches further; to dora it is told."""
    member, strong = make_user("member", purser=branch), make_user("strong", purser=branch, national_officer=branch)
    make_person("Sven South", unit=south, user=member)
    client.force_login(registrar)
    taken, further = (link(client, nora, user.email) for user in (member, strong))
    assert (taken.status_code, text_of(taken)) == (403, text_of(further))
    client.force_login(dora)
    assert "linked to somebody else" in text_of(link(client, nora, member.email))


def test_an_office_noted_by_others_waits_and_unlinking_ends_what_it_gave(client, registrar, alice, nora, branch, bob):
    Person.objects.filter(pk=nora.pk).update(user=make_user("nora"))
    nora.refresh_from_db()
    today = timezone.localdate()
    client.force_login(alice)
    noted = {"role": "treasurer", "unit": branch.pk, "from_on": today}
    shown = client.post(reverse("people:spell_add", args=[nora.pk, "office"]), noted, follow=True)
    assert "holds once somebody who may give it says so" in text_of(shown)
    client.force_login(nora.user)
    assert client.get(reverse("people:person_list")).status_code == 403

    client.force_login(registrar)
    waiting = cells(text_of(client.get(reverse("roles:office_list"))))
    office_id = re.search(r"offices/(\d+)/confirm", text_of(client.get(reverse("roles:office_list")))).group(1)
    assert next(row[:4] for row in waiting) == ["Nora Berg", "treasurer", "North 1", "Purser"]
    client.post(reverse("roles:office_confirm", args=[office_id]))
    assert "its role waits" not in text_of(client.get(reverse("people:person_account", args=[nora.pk])))
    held = cells(text_of(client.get("/access/", {"q": "nora"})))
    assert [cell.split("\n")[0] for cell in held[0]][1:3] == ["Purser as treasurer", "North 1"]
    grant = Grant.objects.get(user=nora.user)
    refused = client.post(reverse("access:grant_end", args=[grant.pk]), follow=True)
    assert "It ends when the office ends." in text_of(refused)
    client.force_login(nora.user)
    assert client.get(reverse("people:person_list")).status_code == 200

    client.force_login(registrar)
    client.post(reverse("people:account_unlink", args=[nora.pk]))
    client.force_login(nora.user)
    assert client.get(reverse("people:person_list")).status_code == 403
    assert not Grant.objects.filter(user=nora.user).exists()


def test_an_administrator_says_what_offices_give(client, dora, registrar, nora, branch):
    client.force_login(registrar)
    purser = Role.objects.get(code="purser")
    assert client.post(reverse("roles:office_list"), {"office": "chair", "role": purser.pk}).status_code == 403
    client.force_login(dora)
    make_office(nora, branch, "chair")
    assert '<option value="chair">' in text_of(client.get(reverse("roles:office_list")))
    client.post(reverse("roles:office_list"), {"office": " Chair ", "role": purser.pk})
    chair = OfficeRole.objects.get(key="chair")
    assert (chair.office, chair.role) == ("Chair", purser)
    client.post(reverse("roles:office_remove", args=[chair.pk]))
    assert list(OfficeRole.objects.values_list("office", flat=True)) == ["treasurer"]


def test_who_can_see_a_person_is_told_whole_and_the_member_is_told_too(
    client, dora, alice, bob, charlie, registrar, organisation, north, branch, nora
):
    Person.objects.filter(pk=nora.pk).update(user=make_user("nora"))
    beside = make_unit("North 2", parent=north)
    make_user("beside", unit_viewer=beside)
    second = make_unit("South 2", parent=organisation)
    make_placement(nora, second)
    make_user("second", unit_viewer=second)
    Role.objects.create(code="caller", name="Caller", permissions=["people.contact"])
    make_user("calls", caller=branch)
    make_user("plans", member=branch)
    gone = make_user("gone", unit_viewer=branch)
    Grant.objects.filter(user=gone).update(to_on=timezone.localdate())
    closed = make_user("closed", unit_viewer=branch)
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    cora = make_person("Cora", unit=beside, user=make_user("cora"))
    office = make_office(cora, branch, from_on=LONG_AGO)
    given = {"unit": branch, "from_on": LONG_AGO, "office": "treasurer", "office_id": office.pk}
    Grant.objects.create(user=cora.user, role=Role.objects.get(code="purser"), **given)

    client.force_login(bob)
    seen = cells(text_of(client.get(reverse("people:person_who", args=[nora.pk]))))
    client.force_login(Person.objects.get(pk=nora.pk).user)
    own = cells(text_of(client.get(reverse("web:me_who"))))

    everything = "; ".join(SHOWS.values())
    viewer = "name, standing, units and city"
    organiser = "; ".join(SHOWS[code] for code in SHOWS if code in Role.objects.get(code="unit_organiser").permissions)
    assert [(row[0], row[1], row[2], row[4]) for row in seen] == [
        ("alice", "Unit organiser", "North", organiser),
        ("bob", "Unit viewer", "North", viewer),
        ("calls", "Caller", "North 1", "phone and e-mail"),
        ("cora", "Purser as treasurer", "North 1", viewer),
        ("dora", "Administrator", "Workers Together", everything),
        ("rita", "Registrar", "North", f"{viewer}; {SHOWS['people.edit']}"),
        ("second", "Unit viewer", "South 2", viewer),
    ]
    assert own == seen
    office.to_on = timezone.localdate() - timedelta(days=1)
    office.save()
    assert [row[0] for row in cells(text_of(client.get(reverse("web:me_who"))))] == [
        row[0] for row in seen if row[0] != "cora"
    ]
    client.force_login(charlie)
    assert client.get(reverse("people:person_who", args=[nora.pk])).status_code == 404
    assert "not linked to a person yet" in text_of(client.get(reverse("web:me_who")))
