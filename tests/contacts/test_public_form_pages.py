"""Officers' side of the public form: who switches it on, what it says, the lines for a website."""

import re
from html import unescape

import pytest
from django.urls import reverse

from muster.audit.models import Entry
from muster.contacts.models import PublicForm
from muster.units.models import Unit
from tests.builders import make_form, make_unit, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.web, pytest.mark.django_db]
WORDS = {"title": "Talk to us", "intro": "Hello.", "privacy": "Few read it.", "email_words": "Yes, write"}


def save(client, user, unit, **sent):
    client.force_login(user)
    return client.post(reverse("contacts:public_form_edit", args=[unit.pk]), {"title": "Talk to us", **sent})


def listed(client, user):
    client.force_login(user)
    return readable(client.get(reverse("contacts:public_form_list")))


def test_a_fresh_organisation_has_none_until_it_is_switched_on(client, dora, organisation):
    assert client.get("/write/").status_code == 404
    assert "It is switched off" in listed(client, dora)
    assert save(client, dora, organisation, is_on="on", **WORDS).status_code == 302
    text = readable(client.get("/write/"))
    assert all(words in text for words in WORDS.values())
    assert "phone_ok" not in text
    entry = Entry.objects.get(action="contacts.form.changed")
    assert entry.details["changed"]["title"] == ["", "Talk to us"]
    assert save(client, dora, organisation, **WORDS).status_code == 302
    assert client.get("/write/").status_code == 404


def test_a_unit_has_its_own_where_the_organisation_has_one(client, north, organisation):
    make_form(organisation)
    nan = make_user("nan", national_officer=north)
    assert reverse("contacts:public_form_edit", args=[north.pk]) in listed(client, nan)
    assert save(client, nan, north, is_on="on", name="north-side", privacy="ignored").status_code == 302
    form = PublicForm.objects.get(unit=north)
    assert (form.name, form.privacy) == ("north-side", "")
    assert "http://testserver/write/north-side/" in listed(client, nan)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("north side", "Use small letters"),
        ("North", "Use small letters"),
        ("-n", "Use small letters"),
        ("taken", "Another unit has taken this name."),
    ],
)
def test_a_name_must_fit_and_be_free(name, problem, client, dora, north, south):
    make_form(south, name="taken")
    assert problem in readable(save(client, dora, north, name=name, is_on="on"))
    assert not PublicForm.objects.filter(unit=north).exists()


def test_the_name_of_a_form_that_is_off_is_free_until_it_is_on(client, dora, north, south):
    make_form(south, name="taken", is_on=False)
    assert save(client, dora, north, name="taken", is_on="on").status_code == 302
    assert "Another unit has taken this name." in readable(save(client, dora, south, name="taken", is_on="on"))
    assert save(client, dora, south, name="taken").status_code == 302
    assert PublicForm.objects.filter(name="taken", is_on=True).get().unit == north


def test_whoever_may_not_change_the_unit_changes_no_form(client, alice, bob, charlie, north, organisation):
    make_form(organisation)
    statuses = [save(client, user, north, is_on="on").status_code for user in (alice, bob, charlie)]
    assert statuses == [403, 403, 404]
    assert save(client, alice, organisation).status_code == 404
    client.force_login(bob)
    assert client.get(reverse("contacts:public_form_list")).status_code == 403
    assert PublicForm.objects.count() == 1


def test_a_form_of_elsewhere_is_not_listed(client, alice, organisation, north, south):
    for unit in (organisation, north, make_unit("South 1", parent=south)):
        make_form(unit, title="x")
    text = listed(client, alice)
    assert ["South" in text, "Put the form of North on a website" in text] == [False, True]
    assert Unit.objects.get(name="South 1").ref not in text


def test_the_lines_for_a_website_hold_no_script_and_send_here(client, alice, organisation):
    make_form(organisation, email_words="Yes <b>write</b>")
    (lines,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", listed(client, alice), re.DOTALL)
    lines = unescape(lines)
    assert '<form action="http://testserver/write/" method="post">' in lines
    assert "Yes &lt;b&gt;write&lt;/b&gt;" in lines
    assert "<script" not in lines
    assert set(re.findall(r' name="(\w+)"', lines)) == {
        *("name", "email", "phone", "postcode", "city", "message", "email_ok", "phone_ok", "website")
    }
