"""The import pages in a browser, at every step, the worker running between the clicks."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from muster.people.models import Person
from muster.people.services.persons import edit_person
from muster.transfer.engine.lock import import_lock
from muster.transfer.models import Batch
from tests.builders import NOON, make_user
from tests.transfer.helpers import SYSTEM, publish

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
SHEET = """Name;E-mail;Town;Joined;Shoe size
Ada Lind;ada@example.org;Salem;2024-05-01;39
Ben Roe;not an address;Boston;2024-06-01;44
"""


@pytest.fixture
def officer(organisation):
    return make_user("nat", national_officer=organisation)


def work():
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


def test_a_list_goes_in_step_by_step(open_page, looks_right, officer, tmp_path):
    file = tmp_path / "a list with a rather long name that somebody exported in the spring.csv"
    file.write_text(SHEET, encoding="utf-8")
    page = open_page(officer, "/imports/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    where = urlsplit(page.url).path

    work()
    # The page asks by itself and shows the next step without a click.
    expect(page.get_by_role("heading", name="What does each column hold?")).to_be_visible()
    looks_right(officer, where, "import-columns")
    page.get_by_role("row", name="Shoe size").get_by_role("combobox").select_option("Keep as a field of our own")
    page.get_by_role("button", name="Show what would change").click()

    work()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible()
    expect(page.get_by_text("not an address").first).to_be_visible()
    looks_right(officer, where, "import-preview")
    page.get_by_role("button", name="Import", exact=True).click()

    work()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    looks_right(officer, where, "import-done")
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", name="This import was taken back")).to_be_visible()
    looks_right(officer, "/imports/", "imports")


STATES = {
    "waiting": {"state": "WAITING"},
    "reading": {
        "state": "READING",
        "progress": {"step": "Reading people", "done": 41_200, "total": 103_000, "rate": 9100},
    },
    "storing": {
        "state": "PUBLISHING",
        "progress": {"step": "Looking for duplicates", "done": 0, "total": 0, "rate": 0},
    },
    "failed": {"state": "FAILED", "result": {"message": "Line 1 has no column that could be a name. Is it a table?"}},
    "cancelled": {"state": "CANCELLED"},
    "broken-off": {
        "state": "PREVIEW",
        "progress": {"note": "The import broke off while it was stored. Nothing was kept."},
    },
}


@pytest.mark.parametrize("name", STATES)
def test_every_state_of_an_import_looks_right(looks_right, officer, name):
    batch = Batch.objects.create(name="members of the north.csv", source="list", created_at=NOON, **STATES[name])
    with import_lock():
        looks_right(officer, f"/imports/{batch.pk}/", f"import-{name}")


def test_an_undo_that_would_lose_work_says_what_to_do(looks_right, officer, tmp_path):
    (tmp_path / "people.csv").write_text("person,given_name,family_name\nP1,Ada,Lind\n")
    batch = publish(tmp_path / "people.csv", source="list")
    ada = Person.objects.unscoped("a test reads all").get()
    seen = {"given_name": "Ada"}
    edit_person(actor=SYSTEM, person_id=ada.pk, wanted={"given_name": "Adah"}, seen=seen, now=NOON + timedelta(hours=1))

    def undo(page):
        expect(page.get_by_role("heading", level=1)).to_have_text("1 person added, 0 changed")
        page.get_by_role("button", name="Undo this import").click()
        expect(page.get_by_role("alert")).to_contain_text("Worked on since the import: Adah Lind")

    looks_right(officer, f"/imports/{batch.pk}/", "import-undo-refused", undo)


def test_an_undo_without_what_was_worked_on_says_so(open_page, officer, tmp_path):
    (tmp_path / "people.csv").write_text("person,given_name,family_name\nP1,Ada,Lind\nP2,Ben,Roe\n")
    batch = publish(tmp_path / "people.csv", source="list")
    ada = Person.objects.unscoped("a test reads all").get(given_name="Ada")
    wanted, seen = {"given_name": "Adah"}, {"given_name": "Ada"}
    edit_person(actor=SYSTEM, person_id=ada.pk, wanted=wanted, seen=seen, now=NOON + timedelta(hours=1))
    page = open_page(officer, f"/imports/{batch.pk}/")
    page.get_by_label("Leave out rows that somebody has changed since").check()
    page.get_by_role("button", name="Undo this import").click()

    expect(page.get_by_text("The import is undone. All that nobody has changed since is as it was")).to_be_visible()
    assert list(Person.objects.unscoped("a test reads all").values_list("given_name")) == [("Adah",)]
