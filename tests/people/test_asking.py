"""Questions against a plain loop over small worlds, on what each reader may know; and what they are told when it is wrong."""

from random import Random

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.terms import Terms
from muster.people.calc.conditions import Rows, any_of
from muster.people.calc.listing import Filters, Place
from muster.people.calc.questions import All, Condition, Either, Not, WrongQuestion, written
from muster.people.models import CustomField, Person
from muster.people.queries import _answering, asking, listing
from tests.builders import make_inquiry, make_office, make_person, make_placement, make_standing, make_unit, make_user
from tests.people import asked_worlds as worlds

pytestmark = pytest.mark.db
IN_UNITS = ("in", "unit", "home")
DAYS = [("<", "60d"), (">", "60d"), (">", "6m"), ("<", "6m"), ("<", "0d"), (">", "0d"), (":", "2026-09-02")]
DAYS += [(":", "2026-05-01..2026-09-03"), (":", "..2026-05-02"), (":", "2026-05-02..")]
TEXTS = {
    "standing": (*worlds.STANDINGS, "former", "none"),
    "ever": worlds.STANDINGS,
    "at-large": ("yes", "no"),
    "qualification": ("organiser", "speaker", "x"),
    "office": ("Treasurer", "chair"),
    "tag": (*worlds.TAGS, "PRESS", "room", "50_"),
    "name": ("maria", "lopez mar", "o", "berg"),
    "city": ("salem", "New York", "bend%", "bend_"),
    "region": ("or", "NY"),
    "postcode": ("973", "1000", "97%"),
    "language": ("en", "EN"),
    "has": ("email", "phone"),
    "allowed": ("email", "phone"),
    "channel": ("website", "stall"),
    "stage": ("inquiry", "Not now"),
    "owner": ("somebody", "nobody"),
    "result": ("reached", "refused"),
}


def texts(name, values, of=""):
    several = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(Condition, st.just(name), st.just(":"), several, st.just(of))


def days(name, of=""):
    return st.sampled_from(DAYS).map(lambda pair: Condition(name, pair[0], (pair[1],), of))


CONDITIONS = st.one_of(
    *(texts(name, values) for name, values in TEXTS.items()),
    *(texts(name, sorted(worlds.UNITS.keys() - {"Union", "South", "South 1"})) for name in IN_UNITS),
    *(texts("field", ("night", "DAY", "l", "7"), of) for of in worlds.OWN),
    days("joined"),
    days("wrote"),
    days("spoken"),
    days("reached"),
    texts("judged", ("1", "2", "undecided"), "Support"),
    *(days(name, of) for name in ("began", "ended") for of in worlds.STANDINGS),
)


def bigger(parts):
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    turned = parts.map(lambda part: part.part if isinstance(part, Not) else Not(part))
    return st.builds(All, several) | st.builds(Either, several) | turned


QUESTIONS = st.recursive(CONDITIONS, bigger, max_leaves=6)


# Each condition once with each of its values, to be sure that all are asked.
SINGLE = [
    *(Condition(name, ":", (value,)) for name, values in TEXTS.items() for value in values),
    *(Condition(name, ":", (unit,)) for name in IN_UNITS for unit in ("North", "North 1", "North 2")),
    *(Condition("field", ":", (value,), of) for of, values in worlds.OWN.items() for value in values if value),
    *(Condition(name, sign, (value,)) for name in ("joined", "wrote", "spoken", "reached") for sign, value in DAYS),
    *(Condition("judged", ":", (value,), "Support") for value in ("Active", "2", "Undecided")),
    *(Condition(name, sign, (value,), "member") for name in ("began", "ended") for sign, value in DAYS),
]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.lists(QUESTIONS, min_size=3, max_size=5))
def test_whom_a_question_fits_is_whom_a_loop_finds(db, seed, questions):
    chance = Random(seed)
    with transaction.atomic():
        world = worlds.drawn(chance)
        worlds.store(world)
        for key in worlds.OWN:
            CustomField.objects.create(key=key, label=f"The {key}")
        for rights in worlds.READERS.values():
            for question in [*questions, *chance.sample(SINGLE, 8)]:
                _compare(world, rights, question)
        transaction.set_rollback(True)


def test_every_condition_is_asked_of_a_world_in_which_it_fits_some_and_not_others(db):
    world = worlds.drawn(Random(1))
    worlds.store(world)
    for key in worlds.OWN:
        CustomField.objects.create(key=key, label=f"The {key}")
    telling = set()
    for question in SINGLE:
        _compare(world, worlds.READERS["national"], question)
        if 0 < len(worlds.expected(world, worlds.READERS["national"], question)) < len(world.people):
            telling.add(question.name)
    assert telling == {question.name for question in SINGLE}


def _compare(world, rights, question):
    actor, text = worlds.actor_with(world, rights), written(question)
    wanted = worlds.expected(world, rights, question)
    asked = asking.understood(actor, text)
    found = asking.found(actor, asked)
    assert set(found.ids.tolist()) == wanted, text
    visible = Person.objects.visible_to(asked.actor)
    # Asked of each row in turn, as long lists are.
    rows = visible.filter(asking.condition_of(actor, asked)).order_by()
    assert sorted(rows.values_list("pk", flat=True)) == sorted(wanted), text
    assert found.among == visible.count()
    page = listing.people_page(actor, Filters(ask=text, standing="everyone"))
    names = {each.id: (each.name, each.id) for each in world.people}
    assert [line.id for line in page.lines] == sorted(wanted, key=names.__getitem__)
    assert page.count == len(wanted)
    _compare_steps(world, rights, question, found.steps)


def _compare_steps(world, rights, question, steps):
    """Each part of the question alone, and together with those before it."""
    parts = question.parts if isinstance(question, All) else (question,)
    top = [step for step in steps if step.depth == 0]
    # What all of it needs to be known narrows each count.
    others = worlds.expected(world, rights, Either((question, Not(question))))
    by_id = {each.id: each for each in world.people}
    for number, (part, step) in enumerate(zip(parts, top, strict=True)):
        alone = {pk for pk in others if worlds.fits(by_id[pk], part)}
        left = {pk for pk in others if all(worlds.fits(by_id[pk], each) for each in parts[: number + 1])}
        assert (step.part, step.alone, step.left) == (part, len(alone), len(left))


@pytest.fixture
def told(actor_of, north, south, alice):
    """`told(text)`: what alice is told of a question that is wrong."""

    def tell(text, user=None):
        with pytest.raises(WrongQuestion) as raised:
            asking.understood(actor_of(user or alice), text)
        return raised.value.at, str(raised.value)

    return tell


def test_a_wrong_question_is_refused_in_words(told, north):
    make_unit("Salem", parent=north)
    make_unit("Salem", parent=north)
    CustomField.objects.create(key="Shift", label="Working hours")
    assert told("tag:a standng:member") == (6, "There is no condition “standng”. Did you mean “standing”?")
    assert told("standing:membr") == (
        0,
        "“standing” is one of member, applicant, contact, former, none, not “membr”. Did you mean “member”?",
    )
    assert told("tag>a") == (0, "“tag” takes a colon, not “>”.")
    assert told("tag.x:a") == (0, "“tag” takes nothing behind a point.")
    assert told("field:a") == (0, "“field” needs a point and a name.")
    assert told("field.shft:a") == (0, "There is no “field.shft”. Did you mean “Shift”?")
    assert told("in:Nrth") == (0, "There is no unit “Nrth” where you are. Did you mean “North”?")
    assert told("joined<1d,2d") == (0, "“joined” takes one period or range.")
    assert told("joined<soon")[1].startswith("“soon” is no period.")
    assert told('name:"!?"') == (0, "“!?” holds nothing that a name could.")
    assert told("stage:contactd") == (0, "There is no stage “contactd”. Did you mean “Contacted”?")
    assert told("judged.Support:activ") == (0, "“Support” has no step “activ”. Did you mean “Active”?")
    said = told("in:salem")[1]
    assert said.startswith("Several units are called “salem”: write one of #")


def test_a_unit_elsewhere_is_as_one_that_is_nowhere(told, south, charlie):
    hidden = make_unit("Southampton", parent=south)
    assert told("in:Southampton") == (0, "There is no unit “Southampton” where you are.")
    assert told("in:Southamptom") == (0, "There is no unit “Southamptom” where you are.")
    assert told(f"in:#{hidden.pk}") == (0, f"There is no unit “#{hidden.pk}” where you are.")
    assert told(f"in:#{hidden.pk + 1}") == (0, f"There is no unit “#{hidden.pk + 1}” where you are.")
    assert "Did you mean “Southampton”" in told("in:Southamptom", charlie)[1]


def test_what_needs_a_right_is_asked_only_with_it(told, actor_of, alice, bob, charlie, north):
    CustomField.objects.create(key="Shift", label="Shift")
    person = make_person("Nora Berg", unit=north, custom={"Shift": "night"}, email="nora@example.org")
    make_inquiry(person=person, channel="website")
    for text in ("field.Shift:night", "has:email", "not allowed:phone", "wrote<60d", "tag:x or channel:website"):
        name = text.removeprefix("not ").removeprefix("tag:x or ").split(".")[0].split(":")[0].split("<")[0]
        assert told(text, bob)[1] == f"Your role does not let you ask for “{name}”."
        actor = actor_of(alice)
        assert asking.found(actor, asking.understood(actor, text)).ids.tolist() == [person.pk]
        actor = actor_of(charlie)
        assert asking.found(actor, asking.understood(actor, text)).ids.tolist() == []
    named = [kind.name for kind in asking.kinds(actor_of(bob))]
    assert "standing" in named
    assert not {"field", "has", "allowed", "wrote", "channel"} & set(named)


def test_a_right_in_one_branch_narrows_the_list_to_it(actor_of, north):
    """Not even by asking who does not have it is anything told of others."""
    CustomField.objects.create(key="Shift", label="Shift")
    branch = make_unit("North 1", parent=north)
    mine = make_person("Mine Berg", unit=branch, custom={"Shift": "day"})
    make_person("Other Berg", unit=north, custom={"Shift": "day"})
    make_person("Another Berg", unit=north, custom={"Shift": "night"})
    actor = actor_of(make_user("erik", unit_viewer=north, unit_organiser=branch))
    for text in ("not field.Shift:night", "field.Shift:day or tag:x", "field.Shift:night or name:berg"):
        found = asking.found(actor, asking.understood(actor, text))
        assert found.ids.tolist() == [mine.pk]
        assert (found.among, found.steps[0].alone) == (1, 1)


def test_a_question_reads_as_a_sentence_in_the_words_of_the_organisation(actor_of, alice, north):
    CustomField.objects.create(key="k1", label="Shift")
    make_unit("North 1", parent=north)
    text = (
        'standing:member in:north joined>6m not tag:"new member" (unit:"North 1" or field.shift:night,day) '
        "not wrote<60d began.contact>1y ended.applicant:2026-01-01.. at-large:no ever:applicant"
    )
    asked = asking.understood(actor_of(alice), text, Terms({"member": ("comrade", "comrades")}))
    assert asked.sentence == (
        "People who are comrades, are in North or below, joined over 6 months ago, are not tagged “new member”, (are in "
        "North 1 itself or have “night” or “day” in “Shift”), did not write to us within the last 60 days, became a "
        "contact over 1 year ago, ceased to be an applicant on or after Thu 1 Jan 2026, are in an open branch or group in "
        "formation and were ever an applicant."
    )
    assert asked.text == text


@pytest.mark.parametrize("size", [1, 3])
def test_a_list_by_a_question_asks_as_often_for_any_number_of_people(
    size, actor_of, alice, north, django_assert_num_queries
):
    for number in range(size):
        person = make_person(f"Nora {number}", unit=north, member_from=worlds.DAYS[1], tags="press")
        make_office(person, north)
        make_inquiry(person=person)
    ask = "standing:member in:North tag:press joined>6m office:treasurer wrote<60d"
    actor = actor_of(alice)
    # The units by name; who is seen, and one for each of standings, placements, people, offices, inquiries; a page of three.
    with django_assert_num_queries(10):
        page = listing.people_page(actor, Filters(ask=ask, standing="everyone"))
    assert page.count == len(page.lines) == size


@pytest.mark.parametrize("reader", ["alice", "dora"])
def test_columns_without_an_index_are_looked_at_while_the_people_are_read(
    reader, request, actor_of, north, south, monkeypatch, django_assert_num_queries
):
    """However many people somebody sees, and together with the rows of another table."""
    monkeypatch.setattr(_answering, "LOOKED_UP", 1)
    find = make_person("Nora Berg", unit=north, email="n@x.org", language="es", region="TX", postcode="78701")
    make_person("Other Berg", unit=north, email="o@x.org", language="es", region="TX", postcode="90001")
    make_person("Third Berg", unit=north, language="es", region="TX", postcode="78701")
    make_person("Sol Sand", unit=south, member_from=worlds.DAYS[1], email="s@x.org", region="TX", postcode="78701")
    actor = actor_of(request.getfixturevalue(reader))
    plain = asking.understood(actor, "has:email region:tx postcode:78 not name:so language:es")
    with django_assert_num_queries(1):
        found = asking.found(actor, plain)
    among = 3 if reader == "alice" else 4
    assert (found.among, found.ids.tolist()) == (among, [find.pk])
    assert [step.left for step in found.steps] == [among - 1, among - 1, among - 2, 1, 1]
    mixed = asking.understood(actor, "has:email region:tx postcode:78 not standing:member")
    with django_assert_num_queries(2):
        assert asking.found(actor, mixed).ids.tolist() == [find.pk]


@pytest.mark.parametrize("walked", [listing.WALKED, (2, 8), (1, 2)])
def test_long_lists_are_paged_forwards_and_backwards(walked, monkeypatch, actor_of, alice, north, south):
    """Found by walking along the order at once, at the second try, or not, so that each row is asked."""
    monkeypatch.setattr(listing, "COLLECTED_UP_TO", 3)
    monkeypatch.setattr(listing, "WALKED", walked)
    monkeypatch.setattr(_answering, "LOOKED_UP", 3)
    for number in range(12):
        person = make_person(f"{'CAB'[number % 3]} {number % 5}", unit=north, city="Bend")
        make_standing(person)
        make_placement(make_person(f"South {number}", city="Bend"), south)
    people = [(each.name_key, each.pk) for each in Person.objects.unscoped("a test reads all").filter(name_key__lt="s")]
    for sort, way in (("name", 1), ("-name", -1), ("city", 1)):
        filters = Filters(ask="standing:member city:bend", standing="everyone", sort=sort)
        place, seen = Place(), []
        while True:
            page = listing.people_page(actor_of(alice), filters, place, size=5)
            seen += [line.id for line in page.lines]
            if page.next is None:
                break
            place = Place(page.next)
        assert seen == [pk for _, pk in sorted(people)][::way]
        assert page.count == listing.count_all(actor_of(alice), filters) == 12
        assert sorted(listing.all_ids(actor_of(alice), filters)) == sorted(seen)
        back = listing.people_page(actor_of(alice), filters, Place(page.previous, back=True), size=5)
        assert [line.id for line in back.lines] == seen[5:10]


def test_the_largest_question_is_answered(actor_of, alice, dora, north):
    """As many conditions as there may be, each with as many parts as it can have: one bit for each of them."""
    find = make_person("Nora Berg", unit=north, tags="t19", city="c0")
    make_person("Other Berg", unit=north, tags="t0", member_from=worlds.DAYS[0])
    every = "standing:former,none,former,none"
    tags = " ".join(f"not tag:{','.join(f't{each}' for each in range(19))}" for _ in range(9))
    text = f"{' '.join([every] * 8)} {tags} (city:c0 or has:email) not ever:contact"
    for user in (alice, dora):
        asked = asking.understood(actor_of(user), text)
        assert asking.found(actor_of(user), asked).ids.tolist() == [find.pk]
    several = " ".join(f"{name}:x" for name in ("city", "region", "language", "postcode", "tag", "name") * 3)
    asked = asking.understood(actor_of(dora), f"not ({several.replace(' ', ' or ')})")
    assert asking.found(actor_of(dora), asked).among == 2


def test_rows_are_read_together_only_where_they_are_the_same():
    people = Person.objects.unscoped("a test reads all")
    one, other = Rows(people, Q(city="a"), "pk"), Rows(people.filter(region="OR"), Q(city="b"), "pk")
    assert any_of([one, one]) == Rows(people, Q(city="a") | Q(city="a"), "pk")
    assert any_of([one, other]) == Either((one, other))


HOSTILE = [
    'name:"\'; DROP TABLE people_person; --"',
    'city:"%" or tag:"%" or name:"%%"',
    'field."$.a\'b":x',
    'tag:";" or tag:"a;b"',
    'postcode:"\\" or region:"\\_"',
    "language:\U0001f600 or city:" + "x" * 900,
    "in:#99999999999999999999 or in:#-1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_finds_nobody_and_breaks_nothing(text, actor_of, alice, north):
    make_person("Nora Berg", unit=north, city="Bend", tags="press", custom={"$.a'b": "y"})
    CustomField.objects.create(key="$.a'b", label="Odd")
    actor = actor_of(alice)
    try:
        asked = asking.understood(actor, text)
    except WrongQuestion:
        assert "in:" in text or "name:" in text
    else:
        assert asking.found(actor, asked).ids.tolist() == []
        assert not Person.objects.visible_to(actor).filter(asking.condition_of(actor, asked)).exists()
    assert Person.objects.unscoped("a test reads all").count() == 1
