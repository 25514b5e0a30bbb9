"""Pages about people: alice may act in North, bob may look there, charlie belongs to South."""

import csv
import io
import re
import time
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.limits import LIMITS, count_use
from muster.access.models import Grant, Role
from muster.audit.models import Entry
from muster.people.models import Person
from muster.people.services._spells import rows_of
from tests.builders import LONG_AGO, make_person, make_placement, make_private, make_unit, private_of

pytestmark = pytest.mark.web


@pytest.fixture
def first(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def nora(first):
    person = make_person(
        "Nora Berg", unit=first, member_from=date(2020, 3, 3), email="nora@example.org", phone="+15035550123"
    )
    make_private(person, street="Elm Street 5")
    return person


@pytest.fixture
def sven(south):
    return make_person("Sven South", unit=south, member_from=LONG_AGO)


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"people:{name}", args=args), query)


def send(client, user, name, *args, headers=None, **data):
    client.force_login(user)
    return client.post(reverse(f"people:{name}", args=args), data, headers=headers)


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_shows_the_own_units_in_constant_queries(
    number, client, alice, first, sven, django_assert_num_queries
):
    for count in range(number):
        make_person(f"Nora {count}", unit=first, member_from=LONG_AGO)
    client.force_login(alice)
    client.get(reverse("people:person_list"))

    with django_assert_num_queries(12):
        response = client.get(reverse("people:person_list"))

    assert text(response).count(">Nora ") == number
    assert "Sven" not in text(response)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_a_person_takes_constant_queries(number, client, bob, nora, north, django_assert_num_queries):
    for count in range(number):
        make_placement(nora, make_unit(f"Committee {count}", kind="committee", parent=north))
    client.force_login(bob)

    with django_assert_num_queries(12):
        response = client.get(reverse("people:person_detail", args=[nora.pk]))

    assert "Nora Berg" in text(response)
    assert text(response).count("Committee ") == number


@pytest.mark.parametrize(
    "name",
    ["person_detail", "person_history", "person_who", "person_edit", "private_edit", "person_move", "person_archive"],
)
def test_a_foreign_person_is_not_there(name, client, charlie, nora):
    assert page(client, charlie, name, nora.pk).status_code == 404
    assert page(client, charlie, name, nora.pk + 999).status_code == 404


def test_phone_and_e_mail_are_shown_on_demand_and_the_look_is_written_down(client, alice, bob, charlie, nora):
    for user, status in ((alice, 200), (bob, 200), (charlie, 404)):
        response = page(client, user, "person_detail", nora.pk)
        assert response.status_code == status
        assert "nora@" not in text(response)
        assert "Elm Street" not in text(response)

    statuses = [send(client, user, "contact_show", nora.pk).status_code for user in (bob, charlie)]
    assert (statuses, Entry.objects.count()) == ([403, 404], 0)
    fragment = send(client, alice, "contact_show", nora.pk, headers={"HX-Request": "true"})

    assert 'href="mailto:nora@example.org"' in text(fragment)
    assert "<html" not in text(fragment)
    assert "<html" in text(send(client, alice, "contact_show", nora.pk))
    assert list(Entry.objects.values_list("action", "actor_label")) == [("people.contact.shown", str(alice))] * 2


def test_the_private_part_needs_its_own_right(client, alice, dora, nora):
    assert send(client, alice, "private_show", nora.pk).status_code == 403

    assert "Elm Street 5" in text(send(client, dora, "private_show", nora.pk))
    assert Entry.objects.get().action == "people.private.shown"


def test_what_no_key_opens_says_what_to_do(client, dora, nora, settings, tmp_path):
    (tmp_path / "keys").mkdir()
    settings.HOME = tmp_path

    for answer in (
        send(client, dora, "private_show", nora.pk),
        page(client, dora, "private_edit", nora.pk),
        send(client, dora, "private_edit", nora.pk, street="Oak 7", notes=""),
    ):
        assert answer.status_code in (200, 503)
        assert "Ask whoever runs it to bring the folder of keys back from a backup." in text(answer)
    assert page(client, dora, "person_detail", nora.pk).status_code == 200
    assert Entry.objects.count() == 0


def test_alice_moves_and_undoes(client, alice, nora, north):
    second = make_unit("North 2", parent=north)
    before = rows_of(nora.pk)

    response = send(client, alice, "person_move", nora.pk, unit=second.pk, on=timezone.localdate().isoformat())
    assert response["Location"] == reverse("people:person_detail", args=[nora.pk])
    assert rows_of(nora.pk) != before
    assert reverse("people:change_undo", args=[Entry.objects.get().pk]) in text(client.get(response["Location"]))
    send(client, alice, "change_undo", Entry.objects.get().pk)

    assert rows_of(nora.pk) == before
    assert send(client, alice, "person_move", nora.pk, unit=second.pk).status_code == 200


def test_who_goes_out_of_sight_leads_to_the_list_and_comes_back_by_undo(client, alice, nora):
    spell = next(row for row in rows_of(nora.pk) if row.kind == "placement")
    today = timezone.localdate().isoformat()

    response = send(client, alice, "spell_end", nora.pk, "placement", spell.id, on=today)

    assert response["Location"] == reverse("people:person_list")
    assert page(client, alice, "person_detail", nora.pk).status_code == 404
    send(client, alice, "change_undo", Entry.objects.get().pk)
    assert page(client, alice, "person_detail", nora.pk).status_code == 200


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("standing", {"standing": "contact", "from_on": "2026-01-01"}),
        ("qualification", {"qualification": "organiser", "from_on": "2026-01-01"}),
        ("office", {"role": "treasurer", "from_on": "2026-01-01"}),
        ("placement", {"from_on": "2026-01-01"}),
    ],
)
def test_spells_are_added_put_right_and_taken_out(kind, data, client, alice, bob, nora, north, south):
    unit = make_unit("North 2", parent=north)
    data = data | {"unit": unit.pk}
    before = rows_of(nora.pk)
    assert send(client, bob, "spell_add", nora.pk, kind, **data).status_code == 403
    if kind in ("office", "placement"):
        assert send(client, alice, "spell_add", nora.pk, kind, **data | {"unit": south.pk}).status_code == 200
    assert rows_of(nora.pk) == before

    assert send(client, alice, "spell_add", nora.pk, kind, **data).status_code == 302
    row = next(row for row in rows_of(nora.pk, [kind]) if row not in before and row.from_on == date(2026, 1, 1))
    send(client, alice, "spell_correct", nora.pk, kind, row.id, from_on="2026-02-02")
    assert date(2026, 2, 2) in {other.from_on for other in rows_of(nora.pk, [kind])}
    send(client, alice, "spell_remove", nora.pk, kind, row.id)
    assert row.id not in {other.id for other in rows_of(nora.pk, [kind])}


def test_what_somebody_is_elsewhere_is_not_offered_to_be_changed(client, alice, nora, north, south):
    here, there = (make_placement(nora, make_unit(f"{unit.name} 2", parent=unit)) for unit in (north, south))
    shown = text(page(client, alice, "person_detail", nora.pk))
    assert "South 2" in shown
    offered = [reverse("people:spell_end", args=[nora.pk, "placement", row.pk]) in shown for row in (here, there)]
    assert offered == [True, False]


def test_an_edit_shows_what_somebody_else_wrote_meanwhile(client, alice, nora):
    base = {"given_name": "Nora", "family_name": "Berg", "was:given_name": "Nora", "was:family_name": "Berg"}
    contact = {
        "email": "nora@example.org",
        "was:email": "nora@example.org",
        "phone": "+15035550123",
        "was:phone": "+15035550123",
    }
    form = base | contact | {"was:city": ""}
    assert send(client, alice, "person_edit", nora.pk, **form | {"city": "Salem"}).status_code == 302

    conflict = send(client, alice, "person_edit", nora.pk, **form | {"city": "Bend"})
    assert "they wrote “Salem”, you wrote “Bend”" in text(conflict)
    assert Person.objects.unscoped("test").get(pk=nora.pk).city == "Salem"
    assert 'name="was:city" value="Salem"' in text(conflict)

    send(client, alice, "person_edit", nora.pk, **form | {"city": "Bend", "was:city": "Salem"})
    stored = Person.objects.unscoped("test").get(pk=nora.pk)
    assert (stored.city, stored.email, stored.email_opt_in) == ("Bend", "nora@example.org", None)


@pytest.mark.parametrize(
    ("name", "made_up", "secret", "action"),
    [
        ("person_edit", {"phone": "1", "was:phone": "2"}, "+15035550123", "people.contact.shown"),
        ("private_edit", {"street": "x", "was:street": "y"}, "Elm Street 5", "people.private.shown"),
    ],
)
def test_what_a_form_shows_is_a_look_however_it_is_asked_for(client, dora, nora, name, made_up, secret, action):
    names = {"given_name": "Nora", "was:given_name": "Nora", "family_name": "Berg", "was:family_name": "Berg"}
    # Nobody was shown what the form says they were: the answer tells what stands there.
    answer = send(client, dora, name, nora.pk, **(names | made_up if name == "person_edit" else made_up))
    assert secret in text(answer)
    assert list(Entry.objects.values_list("action", "target")) == [(action, f"people.Person:{nora.pk}")]

    for _ in range(LIMITS["contact"].count):
        count_use(user_id=dora.pk, kind="contact", now=time.time())
    for answer in (
        page(client, dora, name, nora.pk),
        send(client, dora, name, nora.pk, **(names | made_up if name == "person_edit" else made_up)),
    ):
        assert (answer.status_code, secret in text(answer)) == (429, False)
        assert int(answer["Retry-After"]) > 0
    assert Entry.objects.count() == 1


def test_who_may_not_see_contacts_edits_as_often_as_they_like(client, bob, first, nora):
    Role.objects.create(code="clerk", name="Clerk", permissions=["people.view", "people.edit"])
    Grant.objects.create(user=bob, role=Role.objects.get(code="clerk"), unit=first, from_on=LONG_AGO)
    for _ in range(LIMITS["contact"].count + 1):
        count_use(user_id=bob.pk, kind="contact", now=time.time())
    assert page(client, bob, "person_edit", nora.pk).status_code == 200


def test_the_private_part_is_edited(client, dora, nora):
    data = {"street": "Oak 7", "was:street": "Elm Street 5", "notes": "a\r\nb"}

    assert "Elm Street 5" in text(page(client, dora, "private_edit", nora.pk))
    assert send(client, dora, "private_edit", nora.pk, **data).status_code == 302

    stored = private_of(nora)
    assert (stored["street"], stored["notes"]) == ("Oak 7", "a\nb")


def test_a_new_person_may_be_known_already(client, alice, bob, nora, sven, first):
    data = {"given_name": "Nora", "family_name": "BERG", "unit": first.pk, "standing": "contact", "on": "2026-01-01"}
    assert send(client, bob, "person_create", **data).status_code == 403

    asked = send(client, alice, "person_create", **data)
    unseen = send(client, alice, "person_create", **data | {"given_name": "Sven", "family_name": "South"})
    assert "the same name" in text(asked)
    assert unseen.status_code == 302
    assert Person.objects.unscoped("test").filter(name_key="nora berg").count() == 1

    assert send(client, alice, "person_create", **data | {"sure": "1"}).status_code == 302
    assert Person.objects.unscoped("test").filter(name_key="nora berg").count() == 2


def test_a_file_holds_exactly_what_the_list_shows(client, alice, bob, first, sven):
    make_person("=cmd|calc Evil", unit=first, member_from=date(2020, 1, 1), city="+SUM(A1)")
    make_person("Nora Berg", unit=first, member_from=date(2021, 1, 1), tags="a;b")
    make_person("Not Member", unit=first)
    assert page(client, bob, "person_export", "csv").status_code == 403

    response = page(client, alice, "person_export", "csv")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    book = page(client, alice, "person_export", "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active

    assert [row[1:] for row in rows] == [
        ["Name", "Standing", "Since", "Home unit", "City", "State or region", "Tags"],
        ["'=cmd|calc Evil", "member", "2020-01-01", "North 1", "'+SUM(A1)", "", ""],
        ["Nora Berg", "member", "2021-01-01", "North 1", "", "", "a;b"],
    ]
    assert [[cell.value for cell in row][1:3] for row in sheet.rows] == [row[1:3] for row in rows]
    assert {cell.data_type for row in sheet.rows for cell in row} <= {"inlineStr", "s", "d"}
    assert [(entry.action, entry.count) for entry in Entry.objects.all()] == [("people.list.exported", 2)] * 2


def test_list_and_file_show_the_columns_one_chose(client, alice, first, nora):
    query = {"columns": ["city", "unit", "nonsense"]}

    shown = text(page(client, alice, "person_list", **query))
    file = b"".join(page(client, alice, "person_export", "csv", **query).streaming_content).decode()

    assert re.findall(r"<th scope=\"col\"[^>]*>(?:<[^>]*>)?([^<]*)<", shown) == ["Choose", "Name", "Home unit", "City"]
    assert "columns=unit.city" in shown  # every further link of the list keeps them
    assert list(csv.reader(io.StringIO(file))) == [
        ["Person", "Name", "Home unit", "City", "State or region"],
        [nora.ref, "Nora Berg", "North 1", "", ""],
    ]


def test_a_unit_whose_people_one_may_not_see_is_not_called_empty(client, bob, north, south, nora):
    role = Role.objects.create(code="counter", name="Counter", permissions=["units.view"])
    Grant.objects.create(user=bob, role=role, unit=south, from_on=LONG_AGO)

    seen = text(page(client, bob, "person_list", unit=south.pk))

    assert "Nothing you may see here" in seen
    assert "There is 1 in other units you can see" in seen


def test_many_are_tagged_and_the_list_is_shown_again(client, alice, bob, nora, sven):
    address = reverse("people:person_list") + "?standing=everyone"
    assert send(client, bob, "person_tag", pick=[nora.pk], tag="press").status_code == 403
    assert send(client, alice, "person_tag", pick=[nora.pk, sven.pk], tag="press").status_code == 403

    response = send(client, alice, "person_tag", pick=[nora.pk], tag="press", next=address)

    assert response["Location"] == address
    assert Person.objects.unscoped("test").get(pk=nora.pk).tags == "press"
    for typed in ("https://evil.example", "10", "people:person_list", ""):
        answer = send(client, alice, "person_tag", pick=[nora.pk], tag="x", next=typed)
        assert answer["Location"] == reverse("people:person_list")


def test_an_empty_list_says_why_and_where_there_is_more(client, alice, north, first, nora):
    second = make_unit("North 2", parent=north)

    assert "1 in other units you can see" in text(page(client, alice, "person_list", unit=second.pk))
    assert "Nothing fits this filter" in text(page(client, alice, "person_list", text="nobody"))


def test_an_empty_register_says_how_it_is_filled(client, alice, dora):
    offered = [text(page(client, who, "person_list")) for who in (alice, dora)]

    assert ["Add a person" in said for said in offered] == [True, True]
    assert ["Bring a list in" in said for said in offered] == [False, True]


def test_history_and_onlookers(client, alice, bob, dora, nora, first):
    send(client, alice, "spell_add", nora.pk, "qualification", qualification="organiser", from_on="2026-01-01")

    assert page(client, bob, "person_history", nora.pk).status_code == 403
    assert "Qualification noted: organiser from Thu 1 Jan 2026" in text(page(client, alice, "person_history", nora.pk))
    who = text(page(client, bob, "person_who", nora.pk))
    assert [name in who for name in ("alice", "bob", "dora", "charlie")] == [True, True, True, False]
