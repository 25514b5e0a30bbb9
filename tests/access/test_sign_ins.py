"""An administrator ends where somebody else is signed in, never reaching further than they do themselves."""

import pytest
from django.test import Client
from django.urls import reverse

from muster.access.actor import NotAllowed
from muster.access.models import Grant
from muster.access.services import sign_ins
from muster.accounts.models import Session
from muster.audit.models import Entry
from muster.people.services import accounts
from tests.builders import NOON, make_person, make_user

pytestmark = pytest.mark.web


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(north):
    """A member of North without any role."""
    nora = make_user("nora")
    make_person("Nora Berg", unit=north, user=nora)
    return nora


def test_whoever_has_a_role_is_signed_out_everywhere_and_may_come_again(alice, dora, north):
    phone, laptop, mine = sign_in(alice), sign_in(alice), sign_in(dora)
    address = reverse("access:sign_ins_end", args=[Grant.objects.get(user=alice).pk])
    assert f'action="{address}"' in mine.get("/access/").content.decode()

    done, again = (mine.post(address, follow=True).content.decode() for _ in range(2))

    assert "alice is signed out everywhere." in done
    assert "alice was signed in nowhere." in again
    assert [client.get("/people/").status_code for client in (phone, laptop, mine)] == [302, 302, 200]
    assert sign_in(alice).get("/people/").status_code == 200
    assert list(Entry.objects.order_by("pk").values_list("action", "user_id", "unit_id", "count", "details")) == [
        ("access.sign_ins.ended", dora.pk, north.pk, 2, {"user": alice.pk}),
        ("access.sign_ins.ended", dora.pk, north.pk, 0, {"user": alice.pk}),
    ]


def test_so_is_a_member_without_a_role_on_the_page_of_the_account(owner, north):
    phone, registrar = sign_in(owner), make_user("nadia", administrator=north)
    mine, person_id = sign_in(registrar), owner_id(owner)
    assert "Sign out everywhere" in mine.get(reverse("people:person_account", args=[person_id])).content.decode()

    done = mine.post(reverse("people:account_sign_out", args=[person_id]), follow=True).content.decode()

    assert "Nora Berg is signed out everywhere." in done
    assert phone.get("/me/").status_code == 302
    assert list(Entry.objects.values_list("action", "user_id", "unit_id", "count", "details")) == [
        ("access.sign_ins.ended", registrar.pk, north.pk, 1, {"user": owner.pk})
    ]


def test_who_signs_out_their_own_account_stays_where_they_ask_from(dora):
    phone, mine = sign_in(dora), sign_in(dora)
    address = reverse("access:sign_ins_end", args=[Grant.objects.get(user=dora).pk])
    assert mine.post(address, follow=True).status_code == 200
    assert [client.get("/people/").status_code for client in (phone, mine)] == [302, 200]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "erin"])
def test_nobody_else_may(who, owner, dora, request, actor_of):
    user = request.getfixturevalue(who)
    actor = actor_of(user)
    sign_in(owner), sign_in(dora)
    with pytest.raises(NotAllowed):
        sign_ins.end_sign_ins(actor=actor, user_id=dora.pk, now=NOON)
    with pytest.raises(NotAllowed):
        accounts.end_sign_ins(actor=actor, person_id=owner_id(owner), now=NOON)
    assert Session.objects.count() == 2


def test_a_role_given_here_signs_nobody_out_who_belongs_elsewhere(owner, south, dora, actor_of):
    eve = actor_of(make_user("eve", administrator=south))
    Grant.objects.create(user=owner, role_id=Grant.objects.get(user=dora).role_id, unit=south, from_on="2000-01-01")
    sign_in(owner)
    with pytest.raises(NotAllowed):
        sign_ins.end_sign_ins(actor=eve, user_id=owner.pk, now=NOON)
    with pytest.raises(NotAllowed):
        accounts.end_sign_ins(actor=eve, person_id=owner_id(owner), now=NOON)
    assert Session.objects.count() == 1


def owner_id(user):
    from muster.people.models import Person

    return Person.objects.unscoped("test").get(user=user).pk
