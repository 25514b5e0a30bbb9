"""Pages of groups in formation, of becoming a branch and of splitting, as alice, bob, charlie and an officer meet them."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.models import Role
from muster.audit.models import Entry
from muster.contacts.models import Application, UnitMeeting
from muster.people.models import Placement
from muster.units.models import FormerKind, Setting, Split, Unit, UnitKind
from tests.builders import (
    LONG_AGO,
    make_meeting,
    make_office,
    make_person,
    make_placement,
    make_qualification,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.web


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def group(north):
    return make_unit("Campus", kind="group", parent=north, city="Salem", region="OR", opened_on=date(2024, 1, 1))


def page(name, *args):
    return reverse(f"units:{name}", args=args)


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def member(name, unit, *, paid=None, **fields):
    person = make_person(name, unit=unit, member_from=LONG_AGO, **fields)
    if paid:
        days = {"applied_on": LONG_AGO, "dues_paid_on": paid}
        Application.objects.create(person=person, state="accepted", made_at="2026-11-01T12:00:00Z", **days)
    return person


def as_somebody(client, user):
    client.force_login(user)
    return client


# What a group has of what it needs


def test_the_list_shows_what_each_group_lacks(client, group, north, south, alice, charlie, today):
    ready = make_unit("Harbour", kind="group", parent=north)
    make_unit("Closed", kind="group", parent=north, closed_on=LONG_AGO)
    hidden = make_unit("Mine", kind="group", parent=south)
    for number in range(5):
        person = member(f"Ada {number}", ready, paid=LONG_AGO if number < 3 else None)
    make_qualification(person)
    for days in (0, 89, 30):
        make_meeting(ready, today - timedelta(days=days))
    make_meeting(group, today - timedelta(days=90))
    member("Bo Ek", hidden, paid=LONG_AGO)

    shown = text_of(as_somebody(client, alice).get(page("formation_list")))

    assert re.findall(r'<a href="/units/\d+/formation/">([^<]+)</a>', shown) == ["Harbour", "Campus"]
    assert "1 has all that a branch needs" in shown
    cells = re.findall(r'<td data-label="([^"]+)">(.*?)</td>', shown)
    counts = [f"{label} {re.sub(r'<[^>]+>', '', cell).strip()}" for label, cell in cells if label != "Met"]
    assert counts == [
        "Members 5 of 5", "Organisers 1 of 1", "Have paid dues 3 of 3", "Meetings in 90 days 3 of 3",
        "Members 0 of 5", "Organisers 0 of 1", "Have paid dues 0 of 3", "Meetings in 90 days 0 of 3",
    ]  # fmt: skip
    foreign = text_of(as_somebody(client, charlie).get(page("formation_list")))
    assert "Mine" in foreign and "Harbour" not in foreign and "Campus" not in foreign


def test_a_criterion_that_is_not_asked_for_is_not_shown(client, group, erin):
    for name in ("branch_dues", "branch_meetings"):
        Setting.objects.create(key=name, value=0)
    shown = text_of(as_somebody(client, erin).get(page("unit_detail", group.pk)))
    assert "On the way to a branch" in shown and "Members" in shown
    assert "Have paid dues" not in shown and "Meetings in 90 days" not in shown


def test_who_may_not_see_contacts_sees_neither_dues_nor_meetings(client, group, bob):
    member("Ada Ek", group, paid=LONG_AGO)
    make_meeting(group, people=77)
    shown = text_of(as_somebody(client, bob).get(page("formation_detail", group.pk)))
    assert shown.count("not for you to see") == 2
    assert "people came" not in shown and "Ada Ek" not in shown


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_as_often_whatever_there_is(number, client, group, north, alice, django_assert_num_queries):
    for each in range(number):
        other = make_unit(f"Group {each}", kind="group", parent=north)
        member(f"Ada {each}", group)
        member(f"Bo {each}", other)
        make_meeting(group, LONG_AGO + timedelta(days=each))
    as_somebody(client, alice).get("/more/")
    with django_assert_num_queries(11):
        assert client.get(page("formation_list")).status_code == 200
    with django_assert_num_queries(14):
        assert client.get(page("formation_detail", group.pk)).status_code == 200


def test_a_meeting_is_noted_put_right_and_taken_away(client, group, alice, bob, today):
    note, shown = page("meeting_note", group.pk), page("formation_detail", group.pk)
    as_somebody(client, alice)

    for came in (6, 8):
        assert client.post(note, {"held_on": today, "people_count": came}).status_code == 302
    assert list(UnitMeeting.objects.unscoped("test").values_list("unit", "held_on", "people_count")) == [
        (group.pk, today, 8)
    ]
    assert "8 people came" in text_of(client.get(shown))
    wrong = text_of(client.post(note, {"held_on": today + timedelta(days=1), "people_count": "7"}))
    assert "Choose today or an earlier day" in wrong and 'value="7"' in wrong
    meeting = UnitMeeting.objects.unscoped("test").get()
    assert as_somebody(client, bob).post(note, {"held_on": today, "people_count": 1}).status_code == 403
    assert client.post(page("meeting_remove", meeting.pk)).status_code == 404
    assert as_somebody(client, alice).post(page("meeting_remove", meeting.pk)).status_code == 302
    assert UnitMeeting.objects.unscoped("test").count() == 0
    assert [entry.action for entry in Entry.objects.order_by("pk")] == [
        "contacts.meeting.noted",
        "contacts.meeting.noted",
        "contacts.meeting.removed",
    ]


def test_first_dues_are_noted_of_many_at_once(client, group, south, alice, today):
    applied, never, paid = member("Ada Ek", group), member("Bo Ek", group), member("Cy Ek", group, paid=LONG_AGO)
    Application.objects.create(
        person=applied, state="accepted", applied_on=LONG_AGO, made_at="2026-11-01T12:00:00Z", dues_cents=900
    )
    elsewhere = member("Di Ek", make_unit("South 1", parent=south))
    note = page("first_dues_note", group.pk)
    as_somebody(client, alice)

    refused = text_of(client.post(note, {"people": [applied.pk, elsewhere.pk], "paid_on": today}))
    assert "Somebody is not on this list any more." in refused
    assert "Tick who paid." in text_of(client.post(note, {"paid_on": today}))
    assert client.post(note, {"people": [applied.pk, never.pk], "paid_on": today}).status_code == 302

    rows = Application.objects.unscoped("test").order_by("person").values_list("person", "state", "dues_paid_on")
    assert list(rows) == [
        (pk, "accepted", on) for pk, on in ((applied.pk, today), (never.pk, today), (paid.pk, LONG_AGO))
    ]
    assert Application.objects.unscoped("test").get(person=applied).dues_cents == 900
    assert "Have paid dues" in text_of(client.get(page("formation_detail", group.pk)))
    entries = Entry.objects.filter(action="contacts.first_dues.noted").order_by("pk")
    targets = [
        f"contacts.Application:{Application.objects.unscoped('test').get(person=who).pk}" for who in (applied, never)
    ]
    assert [(entry.unit_id, entry.target, entry.details) for entry in entries] == [
        (group.pk, target, {"on": today.isoformat()}) for target in targets
    ]
    back = page("first_dues_back", group.pk, never.pk)
    assert "Take back" in text_of(client.get(page("formation_detail", group.pk)))
    assert client.post(back).status_code == 302
    assert Application.objects.unscoped("test").get(person=never).dues_paid_on is None
    assert "No first payment" in text_of(client.post(back, follow=True))
    assert client.post(page("first_dues_back", group.pk, elsewhere.pk)).status_code == 404
    assert client.post(note, {"people": [never.pk], "paid_on": "1899-12-31"}).status_code == 200
    assert client.post(note, {"people": [never.pk], "paid_on": today}).status_code == 302
    assert Application.objects.unscoped("test").filter(person=never).count() == 1


def test_what_one_may_not_see_is_neither_met_nor_missing(client, group, north, today):
    permissions = ["units.view", "units.edit", "people.view", "people.edit"]
    Role.objects.create(code="builder", name="Builder", permissions=permissions)
    for number in range(5):
        person = member(f"Ada {number}", group, paid=LONG_AGO)
    make_qualification(person)
    for days in range(3):
        make_meeting(group, today - timedelta(days=days))
    as_somebody(client, make_user("bea", builder=north))
    assert "None has" not in text_of(client.get(page("formation_list")))
    assert "Campus: 2 of 2 met" in text_of(client.get(page("formation_detail", group.pk)))
    become, branch = page("unit_promote", group.pk), UnitKind.objects.get(code="branch").pk
    shown = text_of(client.get(become))
    assert "missing" not in shown and "is for you to see" in shown
    assert client.post(become, {"kind": branch, "on": today, "version": 1}).status_code == 302
    details = Entry.objects.get().details
    assert (details["missing"], details["unknown"]) == ([], ["dues", "meetings"])


# Becoming a branch


def test_a_group_becomes_a_branch_and_is_one_no_more(client, group, erin, bob, charlie, today):
    become, branch = page("unit_promote", group.pk), UnitKind.objects.get(code="branch").pk
    assert as_somebody(client, bob).get(become).status_code == 403
    assert as_somebody(client, charlie).get(become).status_code == 404
    shown = text_of(as_somebody(client, erin).get(become))
    assert "4 things are missing that a branch needs" in shown

    typed = {"kind": branch, "on": today, "version": 1}
    assert "today or an earlier day" in text_of(client.post(become, typed | {"on": today + timedelta(days=1)}))
    done = client.post(become, typed)
    assert (done.status_code, done["Location"]) == (302, page("unit_detail", group.pk))
    detail = text_of(client.get(done["Location"]))
    assert (
        "Was Group in formation until then, Branch from" in detail
        and "Undo: it is a group in formation again" in detail
    )
    details = Entry.objects.get().details
    assert (details["missing"], details["unknown"]) == (["members", "organisers", "dues", "meetings"], [])

    assert client.post(page("promotion_undo", group.pk)).status_code == 302
    group.refresh_from_db()
    assert (group.kind.code, FormerKind.objects.count()) == ("group", 0)
    assert "can be undone once" in text_of(client.post(page("promotion_undo", group.pk), follow=True))


# Splitting


@pytest.fixture
def branch(north):
    branch = make_unit("North 1", parent=north, city="Salem", region="OR", country="US")
    for number, (name, city, postcode) in enumerate(
        [
            ("Ada Ek", "Salem", "97301"),
            ("Bo Ek", "Salem", "97302"),
            ("Cy Ek", "Keizer", "97303"),
            ("Di Ek", "", "97 303"),
        ]
    ):
        person = member(name, branch, city=city, region="OR" if city else "", postcode=postcode)
        if number == 2:
            make_qualification(person)
            make_office(person, branch, "chair")
    return branch


def halves(html):
    """Names in both halves: who stays, who goes."""
    parts = re.search(r'<div class="halves">(.*?)</div> (?:<input|<div class="submit">|<p>)', html)[1].split(
        "<section"
    )[1:]
    return [re.findall(r'name="others"[^>]*> <span>([^<]+)', part) for part in parts]


def typed_for(today, **more):
    kind = UnitKind.objects.get(code="branch").pk
    return {"name": "Keizer", "kind": kind, "opened_on": today, "version": 1, "country": "US", **more}


def test_both_halves_are_shown_before_anything_is_done(client, branch, erin, today):
    split = page("unit_split", branch.pk)
    ids = dict(Placement.objects.unscoped("test").filter(unit=branch).values_list("person__given_name", "person"))
    as_somebody(client, erin)

    assert "Keizer, OR (1)" in text_of(client.get(split))
    by_town = text_of(client.post(split, typed_for(today, towns=["Keizer, OR"])))
    assert halves(by_town) == [["Ada Ek", "Bo Ek", "Di Ek"], ["Cy Ek"]]
    assert "These roles end: Cy Ek (chair)." in by_town and "1 person goes" in by_town
    by_code = text_of(client.post(split, typed_for(today, postcodes="97303, 9730 2")))
    assert halves(by_code) == [["Ada Ek"], ["Bo Ek", "Cy Ek", "Di Ek"]]
    by_hand = text_of(client.post(split, typed_for(today, towns=["-"], others=[ids["Ada"], ids["Di"]])))
    assert halves(by_hand) == [["Bo Ek", "Cy Ek", "Di Ek"], ["Ada Ek"]]
    assert "Nobody goes yet" in text_of(client.post(split, typed_for(today)))
    assert Unit.objects.filter(name="Keizer").count() == Split.objects.count() == 0


def test_a_branch_is_split_as_it_was_shown_and_put_together_again(client, branch, erin, today):
    split, typed = page("unit_split", branch.pk), typed_for(today, towns=["Keizer, OR"])
    as_somebody(client, erin)
    digest = re.search(r'name="digest" value="(\w+)"', text_of(client.post(split, typed)))[1]

    make_person("Ed Ek", unit=branch, member_from=LONG_AGO, city="Keizer", region="OR")
    changed = text_of(client.post(split, typed | {"digest": digest, "do": "1"}))
    assert "Both halves have changed since you looked at them" in changed and Split.objects.count() == 0
    digest = re.search(r'name="digest" value="(\w+)"', changed)[1]
    done = client.post(split, typed | {"digest": digest, "do": "1"})

    new = Unit.objects.get(name="Keizer")
    assert (done.status_code, done["Location"]) == (302, page("unit_detail", new.pk))
    now = Placement.objects.unscoped("test").filter(to_on=None)
    assert set(now.filter(unit=new).values_list("person__given_name", flat=True)) == {"Cy", "Ed"}
    old = text_of(client.get(page("unit_detail", branch.pk)))
    assert "2 placements went on in Keizer." in old and "Undo the split" in old

    assert client.post(page("split_undo", Split.objects.get().pk)).status_code == 302
    assert set(now.filter(unit=branch).values_list("person__given_name", flat=True)) == {"Ada", "Bo", "Cy", "Di", "Ed"}
    assert "everybody is back from Keizer" in text_of(client.get(page("unit_detail", branch.pk)))


def test_only_who_may_change_the_unit_above_splits(client, branch, alice, bob, charlie, erin, today):
    split, typed = page("unit_split", branch.pk), typed_for(today, towns=["Keizer, OR"], do="1")
    for user, status in ((alice, 403), (bob, 403), (charlie, 404)):
        as_somebody(client, user)
        assert (client.get(split).status_code, client.post(split, typed).status_code) == (status, status)
    make_placement(make_person("Fy Hidden"), make_unit("South 9", parent=branch.parent.parent))
    assert "Fy Hidden" not in text_of(as_somebody(client, erin).post(split, typed))
    assert Split.objects.count() == 0
