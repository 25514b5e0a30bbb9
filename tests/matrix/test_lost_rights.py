"""A right that ends between two requests is lost with the next one, whichever way it ended and whatever is asked."""

from contextlib import contextmanager

import pytest
from django.utils import timezone

from muster.access.actor import actor_for
from muster.access.models import Grant, OfficeRole, Role
from muster.access.services import grants, roles
from muster.people.models import Office, Person, Placement
from muster.people.services import corrections
from muster.units.models import Unit
from muster.web.models import SavedView
from tests.builders import LONG_AGO, NOON, make_office, make_user
from tests.matrix.asking import Asker, path_of, taken_back
from tests.matrix.table import TABLE

pytestmark = [pytest.mark.web, pytest.mark.django_db]
# What it is called → address, method, with htmx, query, what is sent, how it is answered while the right holds.
CHANNELS = {
    "page": ("people:person_list", "GET", False, {"standing": "everyone"}, {}, 200),
    "kept view": ("people:person_list", "GET", False, {"view": "{shared}"}, {}, 200),
    "record": ("people:person_detail", "GET", False, {}, {}, 200),
    "history": ("people:person_history", "GET", False, {}, {}, 200),
    "fragment": ("people:contact_show", "POST", True, {}, {}, 200),
    "private part": ("people:private_show", "POST", True, {}, {}, 200),
    "palette": ("web:palette", "GET", True, {"q": "zq"}, {}, 200),
    "search": ("web:search", "GET", False, {"q": "zq"}, {}, 200),
    "first page": ("web:today", "GET", False, {}, {}, 200),
    "list as CSV": ("people:person_export", "GET", False, {}, {}, 200),
    "list as XLSX": ("people:person_export", "GET", False, {"kind": "xlsx"}, {}, 200),
    "figures as a file": ("reports:balance_sheet_file", "GET", False, {}, {}, 200),
    "people behind a figure": ("reports:behind_file", "GET", False, {"figure": "members"}, {}, 200),
    "units as a file": ("units:unit_csv", "GET", False, {}, {}, 200),
    "duplicates": ("merging:duplicate_compare", "GET", False, {}, {}, 200),
    "form": ("people:person_archive", "POST", False, {}, {"on": "2026-11-26"}, 302),
    "command on many": ("people:person_tag", "POST", False, {}, {"pick": "{person}", "tag": "late"}, 302),
    "unit": ("units:unit_close", "POST", False, {}, {"closed_on": "2026-11-26", "on": "2026-11-26"}, 200),
}


def by_hand(world, user):
    grant = Grant.objects.get(user=user)
    actor = actor_for(world.users["administrator"], on=timezone.localdate())
    grants.end_grant(actor=actor, grant_id=grant.pk, on=actor.on, now=NOON)


def by_its_last_day(world, user):
    Grant.objects.filter(user=user).update(to_on=timezone.localdate())


def with_the_role(world, user):
    role = Role.objects.get(code="national_officer")
    Grant.objects.filter(user=world.users["officer"]).delete()
    actor = actor_for(world.users["administrator"], on=timezone.localdate())
    change = {"permissions": ["planning.view"], "seen": role.permissions, "name": role.name}
    roles.change_role(actor=actor, role_id=role.pk, now=NOON, **change)


def with_the_account(world, user):
    type(user).objects.filter(pk=user.pk).update(is_active=False)


def with_the_place(world, user):
    """What one had rights in goes where one has none."""
    south = Unit.objects.get(pk=world.foreign["region"])
    Unit.objects.filter(pk=world.ids["unit"]).update(parent=south)


def with_the_office(world, user):
    office = Office.objects.get(person__user=user)
    actor = actor_for(world.users["administrator"], on=timezone.localdate())
    given = {"person_id": office.person_id, "kind": "office", "spell_id": office.pk}
    corrections.end_spell(actor=actor, on=actor.on, now=NOON, **given)


WAYS = {
    way.__name__: way
    for way in (by_hand, by_its_last_day, with_the_role, with_the_account, with_the_place, with_the_office)
}


@contextmanager
def holding(world, way):
    """An officer of North, for `with_the_office` by an office."""
    with taken_back():
        role, region = Role.objects.get(code="national_officer"), Unit.objects.get(pk=world.ids["region"])
        user = make_user("late")
        given = {"user": user, "role": role, "unit": region, "from_on": LONG_AGO}
        if way is with_the_office:
            OfficeRole.objects.create(office="President", key="president", role=role)
            Person.objects.filter(pk=world.foreign["twin"]).update(user=user)
            office = make_office(Person.objects.unscoped("a test").get(user=user), region, "president")
            given |= {"office": "president", "office_id": office.pk}
        Grant.objects.create(**given)
        yield user


def ask(asker, channel):
    name, method, htmx, query, data, _ = CHANNELS[channel]
    ids = asker.world.ids | {"file_kind": query.get("kind", "csv")}
    filled = {key: value.format(**asker.world.ids) for key, value in query.items() if key != "kind"}
    sent = {key: value.format(**asker.world.ids) for key, value in data.items()}
    return asker.do("late", path_of(name, TABLE[name].args, ids, filled), method, data=sent, htmx=htmx)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_lost_is_lost_at_once(channel, way, asker):
    world = asker.world
    with holding(world, WAYS[way]) as user:
        visitor = Asker(
            type(world)(users={"late": user}, ids=world.ids, foreign=world.foreign, canaries=world.canaries)
        )
        with taken_back():
            assert ask(visitor, channel).status == CHANNELS[channel][5]
        ids = [world.ids["person"], world.ids["twin"]]
        before = list(Person.objects.unscoped("a test").filter(pk__in=ids).order_by("pk").values())
        WAYS[way](world, user)
        placed = list(Placement.objects.unscoped("a test").order_by("pk").values())
        answer = ask(visitor, channel)
        of_branch = {word for word in world.seen(answer.text) if world.canaries[word].place == world.ids["unit"]}
        assert of_branch == set()
        # Whoever still sees other places gets a page without this one; who sees nothing any more is refused.
        assert answer.status in (403, 404) or channel in OPEN or way in ("with_the_account", "with_the_place")
        assert list(Person.objects.unscoped("a test").filter(pk__in=ids).order_by("pk").values()) == before
        assert list(Placement.objects.unscoped("a test").order_by("pk").values()) == placed


# Pages for everybody who is signed in: they answer, and hold nothing any more.
OPEN = {"palette", "search", "first page"}


def test_a_view_shared_with_a_unit_is_lost_with_it(world):
    with holding(world, by_hand) as user:

        def seen():
            actor = actor_for(user, on=timezone.localdate())
            return SavedView.objects.visible_to(actor).filter(pk=world.ids["shared"]).exists()

        assert seen()
        by_hand(world, user)
        assert not seen()
