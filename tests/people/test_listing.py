"""Lists against a plain loop over everybody, in every order and for every filter, page by page."""

from datetime import date, timedelta

import pytest

from muster.people.calc.listing import SORTS, STANDINGS, Filters, Place
from muster.people.models import Person
from muster.people.queries import listing
from tests.builders import TODAY, make_person, make_placement, make_qualification, make_standing, make_unit

pytestmark = pytest.mark.db


def days_ago(number):
    return TODAY - timedelta(days=number)


@pytest.fixture
def crowd(north, south):
    """Twenty-two people of North, and as many of South who must never be counted or seen there."""
    people = []
    for region in (north, south):
        branch = make_unit(f"{region.name} 1", parent=region)
        shut = make_unit(f"{region.name} 2", parent=region, closed_on=days_ago(10))
        for number in range(22):
            name = f"{'ABC'[number % 3]}nna {'XYZ'[number % 2]}u{number % 5}"
            tags = "press;stall" if number % 4 == 0 else "stall press" if number % 7 == 0 else ""
            unit = (branch, shut, region)[number % 3]
            person = make_person(name, city=("Salem", "Bend", "")[number % 3], region="OR", tags=tags)
            make_placement(person, unit, is_primary=True, from_on=days_ago(900))
            if number % 5 == 0:
                make_placement(person, branch if unit != branch else shut, from_on=days_ago(50))
            standing = ("member", "member", "applicant", "contact", "left")[number % 5]
            if standing == "left":
                make_standing(person, from_on=days_ago(800), to_on=days_ago(number))
            else:
                make_standing(person, standing, from_on=days_ago(100 + number // 2))
            if number % 6 == 0:
                make_standing(person, "member", from_on=days_ago(900), to_on=days_ago(850))
            if number % 3 == 0:
                make_qualification(person, from_on=days_ago(300), to_on=None if number % 2 else days_ago(5))
            people.append(person)
    return people


def looped(filters, unit_names):
    """The same list by hand."""
    from muster.people.models import Placement, Qualification, Standing

    def holding(model, person):
        rows = [row for row in model.objects.unscoped("test loop") if row.person_id == person.pk]
        return [row for row in rows if row.from_on <= TODAY and (row.to_on is None or row.to_on > TODAY)]

    found = []
    for person in Person.objects.unscoped("test loop"):
        places = holding(Placement, person)
        if not {row.unit.name for row in places} & unit_names:
            continue
        held = {row.standing: row.from_on for row in holding(Standing, person)}
        memberships = [
            row.from_on
            for row in Standing.objects.unscoped("test loop")
            if row.person_id == person.pk and row.standing == "member"
        ]
        if filters.standing == "former":
            fits = bool(memberships) and "member" not in held
        else:
            fits = filters.standing == "everyone" or filters.standing in held
        begun = [held[filters.standing]] if filters.standing in held else memberships
        if filters.joined_from or filters.joined_to:
            low, high = filters.joined_from or date.min, filters.joined_to or date.max
            fits = fits and any(low <= day < high for day in begun)
        fits = fits and all(word in person.name_key for word in filters.text.split())
        fits = fits and (not filters.tag or filters.tag in person.tags.split(";"))
        fits = fits and filters.city.lower() in ("", person.city.lower())
        skilled = {row.qualification for row in holding(Qualification, person)}
        fits = fits and (not filters.qualification or filters.qualification in skilled)
        in_branch = [row for row in places if row.unit.kind.code == "branch" and row.unit.closed_on is None]
        fits = fits and not (filters.at_large and in_branch)
        if fits:
            order = {"name": person.name_key, "city": (person.city, person.name_key), "joined": begun[:1]}
            found.append(((order[filters.column], person.pk), person.pk))
    return [pk for _, pk in sorted(found, reverse=filters.descending)]


def paged(actor, filters, size):
    """Every page forwards, then back again from the last."""
    place, forwards = Place(), []
    while True:
        page = listing.people_page(actor, filters, place, size=size)
        forwards.append([line.id for line in page.lines])
        if page.next is None:
            break
        place = Place(page.next)
    backwards = [forwards[-1]]
    while page.previous is not None:
        page = listing.people_page(actor, filters, Place(page.previous, back=True), size=size)
        backwards.append([line.id for line in page.lines])
    assert backwards[::-1] == forwards
    return [pk for ids in forwards for pk in ids]


FILTERS = [
    *(Filters(standing=standing, sort=sort) for standing in STANDINGS for sort in ("name", "-city")),
    *(Filters(sort=sort) for sort in SORTS),
    Filters(standing="everyone", text="nna yu", sort="-name"),
    Filters(standing="everyone", text="yu"),
    Filters(standing="everyone", tag="press"),
    Filters(standing="everyone", city="BEND"),
    Filters(standing="everyone", qualification="organiser"),
    Filters(standing="everyone", at_large=True),
    Filters(at_large=True, sort="joined"),
    Filters(tag="press", sort="-joined"),
    Filters(joined_from=days_ago(105), joined_to=days_ago(101)),
    Filters(standing="former", joined_from=days_ago(900)),
]


@pytest.mark.parametrize("collected", [True, False], ids=["collected", "row by row"])
@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: "&".join(filters.as_query().values()) or "default")
def test_pages_hold_exactly_what_a_plain_loop_finds(filters, collected, crowd, alice, actor_of, monkeypatch):
    if not collected:
        monkeypatch.setattr(listing, "COLLECTED_UP_TO", 0)
    expected = looped(filters, {"North", "North 1", "North 2"})
    assert expected

    assert paged(actor_of(alice), filters, size=4) == expected
    assert list(listing.all_ids(actor_of(alice), filters)) == expected
    assert listing.count_people(actor_of(alice), filters) == len(expected)


def test_the_whole_organisation_sees_everyone_and_a_unit_only_its_own(crowd, dora, organisation, north, actor_of):
    everyone = Filters(standing="everyone")
    loose = make_person("Zed Nowhere")
    dora = actor_of(dora)

    assert set(paged(dora, everyone, 50)) == {person.pk for person in (*crowd, loose)}
    assert paged(dora.standing_in(organisation.pk), everyone, 50) == paged(dora, everyone, 50)
    inside = dora.standing_in(north.pk)
    assert paged(inside, everyone, 50) == looped(everyone, {"North", "North 1", "North 2"})
    at_large = set(paged(dora, Filters(standing="everyone", at_large=True), 50))
    assert loose.pk in at_large
    assert at_large - {loose.pk} == set(
        looped(
            Filters(standing="everyone", at_large=True),
            {f"{name}{no}" for name in ("North", "South") for no in ("", " 1", " 2")},
        )
    )


def test_a_place_beside_somebody_unseen_begins_at_the_start(crowd, alice, actor_of):
    foreign = crowd[-1]
    first = listing.people_page(actor_of(alice), Filters(), size=3)

    assert listing.people_page(actor_of(alice), Filters(), Place(foreign.pk), size=3) == first


def test_a_line_says_home_standing_and_tags(north, south, alice, actor_of):
    person = make_person("Nora Berg", unit=north, member_from=days_ago(9), city="Salem", region="OR", tags="a;b")
    make_standing(person, "contact", from_on=days_ago(20))
    make_placement(person, south)

    assert listing.lines_of(actor_of(alice), [person.pk, 999]) == [
        listing.PersonLine(
            person.pk, person.ref, "Nora Berg", "Salem", "OR", "North", north.pk, "member", days_ago(9), ("a", "b")
        )
    ]


@pytest.mark.parametrize(
    ("address", "filters"),
    [
        ({}, Filters()),
        ({"columns": "tags.nonsense.ref"}, Filters(columns=("ref", "tags"))),
        ({"columns": "nonsense"}, Filters()),
        ({"standing": "x", "sort": "x", "joined_from": "x"}, Filters()),
        ({"standing": "former", "sort": "joined"}, Filters(standing="former")),
        (
            {"text": " a\x00  b ", "at_large": "1", "joined_to": "2026-01-31"},
            Filters(text="a b", at_large=True, joined_to=date(2026, 1, 31)),
        ),
    ],
)
def test_filters_are_read_from_an_address_and_written_back(address, filters):
    assert Filters.from_query(address) == filters
    assert Filters.from_query(filters.as_query()) == filters
