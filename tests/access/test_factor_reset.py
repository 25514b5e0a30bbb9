"""A second factor is lost: whoever may give roles takes it away, never reaching further than they do themselves."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from muster.access.actor import NotAllowed, system_actor
from muster.access.models import Grant
from muster.access.services import grants, second_factors
from muster.accounts.models import Session
from muster.audit.models import Entry
from muster.units import queries as unit_queries
from muster.workflows import setup
from tests.builders import NOON, TODAY, require_second_factor, send_letters

pytestmark = pytest.mark.web


@pytest.fixture
def lost(alice, client):
    """alice, with a passkey and recovery codes, signed in somewhere."""
    client.force_login(alice)
    for kind in ("webauthn", "recovery_codes"):
        Authenticator.objects.create(
            user=alice, type=kind, data={"name": "Phone", "credential": {}, "seed": "x", "used_mask": 0}
        )
    return alice


def page_of(user):
    return reverse("access:factor_reset", args=[Grant.objects.get(user=user).pk])


def test_an_administrator_takes_it_away_and_the_owner_is_told(client, dora, lost, north, mailoutbox):
    client.force_login(dora)
    assert "Remove the second factor of alice?" in client.get(page_of(lost)).content.decode()
    assert Authenticator.objects.count() == 2
    done = client.post(page_of(lost), follow=True).content.decode()
    again = client.post(page_of(lost), follow=True).content.decode()

    assert "alice can sign in with the password alone" in done
    assert "alice has no second factor." in again
    assert (Authenticator.objects.count(), Session.objects.filter(user=lost).count()) == (0, 0)
    assert list(Entry.objects.values_list("action", "user_id", "unit_id", "details")) == [
        ("access.second_factor.reset", dora.pk, north.pk, {"user": lost.pk, "factors": 1})
    ]
    send_letters()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([lost.email], "Your second factor was removed")]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "erin"])
def test_nobody_else_may(who, lost, dora, request, actor_of):
    actor = actor_of(request.getfixturevalue(who))
    for user in (lost, dora):
        with pytest.raises(NotAllowed):
            second_factors.reset_second_factor(actor=actor, user_id=user.pk, now=NOON)
    assert Authenticator.objects.count() == 2


def test_at_the_shell_even_the_last_administrator_is_helped(lost):
    shell = system_actor("command", on=TODAY)
    assert second_factors.reset_second_factor(actor=shell, user_id=lost.pk, now=NOON) == 1
    assert Entry.objects.get().actor_label == "system:command"


def test_the_link_of_an_invitation_ends_at_the_second_factor(client, dora, north, actor_of):
    require_second_factor()
    done = grants.invite(
        actor=actor_of(dora),
        email="new@example.org",
        name="New",
        role_code="unit_viewer",
        unit_id=north.pk,
        from_on=TODAY,
        now=NOON,
        site="https://muster.example.org",
    )
    form = client.get(done.password_path)["Location"]
    password = "a wholly new phrase"
    answer = client.post(form, {"password1": password, "password2": password}, follow=True)
    assert [address for address, _ in answer.redirect_chain] == ["/", "/account/second-factor/"]
    assert "One step before you begin" in answer.content.decode()


def test_a_new_organisation_requires_it(db):
    setup.found_organisation(
        name="Tenants United", admin_email="sam@example.org", admin_password="x", country="US", now=NOON
    )
    assert unit_queries.settings().second_factor == "required"
