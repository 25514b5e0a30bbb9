"""Places of other countries: who may change them, what that moves, taking it back, and every figure that stands on them."""

from datetime import date, timedelta

import pytest

from muster.access.actor import NotAllowed, system_actor
from muster.access.models import Role
from muster.audit.models import Entry
from muster.contacts.models import Inquiry
from muster.contacts.queries import admission, looked_after
from muster.contacts.services import claims, routing
from muster.core import places as core
from muster.core.places.distance import distance_km
from muster.reports import balance_sheet
from muster.units import places as kept
from muster.units.models import CountryPlaces, PlaceChange, Setting, Unit
from muster.units.services import places as services
from muster.workflows import places
from tests.builders import NOON, TODAY, make_claim, make_inquiry, make_person, make_standing, make_unit, make_user
from tests.units.test_place_files import CITIES

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SYSTEM = system_actor("test", on=TODAY)
# Leipzig and Halle lie 30 km apart, both far from Portland.
GERMANY = (
    "PLZ,Ort,Bundesland,Landkreis,lat,lon,Einwohner\n"
    "4103,Leipzig,Sachsen,Leipzig (Stadt),51.34,12.38,600000\n"
    "06108,Halle,Sachsen-Anhalt,Halle (Saale),51.48,11.97,240000\n"
    "01067,Dresden,Sachsen,Dresden (Stadt),51.05,13.73,560000\n"
    "80331,München,Bayern,München (Stadt),48.135,11.571,1500000\n"
)
# Outward codes alone, as GeoNames publishes them.
BRITAIN = (
    "GB\tSW1A\tWestminster\tEngland\tENG\tGreater London\t11609024\t\t\t51.501\t-0.1416\t4\n"
    "GB\tM1\tManchester\tEngland\tENG\tGreater Manchester\t1160\t\t\t53.4794\t-2.2453\t4\n"
)


@pytest.fixture
def read(tmp_path):
    def read(text, *more, actor=SYSTEM, country=""):
        paths = []
        for number, content in enumerate((text, *more)):
            path = tmp_path / f"places-{number}.txt"
            path.write_text(content)
            paths.append(path)
        return places.read_files(actor, paths, country=country, scratch=tmp_path)

    return read


@pytest.fixture
def propose(read):
    def propose(text, *more, country="DE", now=NOON):
        found = read(text, *more, country=country)
        return places.propose(actor=SYSTEM, name="places.txt", read=found, now=now)

    return propose


@pytest.fixture
def stored(propose):
    def stored(*files, now=NOON, **options):
        change_id = propose(*files, now=now, **options)
        places.store(actor=SYSTEM, change_id=change_id, now=now)
        return change_id

    return stored


@pytest.fixture
def leipzig(north):
    return make_unit("Leipzig", parent=north, postcode="04103", country="DE")


def sent():
    rows = Inquiry.objects.unscoped("a test").order_by("pk")
    return [(row.unit.name if row.unit else None, row.routed_because) for row in rows]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_whoever_may_not_change_the_settings_changes_no_places(who, request, actor_of, propose, stored, read):
    actor = actor_of(request.getfixturevalue(who))
    change_id, found = propose(GERMANY), read(GERMANY, country="DE")
    held = stored(GERMANY)
    for act in (
        lambda: places.countries(actor),
        lambda: places.changes(actor, most=5),
        lambda: places.change(actor, change_id, now=NOON),
        lambda: places.read_files(actor, [], country="", scratch=None),
        lambda: places.read_uploads(actor, [], country=""),
        lambda: places.propose(actor=actor, name="x", read=found, now=NOON),
        lambda: places.propose_removal(actor=actor, country="DE", now=NOON),
        lambda: places.store(actor=actor, change_id=change_id, now=NOON),
        lambda: places.drop(actor=actor, change_id=change_id),
        lambda: places.undo(actor=actor, change_id=held, now=NOON),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert PlaceChange.objects.count() == 2


def test_an_administrator_of_the_whole_organisation_may(dora, actor_of, propose):
    places.store(actor=actor_of(dora), change_id=propose(GERMANY), now=NOON)
    assert [one.country for one in places.countries(actor_of(dora))] == ["DE"]


def test_which_units_gain_is_told_to_whoever_may_see_them(organisation, leipzig, dora, actor_of, propose):
    make_standing(make_person("Ada", postcode="04103", country="DE"), "contact")
    change_id = propose(GERMANY)
    Role.objects.create(code="keeper", name="Keeper", permissions=["settings.edit"])
    keeper = make_user("kim", keeper=organisation)
    whole, narrow = (places.change(actor_of(user), change_id, now=NOON) for user in (dora, keeper))
    assert [one.name for one in whole.effects.units] and narrow.effects is None
    assert narrow.moved == whole.moved


def test_post_codes_send_inquiries_to_the_nearest_unit(organisation, leipzig, propose):
    # Beside Halle's post code nothing says where it is: its city is written as nobody knows it.
    for code, city in (("6108", "Halle an der Saale"), ("80331", ""), ("4103", "")):
        make_inquiry(postcode=code, city=city, country="DE")
    given = make_inquiry(postcode="04103", country="DE", unit=organisation, routed_by="hand")
    make_standing(make_person("Ada", postcode="04103", country="DE"), "contact")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert {name for name, _ in sent()} == {"Workers Together"}

    change_id = propose(GERMANY)
    shown = places.change(SYSTEM, change_id, now=NOON)
    assert shown.moved == {"people": 1, "inquiries": 2}
    assert [(one.name, one.gains.people, one.gains.inquiries) for one in shown.effects.units] == [
        ("Leipzig", 1, 2),
        ("Workers Together", 0, 0),
    ]
    assert {name for name, _ in sent()} == {"Workers Together"}

    places.store(actor=SYSTEM, change_id=change_id, now=NOON)
    assert sent() == [
        ("Leipzig", f"{distance_km((51.48, 11.97), (51.34, 12.38)):.0f} km from Leipzig, the nearest"),
        ("Workers Together", "No unit is within 50 km, and none covers the region"),
        ("Leipzig", "Less than 1 km from Leipzig, the nearest"),
        ("Workers Together", given.routed_because),
    ]
    assert places.change(SYSTEM, change_id, now=NOON).moved == {"people": 1, "inquiries": 2}
    # And what comes from now on.
    make_inquiry(postcode=" 04103", country="DE")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert sent()[-1][0] == "Leipzig"


def test_taking_it_back_brings_everything_back(leipzig, propose, stored, dora, actor_of):
    make_inquiry(postcode="06108", country="DE")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    before = sent()
    change_id = propose(GERMANY)
    places.store(actor=actor_of(dora), change_id=change_id, now=NOON)
    assert sent() != before
    last_moment = NOON + services.UNDO_FOR
    assert places.change(SYSTEM, change_id, now=last_moment).undo_until == last_moment
    assert places.change(SYSTEM, change_id, now=last_moment + timedelta(seconds=1)).undo_until is None

    places.undo(actor=actor_of(dora), change_id=change_id, now=last_moment)

    assert sent() == before
    assert places.countries(SYSTEM) == []
    entries = Entry.objects.filter(action__startswith="organisation.places").order_by("id")
    assert [(entry.action, entry.user_id, entry.count, entry.details) for entry in entries] == [
        (action, dora.pk, 1, {"name": "places.txt", "countries": ["DE"], "moved": 1, "people": 0})
        for action in ("organisation.places.set", "organisation.places.undone")
    ]
    with pytest.raises(services.WrongStep):
        places.undo(actor=SYSTEM, change_id=change_id, now=last_moment)


def test_it_can_be_taken_back_for_thirty_days(stored):
    change_id = stored(GERMANY)
    with pytest.raises(services.WrongStep) as refused:
        places.undo(actor=SYSTEM, change_id=change_id, now=NOON + services.UNDO_FOR + timedelta(seconds=1))
    assert str(refused.value) == "This was stored more than 30 days ago and cannot be taken back."


def test_a_second_upload_takes_the_place_of_the_first_whole(stored, propose):
    first = stored(GERMANY)
    second = propose("PLZ,Ort,lat,lon\n04103,Leipzig,51.4,12.4\n99084,Erfurt,50.98,11.03\n")
    (shown,) = places.change(SYSTEM, second, now=NOON).countries
    assert (shown.postcodes.total, shown.postcodes.new, shown.postcodes.changed, shown.postcodes.gone) == (2, 1, 1, 3)
    assert (shown.cities.total, shown.cities.gone, shown.people) == (0, 4, 0)
    assert places.change(SYSTEM, second, now=NOON).bundled_stay == "Germany"

    def point(code):
        return kept.ground().atlas.point_of(code, "", "", "DE")

    places.store(actor=SYSTEM, change_id=second, now=NOON + timedelta(days=1))
    assert (point("99084"), point("80331")) == ((50.98, 11.03), None)
    # Taken back, the first holds again; the first taken back too, nothing does.
    places.undo(actor=SYSTEM, change_id=second, now=NOON + timedelta(days=2))
    assert (point("99084"), point("80331")) == (None, (48.135, 11.571))
    places.undo(actor=SYSTEM, change_id=first, now=NOON + timedelta(days=2))
    assert point("80331") is None
    assert kept.ground().atlas is core.BUNDLED


def test_only_the_latest_change_of_a_country_is_taken_back(leipzig, stored):
    both = stored(
        GERMANY.replace("PLZ", "country,PLZ").replace("\n", "\nDE,", 4) + "AT,1010,Wien,Wien,,48.2,16.37,2000000\n",
        country="",
    )
    newer = stored(GERMANY, now=NOON + timedelta(days=1))
    other = stored(BRITAIN, country="", now=NOON + timedelta(days=1))
    held = [("AT", 2_000_000), ("DE", 2_900_000), ("GB", 0)]
    assert [(one.country, one.people) for one in places.countries(SYSTEM)] == held
    make_inquiry(postcode="04103", country="DE")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    before, later = sent(), NOON + timedelta(days=2)
    shown = places.change(SYSTEM, both, now=later)
    assert (shown.changed_since, shown.undo_until) == ("Germany", None)

    with pytest.raises(services.WrongStep) as refused:
        places.undo(actor=SYSTEM, change_id=both, now=later)

    said = "Places of Germany were stored since, so nothing would come back. Take the latest back first."
    assert (str(refused.value), sent()) == (said, before)
    assert [(one.country, one.people) for one in places.countries(SYSTEM)] == held
    assert not Entry.objects.filter(action="organisation.places.undone").exists()
    # That of other countries stands in nobody's way, and one after the other all come back.
    for change_id in (newer, both):
        assert places.change(SYSTEM, change_id, now=later).changed_since == ""
        places.undo(actor=SYSTEM, change_id=change_id, now=later)
    assert [one.change_id for one in places.countries(SYSTEM)] == [other]
    assert sent()[0][0] == "Workers Together"


def test_whoever_waited_for_somebody_else_stores_after_them(stored, propose):
    """Two begin at once; the second has to wait, and by its clock would be the first."""
    first, second = propose(GERMANY), propose("PLZ,Ort,lat,lon\n99084,Erfurt,50.98,11.03\n")
    places.store(actor=SYSTEM, change_id=second, now=NOON + timedelta(seconds=1))
    places.store(actor=SYSTEM, change_id=first, now=NOON)
    assert [one.change_id for one in places.countries(SYSTEM)] == [first]
    assert places.change(SYSTEM, first, now=NOON).stored_at == NOON + timedelta(seconds=1, microseconds=1)


def test_a_country_is_taken_away_and_brought_back(stored):
    stored(GERMANY)
    away = places.propose_removal(actor=SYSTEM, country="DE", now=NOON)
    (shown,) = places.change(SYSTEM, away, now=NOON).countries
    assert (shown.is_removal, shown.postcodes.gone, shown.cities.gone) == (True, 4, 4)
    places.store(actor=SYSTEM, change_id=away, now=NOON + timedelta(days=1))
    assert places.countries(SYSTEM) == []
    with pytest.raises(services.NoSuchPlaces):
        places.propose_removal(actor=SYSTEM, country="DE", now=NOON)
    places.undo(actor=SYSTEM, change_id=away, now=NOON + timedelta(days=2))
    assert [one.country for one in places.countries(SYSTEM)] == ["DE"]


def test_what_was_proposed_can_be_dropped_or_stored_once(propose):
    first, second = propose(GERMANY), propose(GERMANY)
    places.drop(actor=SYSTEM, change_id=first)
    assert places.change(SYSTEM, first, now=NOON) is None
    places.store(actor=SYSTEM, change_id=second, now=NOON)
    for act in (
        lambda: places.store(actor=SYSTEM, change_id=second, now=NOON),
        lambda: places.drop(actor=SYSTEM, change_id=second),
        lambda: places.undo(actor=SYSTEM, change_id=first, now=NOON),
    ):
        with pytest.raises(services.WrongStep):
            act()


def test_a_file_of_which_no_row_can_be_taken_is_refused(read):
    found = read("PLZ,lat,lon\n01067,x,13\n", country="DE")
    with pytest.raises(services.NothingToStore) as refused:
        places.propose(actor=SYSTEM, name="x", read=found, now=NOON)
    assert "No row of it can be taken. places-0.txt, row 2, column lat" in str(refused.value)
    with pytest.raises(places.NoSuchCountry):
        read(GERMANY, country="Atlantis")


def test_the_night_forgets_what_neither_holds_nor_takes_anything_back(stored, propose):
    old = stored(GERMANY)
    proposed = propose(GERMANY)
    later = NOON + timedelta(days=1)
    newer = stored(GERMANY, now=later)
    undone = stored(GERMANY, now=later)
    places.undo(actor=SYSTEM, change_id=undone, now=later)

    def left(days):
        places.forget_old(NOON + timedelta(days=days))
        return set(PlaceChange.objects.values_list("pk", flat=True))

    assert left(6) == {old, proposed, newer, undone}
    assert left(8) == {old, newer, undone}
    # What holds stays, and before it what taking it back would bring back.
    assert left(31) == {old, newer, undone}
    assert left(32) == {newer}
    assert [one.country for one in places.countries(SYSTEM)] == ["DE"]
    away = places.propose_removal(actor=SYSTEM, country="DE", now=later)
    places.store(actor=SYSTEM, change_id=away, now=NOON + timedelta(days=40))
    assert left(70) == {newer, away}
    assert left(71) == set()
    assert CountryPlaces.objects.count() == 0


def test_what_is_forgotten_of_a_country_does_not_come_back(stored):
    """Two countries in one change: one of them was taken away long ago, the other holds."""
    stored(
        GERMANY.replace("PLZ", "country,PLZ").replace("\n", "\nDE,", 4) + "AT,1010,Wien,Wien,,48.2,16.37,2000000\n",
        country="",
    )
    away = places.propose_removal(actor=SYSTEM, country="DE", now=NOON)
    places.store(actor=SYSTEM, change_id=away, now=NOON)
    places.forget_old(NOON + timedelta(days=100))
    assert list(services.held()) == ["AT"]


def test_outward_codes_are_enough_in_britain(north, stored):
    make_unit("Manchester", parent=north, city="Manchester", country="GB")
    stored(BRITAIN, country="")
    make_inquiry(postcode="m1 1ae", country="GB")
    make_inquiry(postcode="SW1A 1AA", country="GB")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert [name for name, _ in sent()] == ["Manchester", "Workers Together"]


def test_counties_and_regions_are_claimed_by_post_code(north, south, stored, tmp_path):
    saxony = make_unit("Saxony", parent=north)
    stored(GERMANY)
    make_claim(saxony, "SACHSEN", kind="region", country="DE")
    rows = [claims.ClaimRow(2, south.ref, "county", "München (Stadt), Bayern", "DE")]
    assert claims.preview_claims(actor=SYSTEM, rows=rows).rejected == []
    claims.set_claims(actor=SYSTEM, rows=rows, now=NOON)
    for code in ("80331", "01067"):
        make_inquiry(postcode=code, country="DE")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert sent() == [
        ("South", "München (Stadt), Bayern belongs to South"),
        ("Saxony", "Sachsen belongs to Saxony"),
    ]


WITH_CODES = (
    "PLZ,Ort,Bundesland,Bundesland-Code,Landkreis,lat,lon\n"
    "80331,München,Bayern,BY,München (Stadt),48.135,11.571\n"
    "55116,Mainz,Rheinland-Pfalz,RP,Mainz (Stadt),50.0,8.271\n"
)


@pytest.mark.parametrize("first", ["claimed", "uploaded"])
@pytest.mark.parametrize("claimed", ["BY", "by", "Bayern", "BAYERN", "bayern"])
def test_a_region_is_claimed_by_its_code_or_its_name(claimed, first, north, stored):
    unit = make_unit("South Germany", parent=north)
    for region, code in (("BY", ""), ("Bayern", ""), ("bayern ", ""), ("", "80331"), ("RP", ""), ("", "55116")):
        make_inquiry(region=region, postcode=code, country="DE")
    rows = [claims.ClaimRow(2, unit.ref, "region", claimed, "DE")]
    acts = [lambda: claims.set_claims(actor=SYSTEM, rows=rows, now=NOON), lambda: stored(WITH_CODES)]
    for act in acts if first == "claimed" else acts[::-1]:
        act()
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert [name for name, _ in sent()] == ["South Germany"] * 4 + ["Workers Together"] * 2
    assert {because for _, because in sent()[:4]} == {"Bayern belongs to South Germany"}


def test_a_region_of_a_unit_and_the_state_of_a_county_are_known_by_either_too(north, south, stored):
    palatinate = make_unit("Rhine", kind="region", parent=north.parent, region="RP", country="DE")
    make_claim(south, "BY MÜNCHEN (STADT)", kind="county", country="DE")
    stored(WITH_CODES)
    for code in ("80331", "55116"):
        make_inquiry(postcode=code, country="DE")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert [name for name, _ in sent()] == ["South", palatinate.name]


def test_of_a_region_claimed_by_code_and_by_name_the_name_counts(north, south, stored):
    for unit, value in ((north, "BY"), (south, "BAYERN"), (north, "RP")):
        make_claim(unit, value, kind="region", country="DE")
    stored(WITH_CODES)
    for region in ("BY", "Bayern", "Rheinland-Pfalz"):
        make_inquiry(region=region, country="DE")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    assert [name for name, _ in sent()] == ["South", "South", "North"]


def test_a_county_for_which_there_is_no_room_beside_the_name_of_its_region_is_refused(north, stored):
    """Its code is shorter than what it stands for."""
    stored(WITH_CODES)
    longest, longer = ("X" * (120 - len("RHEINLAND-PFALZ ") + more) for more in (0, 1))
    rows = [claims.ClaimRow(2, north.ref, "county", f"{name}, RP", "DE") for name in (longest, longer)]
    plan = claims.set_claims(actor=SYSTEM, rows=rows, now=NOON)
    assert [(one.value, one.message) for one in plan.rejected] == [(f"{longer}, RP", "There is room for 120 letters.")]
    assert [value for _, _, value in plan.claims] == [f"RHEINLAND-PFALZ {longest}"]


def test_counties_of_a_country_nobody_uploaded_are_refused(south):
    rows = [claims.ClaimRow(2, south.ref, "county", "München, Bayern", "DE")]
    (refused,) = claims.preview_claims(actor=SYSTEM, rows=rows).rejected
    assert refused.message == "The counties of this country are not known. Upload its places under Settings first."


def test_people_at_large_and_new_members_are_led_to_the_nearest_unit(leipzig, stored, dora, actor_of):
    make_standing(person := make_person("Ada", postcode="04103", country="DE"), "contact")
    stored(GERMANY)
    actor = actor_of(dora)
    (line,) = looked_after.page(actor, actor).lines
    assert (line.unit, line.because) == ("Leipzig", "Less than 1 km from Leipzig, the nearest")
    home = {"city": "", "region": "", "postcode": "4103", "country": "DE"}
    assert admission.places_for(actor, person.pk, home)[1] == leipzig.pk


def test_the_reach_of_the_balance_sheet_counts_the_people_of_the_uploaded_country(organisation, north, stored):
    for number, city in enumerate(("Leipzig", "Leipzig", "München")):
        make_person(f"Ada {number}", city=city, country="DE", member_from=date(2020, 1, 1))
    make_unit("Dresden", parent=north, city="Dresden", country="DE")
    bundled = balance_sheet.sheet_of(SYSTEM, organisation.pk, TODAY)
    stored(GERMANY)
    sheet = balance_sheet.sheet_of(SYSTEM, organisation.pk, TODAY)
    # A plain loop over the rows of the file.
    rows = [line.split(",") for line in GERMANY.splitlines()[1:]]
    cities = {row[1]: ((float(row[4]), float(row[5])), int(row[6])) for row in rows}
    members = {"Leipzig", "München"}

    def reach(names):
        near = {
            other for other, (point, _) in cities.items() for name in names if distance_km(point, cities[name][0]) <= 50
        }
        return round(sum(cities[name][1] for name in near) / sum(people for _, people in cities.values()), 4)

    assert sheet.places.coverage.country == "DE"
    assert (sheet.places.coverage.members, sheet.places.coverage.branches) == (reach(members), reach({"Dresden"}))
    assert sheet.places.coverage != bundled.places.coverage
    assert [(city.city, city.members, city.point) for city in sheet.places.strongholds.cities] == [
        ("Leipzig", 2, (51.34, 12.38))
    ]
    assert (sheet.potential.places, sheet.potential.recruits_needed) == (2, (3 + 4, 5 + 6))


def test_reading_what_holds_costs_one_query_and_is_seen_at_once(stored, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert kept.ground().atlas is core.BUNDLED
    stored(GERMANY)
    kept.forget()
    with django_assert_num_queries(2):
        first = kept.ground().atlas
    with django_assert_num_queries(1):
        assert kept.ground().atlas is first
    # As another process would leave it.
    Setting.objects.filter(key=kept.KEY).update(value={})
    assert kept.ground().atlas is core.BUNDLED


def test_a_setting_that_names_places_that_are_gone_leads_nowhere(stored):
    stored(GERMANY)
    CountryPlaces.objects.all().delete()
    kept.forget()
    assert kept.ground().atlas.by_postcode("04103", "DE") is None


def test_settings_that_are_stored_leave_the_places_alone(dora, actor_of, stored):
    from muster.units import queries as units
    from muster.workflows import choices

    stored(GERMANY)
    choices.set_organisation_settings(actor=actor_of(dora), name="Workers", settings=units.settings(), now=NOON)
    assert kept.ground().atlas.by_postcode("04103", "DE").name == "Leipzig"


def test_a_list_of_cities_goes_with_the_post_codes(propose):
    change_id = propose(GERMANY, CITIES)
    (shown,) = places.change(SYSTEM, change_id, now=NOON).countries
    # The list takes the place of what the rows say.
    assert (shown.postcodes.total, shown.cities.total, shown.people) == (4, 2, 1_260_391)
    assert Unit.objects.count() == 0
