"""Whoever may bring files in and may not see a field is not told by them what stands in it, and does not change it."""

import pytest

from muster.access.actor import actor_for
from muster.access.models import Grant, Role
from muster.people.models import CustomField, DuplicatePair, Person
from muster.transfer import services
from tests.builders import NOON, TODAY, make_person, make_private, make_user, private_of
from tests.transfer.helpers import counts, preview, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
STANDS = {
    "email": "ada@example.org",
    "phone": "+1 212 555 0142",
    "email_opt_in": "yes",
    "phone_opt_in": "no",
    "birth_date": "1985-07-07",
    "street": "Lane 5",
    "notes": "Hobnob",
    "Shirt": "XL",
}
OTHER = STANDS | {
    "email": "eda@example.org",
    "phone": "+1 212 555 0199",
    "email_opt_in": "no",
    "phone_opt_in": "yes",
    "birth_date": "1985-07-08",
    "street": "Lane 6",
    "notes": "Hubnub",
    "Shirt": "XS",
}
TWO = {"right": STANDS, "wrong": OTHER}
STAYS = [
    "How people who are here already are reached stays as it is: your role does not show it.",
    "The organisation's own fields of people who are here already stay as they are: your role does not show them.",
    "Birth date, address, ethnicity and notes of people who are here already stay as they are: your role does not show them.",
]


@pytest.fixture
def importer(north):
    Role.objects.create(code="importer", name="Importer", permissions=["units.view", "people.view", "transfer.import"])
    return make_user("imre", importer=north)


@pytest.fixture
def ada(north):
    CustomField.objects.create(key="Shirt", label="Shirt")
    person = make_person(
        "Ada Late",
        unit=north,
        email=STANDS["email"],
        email_key=STANDS["email"],
        phone=STANDS["phone"],
        phone_e164="+12125550142",
        email_opt_in=True,
        phone_opt_in=False,
        custom={"Shirt": STANDS["Shirt"]},
    )
    make_private(person, **{name: STANDS[name] for name in ("birth_date", "street", "notes")})
    return person


def by_number(folder, person, cells):
    return write_files(folder, people=f"person,{','.join(cells)}\n{person.ref},{','.join(cells.values())}")


def by_name(folder, person, cells):
    """Whom a row without a number is about is found by name together with one of these."""
    people = f"person,given_name,family_name,city,{','.join(cells)}\n,Ada,Late,Bend,{','.join(cells.values())}"
    return write_files(folder, people=people)


def told(actor, files):
    batch = preview(
        files, actor=actor, mapping={"Shirt": "custom"} if "Shirt" in (files / "people.csv").read_text() else None
    )
    services.cancel_batch(actor=actor, batch_id=batch.pk, now=NOON)
    return batch.result | {"batch": None}


WAYS = [
    *((by_number, name) for name in STANDS),
    *((by_name, name) for name in ("email", "phone", "birth_date")),
]


@pytest.mark.parametrize("everywhere", [False, True])
@pytest.mark.parametrize(("way", "name"), WAYS)
def test_a_preview_does_not_tell_what_stands_in_a_field_that_the_role_does_not_show(
    way, name, everywhere, organisation, importer, ada, tmp_path
):
    if everywhere:
        Grant.objects.filter(user=importer).update(unit=organisation)
    actor = actor_for(importer, on=TODAY)
    right, wrong = (told(actor, way(tmp_path / key, ada, {name: cells[name]})) for key, cells in TWO.items())
    assert right == wrong


@pytest.mark.parametrize(("way", "name"), WAYS)
def test_it_does_where_the_role_shows_the_field(way, name, erin, ada, tmp_path):
    actor = actor_for(erin, on=TODAY)
    right, wrong = (told(actor, way(tmp_path / key, ada, {name: cells[name]})) for key, cells in TWO.items())
    assert right != wrong


def test_what_the_role_does_not_show_stays_as_it_is_and_somebody_new_is_brought_in_whole(
    north, importer, ada, tmp_path
):
    cells = ",".join(OTHER.values())
    files = write_files(
        tmp_path,
        people=f"person,city,{','.join(OTHER)}\n{ada.ref},Bend,{cells}\nP2,Troy,{cells}",
        placements=f"person,unit,from,primary\nP2,{north.ref},2026-01-01,yes",
    )
    batch = publish(files, actor=actor_for(importer, on=TODAY), mapping={"Shirt": "custom"})

    assert (counts(batch)["people"], batch.result["warnings"]) == ((1, 1, 0, 0), STAYS)
    known, new = Person.objects.unscoped("a test").order_by("pk")
    for person, city, stands, is_known in ((known, "Bend", STANDS, True), (new, "Troy", OTHER, False)):
        assert (person.city, person.email, person.phone) == (city, stands["email"], stands["phone"])
        assert (person.email_opt_in, person.phone_opt_in) == (is_known, not is_known)
        assert person.custom == {"Shirt": stands["Shirt"]}
        private = private_of(person)
        assert {name: private[name] for name in ("birth_date", "street", "notes")} == {
            name: stands[name] for name in ("birth_date", "street", "notes")
        }


def test_somebody_new_who_shares_something_is_offered_to_others_and_not_told_to_the_importer(
    north, importer, ada, tmp_path
):
    files = write_files(
        tmp_path,
        people=f"person,given_name,family_name,email\nP2,Adah,Late,{STANDS['email']}",
        placements=f"person,unit,from,primary\nP2,{north.ref},2026-01-01,yes",
    )
    batch = publish(files, actor=actor_for(importer, on=TODAY))
    assert (batch.result["possible_duplicates"], batch.result["warnings"]) == (0, [])
    assert DuplicatePair.objects.filter(first=ada).count() == 1


def test_what_the_role_shows_is_looked_at_anew_when_it_is_stored(north, erin, ada, tmp_path):
    actor = actor_for(erin, on=TODAY)
    batch = preview(by_number(tmp_path, ada, {"street": OTHER["street"]}), actor=actor)
    Role.objects.filter(code="national_officer").update(permissions=["units.view", "people.view", "transfer.import"])

    with pytest.raises(services.PreviewChanged):
        services.publish_batch(actor=actor_for(erin, on=TODAY), batch_id=batch.pk, now=NOON)
    assert private_of(ada)["street"] == STANDS["street"]
