"""An import in the browser, from the upload to the undo; the worker runs between the clicks."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from muster.access.actor import system_actor
from muster.people.models import Person
from muster.people.queries.listing import count_members
from muster.transfer.models import Batch
from muster.units.models import Unit
from tests.builders import make_person, make_user

pytestmark = [pytest.mark.web, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
SHEET = "Name;E-mail;City;Shoe size\nAda Lind;ada@example.org;Salem;39\nBen Roe;not an address;Boston;44\n"


@pytest.fixture
def officer(organisation):
    return make_user("nat", national_officer=organisation)


def work():
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


def upload(client, content=SHEET.encode(), name="list.csv"):
    return client.post("/imports/", {"file": SimpleUploadedFile(name, content), "source": ""})


def html_of(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_a_sheet_goes_in_and_comes_out_again(client, officer):
    client.force_login(officer)
    page = upload(client)["Location"]
    assert "Waiting for its turn" in html_of(client, page)

    work()
    columns = html_of(client, page)
    assert "What does each column hold?" in columns
    assert '<option value="email" selected>' in columns
    assert client.post(f"{page}columns/", {"column-0": "no such field"}).status_code == 200
    answer = {"column-0": "full_name", "column-1": "email", "column-2": "city", "column-3": "custom"}
    assert client.post(f"{page}columns/", answer).status_code == 302

    work()
    preview = html_of(client, page)
    assert "people would be added" in preview
    assert "not an address" in preview
    assert not Person.objects.unscoped("test").exists()

    client.post(f"{page}publish/")
    work()
    assert "people added" in html_of(client, page)
    ada = Person.objects.unscoped("test").get(family_name="Lind")
    assert (ada.given_name, ada.email, ada.city, list(ada.custom.values())) == (
        "Ada",
        "ada@example.org",
        "Salem",
        ["39"],
    )

    assert client.post(f"{page}undo/").status_code == 302
    assert "taken back" in html_of(client, page)
    assert not Person.objects.unscoped("test").exists()


def test_possible_duplicates_are_counted_once(client, officer):
    client.force_login(officer)
    page = upload(client, b"Name,Email\nAda Lind,a@example.org\nBo Ek,a@example.org\nCy Orr,a@example.org\n")[
        "Location"
    ]
    work()
    client.post(f"{page}columns/", {"column-0": "full_name", "column-1": "email"})
    work()

    assert "<p>3 possible duplicates: records that may be one person." in html_of(client, page)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("list.csv", b"", "The file is empty"),
        ("list.exe", b"Name\nAda\n", "Files with this ending are not read"),
        ("photo.csv", bytes(range(256)) * 40, "Nothing was imported"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(client, officer, name, content, says):
    client.force_login(officer)
    response = upload(client, content, name)
    work()
    html = response.content.decode() if response.status_code == 200 else html_of(client, response["Location"])
    assert says in html
    assert "Traceback" not in html


def test_an_import_can_be_called_off(client, officer):
    client.force_login(officer)
    page = upload(client)["Location"]
    work()
    client.post(f"{page}cancel/")
    assert "not carried out" in html_of(client, page)
    assert Batch.objects.get().state == Batch.State.CANCELLED


def test_only_those_who_may_import_see_imports(client, officer, alice, charlie):
    client.force_login(officer)
    page = upload(client)["Location"]
    make_person("Somebody Else")
    for user in (alice, charlie):
        client.force_login(user)
        assert client.get("/imports/").status_code == 403
        assert client.post("/imports/").status_code == 403
        for url in (page, f"{page}rejected.csv"):
            assert client.get(url).status_code == 404
        for act in ("columns", "publish", "cancel", "undo"):
            assert client.post(f"{page}{act}/").status_code == 404
    assert Batch.objects.get().state == Batch.State.WAITING


def test_an_empty_organisation_is_shown_a_made_up_one_and_is_empty_again(client, organisation, officer):
    client.force_login(officer)
    before = (Unit.objects.count(), Person.objects.unscoped("test").count())
    assert "Look at the made-up organisation" in html_of(client, "/imports/")
    assert "look around in a made-up organisation" in html_of(client, "/")
    page = client.post("/imports/demo/")["Location"]
    work()

    assert "people added" in html_of(client, page)
    assert Person.objects.unscoped("test").count() == 1500
    assert 550 < count_members(system_actor("test", on=timezone.localdate())) < 650
    assert "made-up organisation" not in html_of(client, "/imports/").replace("A made-up organisation", "")
    # Among real people, or these, no others.
    assert "There are people here already" in client.post("/imports/demo/", follow=True).content.decode()
    assert Batch.objects.count() == 1

    client.post(f"{page}undo/")
    assert (Unit.objects.count(), Person.objects.unscoped("test").count()) == before


def test_only_who_imports_everywhere_begins_with_a_made_up_one(client, north, south):
    regional = make_user("reg", national_officer=north)
    client.force_login(regional)
    assert "made-up" not in html_of(client, "/imports/")
    assert client.post("/imports/demo/").status_code == 403
    assert not Batch.objects.exists()
