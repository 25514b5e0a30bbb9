"""Who holds which role: the list, letting somebody in, ending a role."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.models import Grant, Role
from muster.accounts.models import User
from tests.builders import make_unit, make_user

pytestmark = pytest.mark.web


@pytest.fixture
def registrar(north):
    """May give viewers' roles in North, and nothing else."""
    Role.objects.create(code="registrar", name="Registrar", permissions=["access.grant", "units.view"])
    Role.objects.create(code="looker", name="Looker", permissions=["units.view"])
    return make_user("giver", registrar=north)


def text_of(response):
    return response.content.decode()


def who(html):
    return re.findall(r'<th scope="row">(\S+)', html)


def test_the_list_shows_roles_where_one_may_give_them(client, registrar, dora, alice, bob, charlie):
    client.force_login(registrar)
    seen = who(text_of(client.get("/access/")))
    found = who(text_of(client.get("/access/", {"q": "ali"})))
    assert who(text_of(client.get("/access/", {"after": "9" * 4400 + "|a"}))) == seen
    client.force_login(dora)

    assert seen == ["alice", "bob", "giver"]
    assert found == ["alice"]
    assert who(text_of(client.get("/access/"))) == ["alice", "bob", "charlie", "dora", "giver"]


@pytest.mark.parametrize("number", [1, 60])
def test_the_list_comes_in_pages_and_asks_as_often(number, client, dora, north, django_assert_num_queries):
    for each in range(number):
        make_user(f"user{each:02}", unit_viewer=north)
    client.force_login(dora)
    client.get("/more/")

    with django_assert_num_queries(6):
        first = text_of(client.get("/access/"))
    pages = [who(first)]
    while more := re.search(r'rel="next" href="([^"]+)"', first):
        first = text_of(client.get(more.group(1).replace("&amp;", "&")))
        pages.append(who(first))

    assert [len(page) for page in pages] == ([2] if number == 1 else [50, 11])
    assert [user for page in pages for user in page] == ["dora", *(f"user{each:02}" for each in range(number))]


def test_somebody_is_let_in_by_a_link_shown_once(client, dora, north, south):
    client.force_login(dora)
    address = reverse("access:grant_create", query={"unit": north.pk})
    form = {"email": "new@example.org", "name": "New", "role": "unit_viewer", "from_on": str(timezone.localdate())}
    shown = text_of(client.post(address, form))
    again = text_of(client.post(address, form))

    link = re.search(r'value="http://testserver(/account/password/reset/key/[^"]+)"', shown).group(1)
    assert "already has that role there" in again
    assert "reset/key" not in again
    grant = Grant.objects.get(user__email="new@example.org")
    assert (grant.unit, grant.role.code, grant.granted_by) == (north, "unit_viewer", dora)
    client.logout()
    assert client.get(link).status_code == 302
    assert not User.objects.get(email="new@example.org").has_usable_password()


def test_a_role_is_ended_and_the_last_administrator_stays(client, dora, bob):
    client.force_login(dora)
    own, other = Grant.objects.get(user=dora), Grant.objects.get(user=bob)
    client.post(reverse("access:grant_end", args=[other.pk]))
    last = client.post(reverse("access:grant_end", args=[own.pk]), follow=True)

    other.refresh_from_db()
    assert other.to_on == timezone.localdate()
    assert "This is the last administrator." in text_of(last)
    assert who(text_of(client.get("/access/", {"ended": "1"}))) == ["bob"]


def test_nobody_reaches_further_by_a_password_link(client, registrar, dora, alice, charlie, north):
    looker = make_user("looker", looker=make_unit("North 1", parent=north))
    client.force_login(registrar)

    def ask(user):
        return client.post(reverse("access:password_link", args=[Grant.objects.get(user=user).pk])).status_code

    assert [ask(user) for user in (looker, alice, charlie, dora)] == [200, 403, 404, 404]
    choices = re.findall(r'<option value="(\w+)"', text_of(client.get("/access/new/")))
    assert choices == ["looker", "member", "registrar"]
