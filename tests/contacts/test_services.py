"""Inquiries go where the rules say, all at once, or by hand; a list of claims is stored with what it changes."""

import pytest

from muster.access.actor import NotAllowed, system_actor
from muster.audit.models import Entry
from muster.contacts import nightly
from muster.contacts.calc.claims import ClaimRow, Rejected, Unknown
from muster.contacts.models import Claim, Inquiry
from muster.contacts.queries.plans import Count, Moves
from muster.contacts.services.claims import preview_claims, set_claims
from muster.contacts.services.routing import NoSuchInquiry, assign_inquiry, route_inquiries
from muster.people.models import Placement
from muster.units.models import Setting, UnitExternalId
from muster.units.services.rules import UnitClosed
from tests.builders import (
    NOON,
    TODAY,
    make_claim,
    make_grant,
    make_inquiry,
    make_person,
    make_placement,
    make_standing,
    make_unit,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SYSTEM = system_actor("test", on=TODAY)


@pytest.fixture
def portland(north):
    return make_unit("Portland", parent=north, city="Portland", region="ME")


@pytest.fixture
def salem(south):
    return make_unit("Salem", parent=south, latitude=44.94, longitude=-123.03)


def where(inquiry):
    inquiry.refresh_from_db()
    return inquiry.unit, inquiry.routed_by, inquiry.routed_because


def codes(unit, *values):
    return [ClaimRow(row, unit, "postcode", value) for row, value in enumerate(values, 2)]


def claims():
    rows = Claim.objects.unscoped("a test").order_by("kind", "value")
    return {(claim.kind, claim.country, claim.value): claim.unit.name for claim in rows}


def test_those_that_wait_are_sent_by_each_rule(organisation, north, portland, salem):
    make_claim(salem, "04101")
    north.region, north.country = "Maine", "US"
    north.save()
    claimed = make_inquiry(postcode="04101")
    near = make_inquiry(city="Portland", region="ME")
    far = make_inquiry(city="Bangor", region="ME", country="US")
    nowhere = make_inquiry()
    stays = make_inquiry(unit=portland, routed_by="hand")

    assert route_inquiries(actor=SYSTEM, now=NOON) == 4

    assert where(claimed) == (salem, "claim_postcode", "Post code 04101 belongs to Salem")
    assert where(near) == (portland, "nearest", "Less than 1 km from Portland, the nearest")
    assert where(far) == (north, "region_unit", "North covers ME; no unit is within 50 km")
    assert where(nowhere) == (organisation, "national", "It says of no place where it comes from")
    assert where(stays) == (portland, "hand", "")
    assert claimed.routed_at == NOON
    assert route_inquiries(actor=SYSTEM, now=NOON) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_sending_costs_the_same_however_many_wait(count, portland, django_assert_num_queries):
    for _ in range(count):
        make_inquiry(city="Portland", region="ME")
    with django_assert_num_queries(8):
        route_inquiries(actor=SYSTEM, now=NOON)


def test_what_waits_is_sent_in_the_night(portland):
    inquiry = make_inquiry(city="Portland", region="ME")
    assert nightly.send_waiting(NOON) == "Sent to a unit: 1."
    assert where(inquiry)[:2] == (portland, "nearest")
    assert nightly.send_waiting(NOON) == "None waited."


def test_the_radius_is_a_setting(portland):
    Setting.objects.create(key="routing_km", value=200)
    inquiry = make_inquiry(city="Bangor", region="ME")
    route_inquiries(actor=SYSTEM, now=NOON)
    assert where(inquiry)[:2] == (portland, "nearest")


def test_nothing_goes_to_units_that_are_closed_or_not_open_yet(organisation, portland, salem):
    portland.closed_on = TODAY
    portland.save()
    salem.opened_on = TODAY.replace(year=2027)
    salem.save()
    make_claim(portland, "04101")
    make_claim(salem, "97301")
    inquiries = [make_inquiry(postcode=code, city=city) for code, city in (("04101", "Portland, ME"), ("97301", ""))]
    route_inquiries(actor=SYSTEM, now=NOON)
    assert [where(inquiry)[:2] for inquiry in inquiries] == [(organisation, "national")] * 2


def test_claims_are_added_and_send_on_what_they_alter(organisation, portland, salem):
    make_claim(portland, "04102")
    waits, other = make_inquiry(postcode="04101"), make_inquiry(postcode="04102")
    by_hand = make_inquiry(postcode="04101", unit=organisation, routed_by="hand")
    route_inquiries(actor=SYSTEM, among=[other.pk], now=NOON)

    done = set_claims(actor=SYSTEM, rows=codes("Salem", "4101", "04102-0001"), now=NOON)

    assert claims() == {("postcode", "US", "04101"): "Salem", ("postcode", "US", "04102"): "Salem"}
    assert where(waits)[0] == where(other)[0] == salem
    assert where(by_hand)[0] == organisation
    assert (done.moved, done.units) == (
        Count(0, 2),
        [
            Moves(portland.pk, portland.ref, "Portland", gains=Count(0, 0), loses=Count(0, 1)),
            Moves(salem.pk, salem.ref, "Salem", gains=Count(0, 2), loses=Count(0, 0)),
        ],
    )
    entry = Entry.objects.get()
    assert (entry.action, entry.count, entry.details) == (
        "contacts.claims.set",
        2,
        {"claims": 2, "replaced": False, "removed": 0, "moved": 2, "people": 0, "name": "A list"},
    )


def test_people_at_large_are_looked_after_elsewhere_and_nobody_is_placed(organisation, north, portland, salem):
    """Whoever has a branch or group stays with it; who has no standing any more is looked after by nobody."""
    make_claim(portland, "04101")
    long_ago, past = TODAY.replace(year=2000), TODAY.replace(month=1)
    home = {"postcode": "04101", "city": "Portland", "region": "ME"}
    for name, standing, unit in (
        ("Member of the region", "member", north),
        ("Contact of nowhere", "contact", None),
        ("Member of the branch", "member", portland),
        ("Member of another", "member", salem),
        ("Nobody any more", "", None),
    ):
        person = make_person(name, unit=unit, **home)
        if standing:
            make_standing(person, standing, from_on=long_ago)
    left = make_person("Left the branch", **home)
    make_standing(left, "member", from_on=long_ago)
    make_placement(left, portland, from_on=long_ago, to_on=past)
    gone = make_person("Left for good", **home)
    make_standing(gone, "member", from_on=long_ago, to_on=past)
    far = make_person("Too far", postcode="97301")
    make_standing(far, "contact", from_on=long_ago)
    before = list(Placement.objects.unscoped("a test").order_by("pk").values())

    done = set_claims(actor=SYSTEM, rows=codes("Salem", "04101", "04102"), now=NOON)

    assert (done.moved, done.units) == (
        Count(3, 0),
        [
            Moves(portland.pk, portland.ref, "Portland", gains=Count(0, 0), loses=Count(3, 0)),
            Moves(salem.pk, salem.ref, "Salem", gains=Count(3, 0), loses=Count(0, 0)),
        ],
    )
    assert list(Placement.objects.unscoped("a test").order_by("pk").values()) == before
    assert Entry.objects.get().details["people"] == 3


def test_people_in_a_branch_that_closed_are_at_large(organisation, portland, salem):
    make_standing(make_person("Ada", unit=portland, postcode="04101"), "member", from_on=TODAY.replace(year=2000))
    assert preview_claims(actor=SYSTEM, rows=codes("Salem", "04101")).moved == Count(0, 0)
    portland.closed_on = TODAY
    portland.save()
    shown = preview_claims(actor=SYSTEM, rows=codes("Salem", "04101"))
    assert [(one.name, one.gains.people, one.loses.people) for one in shown.units] == [
        ("Salem", 1, 0),
        ("Workers Together", 0, 1),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_costs_the_same_however_many_live_there(count, portland, salem, django_assert_num_queries):
    for number in range(count):
        make_standing(make_person(f"Ada {number}", postcode="04101"), "contact")
        make_inquiry(postcode="04101")
    with django_assert_num_queries(16):
        preview_claims(actor=SYSTEM, rows=codes("Salem", "04101"))


def test_a_whole_list_takes_other_claims_away(organisation, portland, salem):
    make_claim(portland, "04102")
    inquiry = make_inquiry(postcode="04102")
    route_inquiries(actor=SYSTEM, now=NOON)
    rows = codes("Salem", "04101")

    assert preview_claims(actor=SYSTEM, rows=rows).moved == Count(0, 0)
    shown = preview_claims(actor=SYSTEM, rows=rows, replace=True)
    assert claims() == {("postcode", "US", "04102"): "Portland"}
    assert set_claims(actor=SYSTEM, rows=rows, replace=True, now=NOON) == shown

    assert claims() == {("postcode", "US", "04101"): "Salem"}
    assert where(inquiry) == (portland, "nearest", "3 km from Portland, the nearest")


def test_what_no_claim_alters_stays_though_something_nearer_has_opened(organisation, north, portland):
    inquiry = make_inquiry(city="Portland", region="ME")
    route_inquiries(actor=SYSTEM, now=NOON)
    make_unit("Nearer", parent=north, latitude=43.661, longitude=-70.256)
    portland.latitude, portland.longitude = 43.9, -69.8
    portland.save()
    assert set_claims(actor=SYSTEM, rows=codes("Portland", "99999"), now=NOON).moved == Count(0, 0)
    assert where(inquiry)[0] == portland


def test_units_are_found_by_any_name_and_rows_that_cannot_be_taken_are_told(organisation, portland, salem):
    UnitExternalId.objects.create(unit=portland, source="folder", value="B-1")
    closed = make_unit("Closed", parent=organisation, closed_on=TODAY)
    rows = [
        ClaimRow(2, "B-1", "postcode", "04101"),
        ClaimRow(3, "B-9", "postcode", "04102"),
        ClaimRow(4, portland.ref, "prefix", "04"),
        ClaimRow(5, "Salem", "region", "Oregon"),
        ClaimRow(6, "B-9", "prefix", "05"),
        ClaimRow(7, "Salem", "postcode", "04101"),
        ClaimRow(8, closed.ref, "postcode", "04103"),
        ClaimRow(9, "Salem", "postcode", " "),
        ClaimRow(10, "", "postcode", "04104"),
        ClaimRow(11, "Salem", "postcode", "1010", "Atlantis"),
        ClaimRow(12, "Salem", "postcode", "0" * 21),
        ClaimRow(13, "Salem", "postcode", "k1a 0b1", "Canada"),
        ClaimRow(14, "B-1", "postcode", "04101"),
    ]
    done = set_claims(actor=SYSTEM, rows=rows, now=NOON)
    assert claims() == {
        ("postcode", "US", "04101"): "Portland",
        ("postcode", "CA", "K1A0B1"): "Salem",
        ("prefix", "US", "04"): "Portland",
        ("region", "US", "OR"): "Salem",
    }
    assert done.unknown == [Unknown("B-9", (3, 6))]
    assert done.rejected == [
        Rejected(7, "postcode", "04101", "Row 2 gives it to another unit."),
        Rejected(8, "unit", closed.ref, "This unit is closed."),
        Rejected(9, "postcode", "", "It names no place."),
        Rejected(10, "unit", "", "It names no unit."),
        Rejected(11, "country", "Atlantis", "This country is not known."),
        Rejected(12, "postcode", "0" * 21, "There is room for 20 letters."),
    ]


def test_claims_are_for_whoever_may_change_units_everywhere(
    organisation, portland, alice, charlie, erin, dora, actor_of
):
    for user in (alice, charlie, erin):
        with pytest.raises(NotAllowed):
            set_claims(actor=actor_of(user), rows=codes("Portland", "04101"), now=NOON)
    assert set_claims(actor=actor_of(dora), rows=codes("Portland", "04101"), now=NOON).claims


def test_by_hand_within_ones_own_part(organisation, north, south, portland, alice, bob, charlie, dora, actor_of):
    inquiry = make_inquiry(postcode="04101", unit=north)
    for user in (bob, charlie):
        with pytest.raises(NoSuchInquiry):
            assign_inquiry(actor=actor_of(user), inquiry_id=inquiry.pk, unit_id=portland.pk, now=NOON)
    with pytest.raises(NotAllowed):
        assign_inquiry(actor=actor_of(alice), inquiry_id=inquiry.pk, unit_id=south.pk, now=NOON)

    assert assign_inquiry(actor=actor_of(alice), inquiry_id=inquiry.pk, unit_id=portland.pk, now=NOON) == north.pk
    assert where(inquiry) == (portland, "hand", "Given to Portland by hand")
    assert inquiry.routed_at == NOON
    entry = Entry.objects.get()
    assert (entry.action, entry.unit_id, entry.details) == (
        "contacts.inquiry.assigned",
        portland.pk,
        {"unit": [north.pk, portland.pk]},
    )
    assert assign_inquiry(actor=actor_of(dora), inquiry_id=inquiry.pk, unit_id=south.pk, now=NOON) == portland.pk
    set_claims(actor=SYSTEM, rows=codes("Portland", "04101"), now=NOON)
    assert where(inquiry)[0] == south


def test_nobody_takes_what_is_elsewhere_or_waits(organisation, north, south, alice, dora, actor_of):
    """Alice sees both by their person, who is placed in North."""
    nora = make_person("Nora Berg", unit=north)
    for inquiry in (make_inquiry(unit=south, person=nora), make_inquiry(person=nora)):
        with pytest.raises(NotAllowed):
            assign_inquiry(actor=actor_of(alice), inquiry_id=inquiry.pk, unit_id=north.pk, now=NOON)
        assign_inquiry(actor=actor_of(dora), inquiry_id=inquiry.pk, unit_id=north.pk, now=NOON)


def test_nothing_is_given_to_a_closed_unit(organisation, portland, alice, actor_of):
    make_grant(alice, "unit_organiser", organisation)
    inquiry = make_inquiry()
    portland.closed_on = TODAY
    portland.save()
    with pytest.raises(UnitClosed):
        assign_inquiry(actor=actor_of(alice), inquiry_id=inquiry.pk, unit_id=portland.pk, now=NOON)
    assert Inquiry.objects.unscoped("a test").get().unit is None
