"""Every component on four pages of invented data: looks, axe, and what JavaScript adds to them."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from playwright.sync_api import expect

from muster.web.jinja import environment
from muster.web.middleware import POLICY

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG_NAME = "Grace Mensah-Oppenheimer-Featherstonehaugh de la Cruz y Vargas"


class PersonForm(forms.Form):
    given_name = forms.CharField()
    family_name = forms.CharField(help_text="As the person writes it. Two words are fine.")
    email = forms.EmailField(label="E-mail", required=False)
    born_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    standing = forms.ChoiceField(choices=[("contact", "Contact"), ("member", "Member")], widget=forms.RadioSelect)
    unit = forms.ChoiceField(choices=[("1", "Region North"), ("2", "Branch Minneapolis 2")])
    notes = forms.CharField(widget=forms.Textarea, required=False)
    opt_in = forms.BooleanField(label="May be written to", required=False, help_text="Only with consent.")
    file = forms.FileField(required=False, help_text="CSV, XLSX, XLS or ODS")


def frame():
    def entry(label, **more):
        return {"label": label, "url": "#", "current": False, "count": 0, "later": False, "below": (), **more}

    names = ("sign_in", "sign_out", "me", "search", "palette")
    entries = [entry("Today", count=4), entry("Contacts", count=12), entry("Members", current=True), entry("Units")]
    entries += [entry("Balance sheet"), entry("Library", later=True), entry("More")]
    return {
        "keys_on": True,
        "navigation": entries,
        "label": "R. Haddad",
        "scope": {"name": "Branch Minneapolis 2", "url": "#"},
        "urls": {name: f"/{name}/" for name in names},
    }


def node(name, kind, value, *children, is_open=False):
    place = {"unit_id": value, "name": name, "kind": kind, "value": value, "url": "#", "more": 0, "more_url": ""}
    return {**place, "children": children, "open": is_open}


def render(name, messages=()):
    form = PersonForm({"email": "nope", "standing": "member"})
    made = environment()
    made.loader = ChoiceLoader([made.loader, FileSystemLoader(Path(__file__).parent / "style")])
    north = node("Region North", "region", 120, node("Minneapolis 1", "branch", 12), is_open=True)
    spells = [
        {"start": date(2024, 3, 1), "end": None, "title": "Treasurer", "text": "Minneapolis 2", "kind": "now"},
        {"start": date(2023, 1, 9), "end": date(2023, 6, 17), "title": "Applicant"},
        {"start": None, "end": date(2023, 1, 9), "title": "Contact", "url": "#"},
    ]
    return made.get_template(f"{name}.html").render(
        frame=frame(),
        messages=messages,
        csrf_input="",
        bound=form,
        tree=[node("Tenants Together", "organisation", 428, north, node(LONG_NAME, "region", 98), is_open=True)],
        tl=spells,
        svg=Markup('<svg viewBox="0 0 9 9" role="img" aria-label="Columns"><rect width="9" height="9"/></svg>'),
        people=[("Amara Okafor", "Contacted", "Stall", "Call", "R. Haddad"), (LONG_NAME, "Member", "Friend", "", "Li")],
        cols=[{"label": "Name", "url": "#", "sorted": "ascending"}, *({"label": text} for text in "SHNO")],
    )


def stand_in(page, name, messages=()):
    """Let an address of the live server answer with the components."""
    headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
    page.route("**/components/", lambda route: route.fulfill(body=render(name, messages), headers=headers))
    page.route("**/x", lambda route: route.fulfill(status=204))  # where a bar asks how far it is
    page.goto("/components/")


@pytest.fixture
def show(open_page):
    """A page of components, under the site's own content policy."""

    def show_it(name, messages=()):
        page = open_page(None, "/account/login/")
        stand_in(page, name, messages)
        return page

    return show_it


@pytest.mark.parametrize("name", ["list", "record", "form", "report"])
def test_components_look_right(looks_right, name):
    looks_right(None, "/account/login/", f"components-{name}", lambda page: stand_in(page, name))


def test_on_paper_there_is_nothing_to_press(show):
    page = show("record")
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="Amara Okafor")).to_be_visible()
    assert [each for each in page.locator(".rail, .tabs, button, .button, .search").all() if each.is_visible()] == []


def test_rows_are_chosen_and_counted(show):
    page = show("list")
    expect(page.get_by_role("button", name="Add a tag")).to_be_hidden()

    page.get_by_label("Choose Amara Okafor").check()
    page.get_by_label(f"Choose {LONG_NAME}").check()

    expect(page.get_by_text("2 people chosen")).to_be_visible()


def test_the_undo_bar_goes_after_its_seconds_but_not_from_under_a_hand(show):
    page = show("record", [SimpleNamespace(extra_tags="undo:/undo/", level_tag="success")])
    page.clock.install()
    page.reload()
    bar = page.get_by_role("button", name="Undo")

    bar.hover()
    page.clock.run_for(30_000)
    expect(bar).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(11_000)
    expect(bar).to_have_count(0)


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(show):
    page = show("form")
    expect(page.locator(":focus")).to_contain_text("Some things to mend")

    page.get_by_role("link", name="Family name: Fill this in.").click()

    expect(page.get_by_label("Family name")).to_be_focused()
