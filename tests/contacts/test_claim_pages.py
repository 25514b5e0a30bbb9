"""Pages of claims: who sees which, who gets an address, and changes that are looked at, stored and taken back."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from muster.access.actor import actor_for
from muster.audit.models import Entry
from muster.contacts import nightly
from muster.contacts.claiming import forms as claim_forms
from muster.contacts.models import Claim, ClaimChange
from muster.contacts.queries import claims as queries
from muster.contacts.queries import looked_after as looked_after_queries
from muster.contacts.services import claims as services
from muster.contacts.services import routing
from tests.builders import (
    NOON,
    make_case,
    make_claim,
    make_inquiry,
    make_office,
    make_person,
    make_placement,
    make_standing,
    make_unit,
)
from tests.contacts.test_services import SYSTEM, where
from tests.matrix.asking import readable

pytestmark = [pytest.mark.web, pytest.mark.django_db]
LIST, TRY, NEW, CHANGES = (
    "/contacts/claims/",
    "/contacts/claims/try/",
    "/contacts/claims/new/",
    "/contacts/claims/changes/",
)
# Those of the frame and of the limit, then how many claims, the claims and their units.
QUERIES = 9


def page(client, user, path=LIST, **query):
    client.force_login(user)
    return readable(client.get(path, query))


def places(text):
    return re.findall(r'<th scope="row">([^<]+) <small>', text)


def send(client, user, text, name="list.csv", **typed):
    client.force_login(user)
    return client.post(CHANGES, {"file": SimpleUploadedFile(name, text.encode()), **typed})


def claims():
    rows = Claim.objects.unscoped("a test").order_by("kind", "value")
    return {claim.value: claim.unit.name for claim in rows}


@pytest.fixture
def portland(north):
    return make_unit("Portland", parent=north, city="Portland", region="ME")


@pytest.mark.parametrize("count", [1, 3])
def test_officers_see_the_claims_of_their_units_and_nothing_of_others(
    count, client, alice, charlie, north, south, django_assert_num_queries
):
    for number in range(count):
        make_claim(north, f"0410{number}")
    make_claim(south, "97301")
    client.force_login(alice)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        text = readable(client.get(LIST))
    assert places(text) == [f"0410{number}" for number in range(count)]
    assert "South" not in text
    assert "Take away" not in text
    assert places(page(client, charlie)) == ["97301"]


def test_whoever_may_not_see_inquiries_sees_no_claims(client, bob, north):
    make_claim(north, "04101")
    client.force_login(bob)
    assert [client.get(path).status_code for path in (LIST, TRY)] == [403, 403]


def test_claims_are_found_by_kind_and_by_how_they_begin(client, alice, north):
    make_claim(north, "02134")
    make_claim(north, "021", kind="prefix")
    make_claim(north, "ME", kind="region")
    make_claim(north, "ME CUMBERLAND", kind="county")
    assert places(page(client, alice)) == ["Cumberland County, ME", "02134", "021…", "ME"]
    assert places(page(client, alice, q="cumber")) == ["Cumberland County, ME"]
    assert places(page(client, alice, kind="prefix")) == ["021…"]
    assert places(page(client, alice, q="0213")) == ["02134"]
    assert places(page(client, alice, q="02")) == ["02134", "021…"]
    assert "Nothing fits this filter" in page(client, alice, q="99")
    # What is no kind is no filter.
    assert len(places(page(client, alice, kind="planet"))) == 4


def test_an_empty_list_says_what_happens_without(client, alice, north, south):
    make_claim(south, "97301")
    text = page(client, alice)
    assert "Inquiries go to the nearest branch or group in formation." in text
    assert "Bring a list in" not in text


def test_pages_go_on_where_the_last_one_ended(client, alice, north, monkeypatch):
    monkeypatch.setattr(queries, "SIZE", 2)
    for number in range(5):
        make_claim(north, f"0410{number}")
    seen, path = [], LIST
    while path:
        text = page(client, alice, path)
        seen.append(places(text))
        last, further = path, re.search(r'rel="next" href="([^"]*)"', text)
        path = further[1] if further else ""
    assert seen == [["04100", "04101"], ["04102", "04103"], ["04104"]]
    back = re.search(r'rel="prev" href="([^"]*)"', page(client, alice, last))[1]
    assert places(page(client, alice, back)) == seen[1]


def test_a_place_in_the_list_that_one_may_not_see_is_none(client, alice, north, south):
    make_claim(north, "04101")
    hidden = make_claim(south, "04102")
    for place in (hidden.pk, 999_999, 10**30):
        assert places(page(client, alice, after=place)) == places(page(client, alice, before=place)) == ["04101"]


def test_who_gets_an_address_and_why(client, alice, dora, portland, south):
    make_claim(portland, "02134")
    make_claim(south, "97301")
    text = page(client, alice, TRY, postcode="2134")
    assert "<b>Portland</b></p><p>Post code 02134 belongs to Portland." in text
    assert "Less than 1 km from Portland, the nearest." in page(client, alice, TRY, city="Portland", region="Maine")
    hidden = page(client, alice, TRY, postcode="97301")
    assert "Another part of the organisation." in hidden
    assert "South" not in hidden
    assert "Post code 97301 belongs to South." in page(client, dora, TRY, postcode="97301", country="us")
    assert "<b>" not in page(client, alice, TRY).partition("<form")[0].partition("<h1")[2]


def test_a_list_is_shown_with_what_it_moves_stored_and_taken_back(client, dora, organisation, portland, south):
    make_claim(south, "04101")
    inquiry = make_inquiry(postcode="04101")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    make_standing(make_person("Ada", postcode="04101"), "contact")

    answer = send(client, dora, "postcode,unit\n04101,Portland\n04102,Portland\n04103,Nowhere\n,Portland\n")

    shown = page(client, dora, answer.url)
    assert "This moves 1 person and 1 inquiry" in shown
    assert re.findall(r'<tr><th scope="row">([^<]*)</th><td class="n" data-label="People gained">(\d)</td>', shown) == [
        ("Portland", "1"),
        ("South", "0"),
    ]
    assert "Row 4, unit</th>" in shown
    assert "There is no such unit." in shown
    assert "Row 5, postcode</th>" in shown
    assert claims() == {"04101": "South"}
    assert where(inquiry)[0] == south

    change = ClaimChange.objects.get()
    client.post(reverse("contacts:change_store", args=[change.pk]))
    assert claims() == {"04101": "Portland", "04102": "Portland"}
    assert where(inquiry)[:2] == (portland, "claim_postcode")
    text = page(client, dora, answer.url)
    assert "This moved 1 person and 1 inquiry" in text
    assert "Take it back" in text

    client.post(reverse("contacts:change_undo", args=[change.pk]))
    assert claims() == {"04101": "South"}
    assert where(inquiry)[0] == south
    text = page(client, dora, answer.url)
    assert "Everything belongs to whom it did before" in text
    assert "This was taken back" in text
    actions = [(entry.action, entry.count, entry.details["name"]) for entry in Entry.objects.order_by("pk")]
    assert actions == [("contacts.claims.set", 2, "list.csv"), ("contacts.claims.undone", 2, "list.csv")]
    assert "list.csv" in page(client, dora, CHANGES)


def test_a_whole_list_takes_the_others_away(client, dora, portland, south):
    make_claim(south, "97301")
    answer = send(client, dora, "postcode,unit\n04101,Portland\n", whole="on")
    assert "The file is all there is" in page(client, dora, answer.url)
    client.post(answer.url + "store/")
    assert claims() == {"04101": "Portland"}
    client.post(answer.url + "undo/")
    assert claims() == {"97301": "South"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("postcode\n04101\n", "This is no list of claims."),
        ("postcode,unit\n04101,Nowhere\n", "No row of it can be taken. Row 2: There is no such unit."),
        ("", "The file is empty."),
    ],
)
def test_a_file_that_is_no_list_says_so_at_its_field(text, says, client, dora, portland):
    answer = send(client, dora, text)
    assert answer.status_code == 200
    assert says in readable(answer)
    assert not ClaimChange.objects.exists()


def test_a_file_that_is_far_too_large_is_not_read(client, dora, portland, monkeypatch):
    monkeypatch.setattr(claim_forms, "MOST_BYTES", 1 << 20)
    answer = send(client, dora, "postcode,unit\n" + "04101,Portland\n" * 80_000)
    assert "This is larger than 1 MB." in readable(answer)
    assert not ClaimChange.objects.exists()


def test_one_place_is_claimed_and_given_up(client, dora, portland, south):
    client.force_login(dora)
    answer = client.post(NEW, {"kind": "prefix", "value": "041", "country": "", "unit": "Portland"})
    assert "041… (US)" in page(client, dora, answer.url)
    client.post(answer.url + "store/")
    assert claims() == {"041": "Portland"}

    claim = Claim.objects.unscoped("a test").get()
    answer = client.post(reverse("contacts:claim_remove", args=[claim.pk]))
    assert "041… to nobody" in page(client, dora, answer.url)
    client.post(answer.url + "drop/")
    assert claims() == {"041": "Portland"}
    answer = client.post(reverse("contacts:claim_remove", args=[claim.pk]))
    client.post(answer.url + "store/")
    assert claims() == {}


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"unit": "Nowhere"}, "unit", "There is no unit “Nowhere”."),
        ({"country": "Atlantis"}, "country", "This country is not known."),
        ({"value": "0" * 30}, "value", "There is room for 20 letters."),
        ({"value": ""}, "value", "Say which place."),
        ({"kind": "planet"}, "kind", "Choose one of the list."),
    ],
)
def test_what_cannot_be_claimed_is_told_at_its_field(typed, field, says, client, dora, portland):
    client.force_login(dora)
    answer = client.post(NEW, {"kind": "postcode", "value": "04101", "country": "", "unit": "Portland"} | typed)
    (error,) = re.findall(rf'id="id_{field}_error">([^<]*)<', readable(answer))
    assert says in error


def test_changes_are_for_whoever_may_change_units_everywhere(client, alice, erin, charlie, north):
    claim = make_claim(north, "04101")
    change = ClaimChange.objects.create(name="x", made_at=NOON, asked=[["postcode", "US", "04101", None]])
    for user in (alice, erin, charlie):
        client.force_login(user)
        assert client.get(CHANGES).status_code == client.get(NEW).status_code == 403
        assert send(client, user, "postcode,unit\n04101,North\n").status_code == 403
        assert client.get(f"{CHANGES}{change.pk}/").status_code == 403
        for step in ("store", "drop", "undo"):
            assert client.post(f"{CHANGES}{change.pk}/{step}/").status_code == 403
    # Whoever may not see the claim does not learn that it is there.
    removals = []
    for user in (alice, charlie):
        client.force_login(user)
        removals.append(client.post(reverse("contacts:claim_remove", args=[claim.pk])).status_code)
    assert removals == [403, 404]
    assert claims() == {"04101": "North"}


def test_a_step_is_taken_once(client, dora, portland):
    answer = send(client, dora, "postcode,unit\n04101,Portland\n")
    for step in ("undo", "store", "store", "drop", "undo", "undo"):
        client.post(f"{answer.url}{step}/")
    assert claims() == {}
    text = page(client, dora, answer.url)
    assert "Somebody has done this already" in text
    assert client.get(f"{CHANGES}999999/").status_code == 404


def test_places_that_were_given_elsewhere_since_stay_there(portland, south):
    first = services.propose_claim(actor=SYSTEM, unit="Portland", kind="postcode", value="04101", country="", now=NOON)
    services.store_change(actor=SYSTEM, change_id=first, now=NOON)
    second = services.propose_claim(actor=SYSTEM, unit="South", kind="postcode", value="04101", country="", now=NOON)
    services.store_change(actor=SYSTEM, change_id=second, now=NOON)
    assert services.undo_change(actor=SYSTEM, change_id=first, now=NOON) == 1
    assert claims() == {"04101": "South"}
    assert services.undo_change(actor=SYSTEM, change_id=second, now=NOON) == 0
    assert claims() == {"04101": "Portland"}


def test_a_unit_that_is_gone_by_then_gets_nothing(portland, south):
    asked = services.propose_claim(actor=SYSTEM, unit="Portland", kind="postcode", value="04101", country="", now=NOON)
    portland.delete()
    services.store_change(actor=SYSTEM, change_id=asked, now=NOON)
    assert claims() == {}


def test_a_change_can_be_taken_back_for_thirty_days(portland):
    asked = services.propose_claim(actor=SYSTEM, unit="Portland", kind="postcode", value="04101", country="", now=NOON)
    services.store_change(actor=SYSTEM, change_id=asked, now=NOON)
    late = NOON + timedelta(days=31)
    assert queries.change(SYSTEM, asked, now=late).undo_until is None
    with pytest.raises(services.WrongStep):
        services.undo_change(actor=SYSTEM, change_id=asked, now=late)
    assert nightly.forget_changes(NOON + timedelta(days=29)) == "Nothing to forget."
    services.propose_claim(actor=SYSTEM, unit="Portland", kind="postcode", value="04102", country="", now=NOON)
    assert nightly.forget_changes(NOON + timedelta(days=8)) == "Changes of claims forgotten: 1."
    assert nightly.forget_changes(late) == "Changes of claims forgotten: 1."
    assert claims() == {"04101": "Portland"}


def area(name, west, side=1.0, **properties):
    ring = [[west, 43], [west + side, 43], [west + side, 43 + side], [west, 43 + side], [west, 43]]
    return {
        "type": "Feature",
        "properties": {"name": name, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def drawn(*found):
    return json.dumps({"type": "FeatureCollection", "features": list(found)})


def test_areas_are_drawn_claimed_drawn_anew_and_given_up(client, dora, alice, organisation, portland, south):
    """Portland lies at 43.7 N 70.3 W, within the first area and outside of the second."""
    make_claim(south, "ME", kind="region")
    inquiry = make_inquiry(city="Portland", region="ME", country="US")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert where(inquiry)[:2] == (south, "claim_region")

    broken = {"type": "Feature", "properties": {"name": "Broken"}, "geometry": None}
    answer = send(client, dora, drawn(area("Coast", -71, unit="Portland"), broken), name="map.geojson")
    shown = page(client, dora, answer.url)
    assert "This moves 0 people and 1 inquiry" in shown
    assert "Row 2, area</th>" in shown
    assert shown.count("<path d=") == 1
    client.post(answer.url + "store/")
    assert where(inquiry) == (portland, "claim_area", "It lies in Coast, which belongs to Portland")
    assert "It lies in Coast, which belongs to Portland." in page(client, alice, TRY, city="Portland", region="ME")
    assert "<path d=" in page(client, alice, kind="area")
    assert "<path d=" in page(client, alice, q="coas")
    assert "<path d=" not in page(client, alice, q="oast side")

    # One of the same name takes its place, and comes back.
    again = send(client, dora, drawn(area("Coast", -60)), name="map.json", unit="Portland")
    client.post(again.url + "store/")
    assert where(inquiry)[0] == south
    assert len(claims()) == 2
    client.post(again.url + "undo/")
    assert where(inquiry)[0] == portland

    # A list of post codes that is all there is says nothing of areas.
    whole = send(client, dora, "postcode,unit\n99999,Portland\n", whole="on")
    client.post(whole.url + "store/")
    assert [place.partition(" #")[0] for place in sorted(claims())] == ["99999", "Coast"]
    assert where(inquiry)[1] == "claim_area"

    claim = Claim.objects.unscoped("a test").get(kind="area")
    removal = client.post(reverse("contacts:claim_remove", args=[claim.pk]))
    client.post(removal.url + "store/")
    assert where(inquiry)[:2] == (portland, "nearest")
    client.post(removal.url + "undo/")
    assert Claim.objects.unscoped("a test").get(kind="area").shape == claim.shape
    assert where(inquiry)[1] == "claim_area"


def test_an_area_whose_name_another_has_since_does_not_come_back(client, dora, portland, south):
    first = send(client, dora, drawn(area("Coast", -71, unit="Portland")), name="map.geojson")
    client.post(first.url + "store/")
    claim = Claim.objects.unscoped("a test").get()
    removal = client.post(reverse("contacts:claim_remove", args=[claim.pk]))
    client.post(removal.url + "store/")
    second = send(client, dora, drawn(area("Coast", -60, unit="South")), name="map.geojson")
    client.post(second.url + "store/")
    client.post(removal.url + "undo/")
    assert [claim.unit.name for claim in Claim.objects.unscoped("a test")] == ["South"]


def test_an_area_needs_a_unit(client, dora, portland):
    answer = send(client, dora, drawn(area("Coast", -71)), name="map.geojson")
    assert "No row of it can be taken. Row 1: It names no unit." in readable(answer)
    answer = send(client, dora, "{}", name="map.geojson")
    assert "This is no GeoJSON of areas" in readable(answer)


def test_officers_see_the_areas_of_their_units_only(client, alice, charlie, dora, north, south):
    for name, unit in (("Ours", "North"), ("Theirs", "South")):
        answer = send(client, dora, drawn(area(name, -71, unit=unit)), name="map.geojson")
        client.post(answer.url + "store/")
    text = page(client, alice)
    assert "Ours" in text
    assert "Theirs" not in text
    assert "Ours" not in page(client, charlie)


PEOPLE = "/contacts/claims/people/"


def looked_after(text):
    return re.findall(
        r'<a href="/people/\d+/">([^<]*)</a>.*?Looked after by">(?:<span[^>]*>)?([^<]*)<', text, re.DOTALL
    )


@pytest.mark.parametrize("count", [1, 3])
def test_people_at_large_are_shown_with_who_looks_after_them_and_why(
    count, client, alice, bob, charlie, dora, north, south, portland, django_assert_num_queries
):
    """Alice sees those of the region, whom no branch has; those of nowhere are for who sees everybody."""
    make_claim(portland, "04101")
    make_claim(south, "97301")
    for number in range(count):
        person = make_person(f"Ada {number}", unit=north, postcode="04101")
        make_standing(person, "member")
    make_standing(make_person("Bo Ek", unit=portland, postcode="04101"), "member")
    make_standing(make_person("Cy Day", postcode="97301"), "contact")
    make_standing(make_person("Di Far", unit=north, postcode="97301"), "contact")
    make_person("Ed Gone", unit=north, postcode="04101")
    client.force_login(alice)
    client.get(PEOPLE)
    with django_assert_num_queries(18):
        text = readable(client.get(PEOPLE))
    mine = [(f"Ada {number}", "Portland") for number in range(count)]
    assert looked_after(text) == [*mine, ("Di Far", "Another part of the organisation")]
    assert text.count("Post code 04101 belongs to Portland") == count
    assert "South" not in text
    assert looked_after(page(client, dora, PEOPLE)) == [*mine, ("Cy Day", "South"), ("Di Far", "South")]
    assert "Nobody here is at large" in page(client, charlie, PEOPLE)
    client.force_login(bob)
    assert client.get(PEOPLE).status_code == 403


def test_people_at_large_say_since_when_and_whom_to_ask(client, alice, north, south, portland):
    """Since the branch ended, or closed, or their standing began; whoever follows them up, else an officer of the unit."""
    today = timezone.localdate()
    day = [today - timedelta(days=days) for days in (400, 90, 30, 10)]
    shut = make_unit("Shut", parent=north, closed_on=day[2])
    make_claim(portland, "04101")
    make_office(make_person("Olga Organiser", unit=portland), portland, role="organiser")
    make_office(make_person("Sven Secret", unit=south), portland, role="auditor")
    ada, bo, cy = (make_person(name, unit=north, postcode="04101") for name in ("Ada Left", "Bo Shut", "Cy New"))
    for person in (ada, bo):
        make_standing(person, "member", from_on=day[0])
    make_standing(cy, "contact", from_on=day[3])
    make_placement(ada, portland, from_on=day[0], to_on=day[1])
    make_placement(bo, shut, from_on=day[0])
    make_case(cy, owner=alice, next_on=today)
    found = looked_after_queries.page(actor_for(alice, on=today), actor_for(alice, on=today)).lines
    assert [(line.name, line.standing, line.since, line.owner, line.ask) for line in found] == [
        ("Ada Left", "member", day[1], "", [("Olga Organiser", "organiser")]),
        ("Bo Shut", "member", day[2], "", [("Olga Organiser", "organiser")]),
        ("Cy New", "contact", day[3], "alice", [("Olga Organiser", "organiser")]),
    ]
    text = page(client, alice, PEOPLE)
    assert "member, 90 days" in text and "Olga Organiser" in text and "Sven" not in text


def test_people_at_large_go_on_where_the_last_page_ended(client, dora, organisation, monkeypatch):
    monkeypatch.setattr(looked_after_queries, "SIZE", 2)
    for number in range(5):
        make_standing(make_person(f"Ada {number}"), "contact")
    seen, path = [], PEOPLE
    while path:
        text = page(client, dora, path)
        seen.append([name for name, _ in looked_after(text)])
        last, further = path, re.search(r'rel="next" href="([^"]*)"', text)
        path = further[1] if further else ""
    assert seen == [["Ada 0", "Ada 1"], ["Ada 2", "Ada 3"], ["Ada 4"]]
    back = re.search(r'rel="prev" href="([^"]*)"', page(client, dora, last))[1]
    assert [name for name, _ in looked_after(page(client, dora, back))] == seen[1]
    assert len(looked_after(page(client, dora, PEOPLE, after=999_999))) == 2
