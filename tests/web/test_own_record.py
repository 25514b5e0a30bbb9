"""The member's side: all that is held, corrected, left, and erased when somebody decides so."""

import json
import re
from datetime import date

import pytest
from django.urls import reverse

from muster.mailings.models import Letter
from muster.people.models import Person, Placement, Standing
from muster.workflows.models import Erasure, ErasureRequest
from tests.builders import LONG_AGO, NOON, make_inquiry, make_mailing, make_person, make_private, make_user, private_of

pytestmark = pytest.mark.web


@pytest.fixture
def nora(north, client):
    """A member of North with an account and no role."""
    user = make_user("nora")
    person = make_person(
        "Nora Berg", unit=north, member_from=date(2020, 1, 1), user=user, email="nora@example.org", tags="choir;law"
    )
    make_private(person, street="Mill Lane 3", notes="Prefers evenings")
    make_inquiry(person=person, message="May I come along?")
    mailing = make_mailing(north, subject="Come to the hall")
    Letter.objects.create(unit=north, mailing=mailing, person=person, state="sent", due_at=NOON, changed_at=NOON)
    client.force_login(user)
    return person


def test_a_member_reads_all_that_is_held_and_nothing_of_others(client, nora, north):
    make_person("Olaf Other", unit=north, email="olaf@example.org")

    page = client.get(reverse("web:own_record")).content.decode()
    file = client.get(reverse("web:own_record_file"))

    for told in (
        nora.ref,
        "nora@example.org",
        "Mill Lane 3",
        "Prefers evenings",
        "May I come along?",
        "Come to the hall",
        "choir, law",
        "North",
    ):
        assert told in page
    assert "Olaf" not in page + file.content.decode()
    held = json.loads(file.content)
    assert held["fields"]["email"] == "nora@example.org"
    assert held["tags"] == ["choir", "law"]
    assert held["letters"] == [
        {"at": "2026-11-01T12:00:00Z", "from": "North", "subject": "Come to the hall", "what": "Sent"}
    ]
    assert [one["message"] for one in held["inquiries"]] == ["May I come along?"]
    assert [(one["kind"], one["unit"], one["from"], one["to"]) for one in held["spells"]] == [
        ("standing", "", "2020-01-01", None),
        ("placement", "North", LONG_AGO.isoformat(), None),
    ]


def test_who_looked_is_told(client, nora, alice, bob):
    client.force_login(alice)
    client.post(reverse("people:contact_show", args=[nora.pk]))
    client.force_login(nora.user)

    page = client.get(reverse("web:own_record")).content.decode()

    assert ">alice<" in page
    assert ">bob<" not in page


def test_an_account_without_a_record_is_told_so(client, alice):
    client.force_login(alice)

    assert "not linked to a person" in client.get(reverse("web:own_record")).content.decode()
    assert client.get(reverse("web:own_record_file")).status_code == 302
    assert client.post(reverse("web:own_record_erase"), follow=True).status_code == 200
    assert not ErasureRequest.objects.exists()


def shown(client):
    """What a browser would send back of the form as it is shown."""
    page = client.get(reverse("web:own_record_correct")).content.decode()
    inputs = [dict(re.findall(r'(name|value)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", page)]
    was = {one["name"]: one.get("value", "") for one in inputs if one.get("name", "").startswith("was:")}
    return was | {name[4:]: text for name, text in was.items()}


def test_a_member_corrects_what_is_theirs_to_say(client, nora):
    typed = {"phone": "+1 503 555 0100", "street": "Mill Lane 4", "notes": "none", "occupation": "queen"}
    answer = client.post(reverse("web:own_record_correct"), shown(client) | typed)

    assert answer.status_code == 302
    nora.refresh_from_db()
    private = private_of(nora)
    assert (nora.phone, nora.occupation, private["street"], private["notes"]) == (
        "+1 503 555 0100",
        "",
        "Mill Lane 4",
        "Prefers evenings",
    )


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(client, nora):
    sent = shown(client) | {"city": "Eugene"}
    Person.objects.unscoped("a test writes").filter(pk=nora.pk).update(city="Salem")

    answer = client.post(reverse("web:own_record_correct"), sent)

    assert answer.status_code == 200
    assert "Eugene" in answer.content.decode()
    nora.refresh_from_db()
    assert nora.city == "Salem"


def test_leaving_ends_everything_and_erases_nothing(client, nora):
    assert client.post(reverse("web:own_record_leave"), {"reason": "moved away"}).status_code == 302

    standing = Standing.objects.unscoped("a test reads all").get(person=nora)
    place = Placement.objects.unscoped("a test reads all").get(person=nora)
    assert standing.to_on == place.to_on is not None
    assert standing.reason == "moved away"
    nora.refresh_from_db()
    assert nora.email == "nora@example.org"


def test_asking_is_decided_by_the_administrator_alone(client, nora, alice, dora):
    client.post(reverse("web:own_record_erase"))
    assert "It is not decided yet" in client.get(reverse("web:own_record")).content.decode()

    client.force_login(alice)
    assert client.get(reverse("web:erasure_list")).status_code == 403
    assert client.get(reverse("web:person_erase", args=[nora.pk])).status_code == 403

    client.force_login(dora)
    assert "Nora Berg" in client.get(reverse("web:erasure_list")).content.decode()
    assert "Or refuse" in client.get(reverse("web:person_erase", args=[nora.pk])).content.decode()
    client.post(reverse("web:erasure_refuse", args=[nora.pk]), {"because": "Dues are owed."})
    client.force_login(nora.user)
    assert "Dues are owed." in client.get(reverse("web:own_record")).content.decode()


def test_erasing_wants_the_number_typed(client, nora, dora):
    client.force_login(dora)
    wrong = client.post(reverse("web:person_erase", args=[nora.pk]), {"number": "MP-1"})
    assert f"It is {nora.ref}" in wrong.content.decode()
    # Nobody asked: there is nothing to refuse.
    assert "Or refuse" not in wrong.content.decode()
    assert not Erasure.objects.exists()

    answer = client.post(reverse("web:person_erase", args=[nora.pk]), {"number": nora.ref})

    assert answer.status_code == 302
    nora.refresh_from_db()
    assert (str(nora), nora.email) == (nora.ref, "")
