"""The import pages in a browser, at every step, the worker running between the clicks."""

from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests.builders import make_user

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
    expect(page.get_by_role("heading", name="What does each column hold?")).to_be_visible(timeout=15_000)
    looks_right(officer, where, "import-columns")
    page.get_by_role("row", name="Shoe size").get_by_role("combobox").select_option("Keep as a field of our own")
    page.get_by_role("button", name="Show what would change").click()

    work()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible(timeout=15_000)
    expect(page.get_by_text("not an address").first).to_be_visible()
    looks_right(officer, where, "import-preview")
    page.get_by_role("button", name="Import", exact=True).click()

    work()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible(timeout=15_000)
    looks_right(officer, where, "import-done")
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", name="This import was taken back")).to_be_visible()
    looks_right(officer, "/imports/", "imports")
