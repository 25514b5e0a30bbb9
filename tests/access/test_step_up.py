"""Before what matters most one shows again that it is oneself; what one was doing goes on afterwards."""

import re
import time

import pytest
from django.urls import reverse

from muster.access.guards import GUARDS
from muster.access.models import Grant
from muster.units import queries as unit_queries
from tests.builders import PASSWORD, make_person
from tests.matrix.asking import addresses, path_of, readable
from tests.matrix.table import TABLE
from tests.matrix.world import build

pytestmark = pytest.mark.web


# The balance sheet names places, which are not people.
PLACES = {"people.Person.city", "people.Person.region", "people.Person.postcode"}


@pytest.fixture
def signed_in(client, dora):
    """dora, six minutes after she signed in."""
    dora.set_password(PASSWORD)
    dora.save()
    client.force_login(dora)
    age(client, 6 * 60)
    return client


def age(client, seconds):
    session = client.session
    session["signed_in_at"] -= seconds
    session.save()


def ask(client, world, name, method):
    row = TABLE[name]
    if method == "GET":
        return client.get(path_of(name, row.args, world.ids, row.query))
    data = {key: world.ids.get(value, value) for key, value in row.data.items()}
    return client.post(path_of(name, row.args, world.ids), data)


def text_of(response) -> str:
    return response.content.decode()


def hidden(html):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def test_every_guard_names_an_address_and_asks_who_signed_in_long_ago(client, db):
    assert set(GUARDS) <= set(addresses())
    world = build()
    client.force_login(world.users["administrator"])
    age(client, 5 * 60 + 1)
    asked = {
        (name, method): ask(client, world, name, method).headers.get("Location", "").partition("?")[0]
        for name, guard in GUARDS.items()
        for method in sorted(guard.step_up - {"HEAD"})
    }
    assert set(asked.values()) == {"/account/again/"}
    assert {name for name, _ in asked} >= {"people:person_export", "access:grant_create", "web:settings"}


def test_every_file_that_tells_of_people_is_asked_for(client, db):
    world = build()
    client.force_login(world.users["administrator"])
    of_people = {
        word
        for word, canary in world.canaries.items()
        if canary.name.startswith("people.Person.") and canary.name not in PLACES
    }
    files = set()
    for name in TABLE:
        answer = ask(client, world, name, "GET")
        is_file = "attachment" in answer.headers.get("Content-Disposition", "")
        if is_file and of_people & world.seen(readable(answer)):
            files.add(name)
    # Nobody here has a record of their own to take.
    assert files == {name for name, guard in GUARDS.items() if guard.is_file} - {"web:own_record_file"}
    assert all("GET" in GUARDS[name].step_up and GUARDS[name].limit == "export" for name in files)


def test_within_five_minutes_nobody_is_asked(client, dora, north):
    client.force_login(dora)
    age(client, 4 * 60)
    assert client.get("/people/export.csv").status_code == 200


def test_a_role_is_given_after_the_password_and_nothing_typed_is_lost(signed_in, bob, south):
    address = reverse("access:grant_create", query={"unit": south.pk})
    typed = {"email": bob.email, "name": 'Bob "the" <b>', "role": "unit_viewer", "from_on": "2026-11-02", "to_on": ""}
    asked = signed_in.post(address, typed, headers={"Referer": f"http://testserver{address}"})
    assert Grant.objects.filter(user=bob).count() == 1

    wrong = signed_in.post(asked["Location"], {"password": "nonsense"})
    assert "This is not your password." in text_of(wrong)
    page = text_of(signed_in.post(asked["Location"], {"password": PASSWORD}))
    kept = hidden(page) | {"name": typed["name"]}
    assert "Bob &#34;the&#34; &lt;b&gt;" in page
    assert f'action="{address}"' in page
    del kept["csrfmiddlewaretoken"]
    assert kept == typed
    done = signed_in.post(address, kept)

    assert done["Location"] == "/access/"
    assert list(Grant.objects.filter(user=bob).order_by("pk").values_list("unit__name", flat=True)) == [
        "North",
        "South",
    ]


def test_settings_stay_as_they_are_until_the_password_is_right(signed_in):
    before = unit_queries.settings()
    signed_in.post("/settings/", {"name": "Another", "idle_minutes": "480"})
    assert (unit_queries.settings(), unit_queries.organisation_name()) == (before, "Workers Together")
    assert signed_in.get("/settings/").status_code == 200


def test_a_list_of_people_comes_after_the_password(signed_in, north):
    make_person("Nora Berg", unit=north)
    asked = signed_in.get("/people/export.csv?standing=everyone", headers={"Referer": "http://testserver/people/?q=n"})
    page = text_of(signed_in.post(asked["Location"], {"password": PASSWORD}))

    link = re.search(r'href="([^"]+)" download', page).group(1)
    assert link == "/people/export.csv?standing=everyone"
    assert 'href="/people/?q=n">Back' in page
    assert b"Nora" in b"".join(signed_in.get(link).streaming_content)


@pytest.mark.parametrize(
    "before",
    [
        "https://evil.example/people/",
        "javascript:alert(1)",
        "//evil.example/",
        # No page at all.
        "nonsense",
        "http://testserver?q=n",
        # A page of this site whose path, with the site taken off, names another one.
        "http://testserver//evil.example/",
        "http://testserver/\\evil.example/",
    ],
)
def test_the_way_back_never_leads_to_another_site(signed_in, before):
    asked = signed_in.get("/people/export.csv", headers={"Referer": before})
    page = text_of(signed_in.post(asked["Location"], {"password": PASSWORD}))
    assert asked["Location"] == "/account/again/?next=%2F"
    assert 'href="/">Back' in page


def test_what_was_kept_long_ago_does_not_go_on_by_accident(signed_in, bob):
    grant = Grant.objects.get(user=bob)
    asked = signed_in.post(reverse("access:grant_end", args=[grant.pk]))
    session = signed_in.session
    session["account_reauthentication_state"]["state"]["at"] = time.time() - 16 * 60
    session.save()
    answer = signed_in.post(asked["Location"], {"password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Grant.objects.get(pk=grant.pk).to_on is None


def test_setting_up_a_second_factor_asks_too_and_comes_back(signed_in):
    asked = signed_in.get("/account/second-factor/app/")
    assert asked["Location"].startswith("/account/again/")
    assert signed_in.post(asked["Location"], {"password": PASSWORD})["Location"] == "/account/second-factor/app/"
    assert signed_in.get("/account/second-factor/app/").status_code == 200
