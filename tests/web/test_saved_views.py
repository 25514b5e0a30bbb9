"""Views of the list of members: kept for oneself or shared within a unit; whoever opens one sees whom they may see."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.models import Grant
from muster.audit.models import Entry
from muster.web.models import SavedView
from muster.web.saved_views import services
from tests.builders import LONG_AGO, NOON, make_person, make_unit

pytestmark = pytest.mark.web
LIST = reverse("people:person_list")


@pytest.fixture
def people(north, south):
    """Two of North and one of South in Salem, one of North elsewhere."""
    for name, unit, city in (("Nora", north, "Salem"), ("Olav", north, "Salem"), ("Pia", north, "Bend")):
        make_person(f"{name} North", unit=unit, member_from=LONG_AGO, city=city)
    make_person("Sven South", unit=south, member_from=LONG_AGO, city="Salem")


def keep(client, user, name="In Salem", query="city=Salem&sort=-name", unit=None):
    """The view, as made by the form; None where the form was not taken."""
    client.force_login(user)
    address = reverse("views:view_save", query={"query": query})
    client.post(address, {"name": name, "unit": "" if unit is None else unit.pk})
    return SavedView.objects.unscoped("test helper").filter(name=name, user=user).first()


def tabs(client, user, **query):
    """Name → address of the views above the list."""
    client.force_login(user)
    text = client.get(LIST, query).content.decode()
    nav = re.search(r'<nav class="tabs" aria-label="Saved views">(.*?)</nav>', text, re.DOTALL)
    links = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', nav[1]) if nav else []
    return {html.unescape(name): html.unescape(href) for href, name in links}


def names(client, address):
    return re.findall(r">(\w+ (?:North|South))</a>", client.get(address).content.decode())


def test_a_view_is_kept_shared_and_opened_with_the_rights_of_the_reader(
    client, alice, bob, charlie, dora, north, organisation, people
):
    assert tabs(client, alice) == {}
    keep(client, alice)
    assert list(tabs(client, alice)) == ["All", "In Salem"]
    assert [tabs(client, user) for user in (bob, charlie, dora)] == [{}, {}, {}]

    shared = keep(client, dora, "Everybody in Salem", "city=Salem&unit=1&after=3&sort=x&nonsense=1", organisation)
    assert shared.query == "city=Salem"
    # Shared with the whole organisation means: with whoever may see everybody.
    assert [tabs(client, user) for user in (bob, charlie)] == [{}, {}]
    keep(client, alice, "Salem, shared", "city=Salem", north)
    assert list(tabs(client, bob)) == ["All", "Salem, shared"]
    assert tabs(client, charlie) == {}

    # At home dora is offered what is shared there; in North, what is shared with North too.
    assert list(tabs(client, dora)) == ["All", "Everybody in Salem"]
    in_north = tabs(client, dora, unit=north.pk)
    assert list(in_north) == ["All", "Everybody in Salem", "Salem, shared"]
    assert names(client, in_north["Salem, shared"]) == ["Nora North", "Olav North", "Sven South"]
    assert names(client, tabs(client, bob)["Salem, shared"]) == ["Nora North", "Olav North"]


def test_rights_that_end_take_shared_views_with_them(client, alice, bob, north, people):
    keep(client, alice, "Salem, shared", "city=Salem", north)
    address = tabs(client, bob)["Salem, shared"]

    Grant.objects.filter(user=bob).update(to_on=timezone.localdate())

    assert client.get(address).status_code == 403


def test_nobody_shares_where_they_see_nobody(client, alice, charlie, north, south, organisation, people):
    for user, unit in ((charlie, north), (alice, organisation), (alice, south)):
        assert keep(client, user, "Spy", unit=unit) is None


def test_only_who_keeps_a_view_or_acts_in_its_unit_changes_it(client, alice, bob, charlie, dora, north, people):
    private = keep(client, alice, "Mine")
    shared = keep(client, bob, "Ours", unit=north)
    change = reverse("views:view_change", args=[shared.pk])

    def status(user, view, name="view_change", method="get"):
        client.force_login(user)
        return getattr(client, method)(reverse(f"views:{name}", args=[view.pk])).status_code

    assert [status(user, private) for user in (alice, bob, charlie, dora)] == [200, 404, 404, 404]
    assert [status(user, shared) for user in (alice, bob, charlie, dora)] == [200, 200, 404, 200]
    assert [status(user, private, "view_remove", "post") for user in (bob, charlie, dora)] == [404, 404, 404]
    assert [status(user, private, "view_restore", "post") for user in (alice, bob)] == [404, 404]

    # Alice may rename what bob shared with North, and not keep it for herself.
    client.force_login(alice)
    assert client.post(change, {"name": "All of ours", "unit": ""}).status_code == 302
    stored = SavedView.objects.unscoped("test").get(pk=shared.pk)
    assert (stored.name, stored.unit_id, stored.user) == ("All of ours", north.pk, bob)
    second = keep(client, alice, "Theirs", unit=north)
    assert status(bob, second) == 403
    client.force_login(bob)
    client.post(change, {"name": "Mine now", "unit": ""})
    assert list(tabs(client, alice)) == ["All", "Mine", "Theirs"]
    assert {entry.action for entry in Entry.objects.all()} == {"web.view.saved", "web.view.changed"}


def test_a_removed_view_comes_back_by_undo(client, alice, people):
    view = keep(client, alice)

    page = client.post(reverse("views:view_remove", args=[view.pk]), follow=True).content.decode()
    assert reverse("views:view_restore", args=[view.pk]) in page
    assert tabs(client, alice) == {}
    assert client.get(reverse("views:view_change", args=[view.pk])).status_code == 404

    back = client.post(reverse("views:view_restore", args=[view.pk]))
    assert back["Location"] == f"{LIST}?city=Salem&sort=-name&view={view.pk}"
    assert list(tabs(client, alice)) == ["All", "In Salem"]

    client.post(reverse("views:view_remove", args=[view.pk]))
    assert keep(client, alice, query="city=Bend").pk
    again = client.post(reverse("views:view_restore", args=[view.pk]), follow=True).content.decode()
    assert "There is a view of that name already" in again


def test_names_and_numbers_of_views_are_checked(client, alice, actor_of, people):
    keep(client, alice)
    client.force_login(alice)
    address = reverse("views:view_save", query={"query": "city=Bend"})
    assert "There is a view of that name already" in client.post(address, {"name": "In Salem"}).content.decode()
    assert "Fill this in." in client.post(address, {"name": " "}).content.decode()
    assert client.get(reverse("views:view_save", query={"page": "units:unit_tree"})).status_code == 404

    view = SavedView.objects.unscoped("test").get()
    actor = actor_of(alice)
    services.remove_view(actor=actor, view_id=view.pk, now=NOON)
    with pytest.raises(services.NoSuchView):
        services.restore_view(actor=actor, view_id=view.pk, now=NOON + timedelta(days=31))
    for number in range(services.MOST):
        services.save_view(
            actor=actor, page=view.page, name=f"{number}", query="", unit_id=None, now=NOON + timedelta(days=31)
        )
    assert not SavedView.objects.unscoped("test").filter(pk=view.pk).exists()
    with pytest.raises(services.TooMany):
        services.save_view(actor=actor, page=view.page, name="more", query="", unit_id=None, now=NOON)


def test_who_renames_a_shared_view_does_not_learn_what_its_owner_keeps_elsewhere(
    client, alice, dora, north, south, actor_of
):
    for name, unit in (("For me alone", None), ("Of South", south), ("Of North", north), ("Ours", north)):
        shared = services.save_view(
            actor=actor_of(dora), page="people:person_list", name=name, query="", unit_id=unit and unit.pk, now=NOON
        )
    change = reverse("views:view_change", args=[shared])

    def renamed(name):
        client.force_login(alice)
        return client.post(change, {"name": name}).status_code

    assert [renamed(name) for name in ("For me alone", "Of South", "Nobody's", "Of North")] == [302, 302, 302, 200]
    assert renamed("For me alone") == 302
    client.force_login(dora)
    kept_alone = client.post(change, {"name": "For me alone", "unit": ""})
    assert "There is a view of that name already" in kept_alone.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_for_any_number_of_views(
    number, client, alice, bob, north, people, django_assert_num_queries
):
    for count in range(number):
        keep(client, bob, f"View {count}", unit=make_unit(f"Branch {count}", parent=north))
        keep(client, bob, f"Shared {count}", unit=north)
    client.force_login(alice)
    client.get(LIST)

    with django_assert_num_queries(12):
        text = client.get(LIST).content.decode()

    assert text.count(">Shared ") == number
    # What is shared with a branch is offered there.
    assert ">View " not in text
