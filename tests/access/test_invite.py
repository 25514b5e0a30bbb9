from datetime import timedelta

import pytest

from muster.access.actor import NotAllowed
from muster.access.models import Grant, Role
from muster.access.services import grants as services
from muster.access.services import second_factors
from muster.accounts.models import User
from muster.accounts.services import BadEmail
from muster.audit.models import Entry
from tests.builders import NOON, TODAY, make_person, make_user, send_letters

pytestmark = pytest.mark.db


def invite(actor, unit, email="new@example.org", role="unit_viewer", **fields):
    return services.invite(
        actor=actor,
        email=email,
        name="New",
        role_code=role,
        unit_id=unit.pk,
        from_on=TODAY,
        now=NOON,
        site="https://muster.example.org",
        **fields,
    )


def set_password(client, path, password="a wholly new phrase"):
    form = client.get(path)
    return (
        client.post(form["Location"], {"password1": password, "password2": password})
        if form.has_header("Location")
        else form
    )


def test_a_new_user_sets_a_password_once(client, dora, north, actor_of):
    done = invite(actor_of(dora), north)

    user = User.objects.get(pk=done.user_id)
    assert (user.email, user.name, user.has_usable_password()) == ("new@example.org", "New", False)
    assert actor_of(user).units_for("people.view") == {north.pk}
    assert [entry.action for entry in Entry.objects.order_by("pk")] == ["access.account.made", "access.role.granted"]

    set_password(client, done.password_path)
    user.refresh_from_db()
    assert user.check_password("a wholly new phrase")
    client.logout()
    set_password(client, done.password_path, "another phrase altogether")
    user.refresh_from_db()
    assert user.check_password("a wholly new phrase")


def test_an_account_that_is_there_gets_the_role_and_no_link(dora, bob, south, actor_of):
    done = invite(actor_of(dora), south, email="BOB@example.org")
    assert (done.user_id, done.password_path) == (bob.pk, "")
    assert User.objects.get(pk=bob.pk).name == "bob"


def test_who_gives_roles_in_a_part_is_not_told_who_has_an_account(charlie, north, actor_of, mailoutbox):
    registrar = actor_of(make_user("nadia", administrator=north))
    done = [invite(registrar, north, email=email) for email in ("new@example.org", charlie.email)]

    assert [each.password_path for each in done] == ["", ""]
    assert {each.user_id for each in done} == {charlie.pk, User.objects.get(email="new@example.org").pk}
    send_letters()
    (letter,) = mailoutbox
    assert letter.to == ["new@example.org"]
    assert "https://muster.example.org/account/password/reset/key/" in letter.body


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "erin"])
def test_only_who_may_give_roles_lets_somebody_in(who, north, actor_of, request):
    with pytest.raises(NotAllowed):
        invite(actor_of(request.getfixturevalue(who)), north)
    assert not User.objects.filter(email="new@example.org").exists()


def test_bad_input_leaves_nothing(dora, north, actor_of):
    with pytest.raises(BadEmail):
        invite(actor_of(dora), north, email="new at example")
    with pytest.raises(services.BadDates):
        invite(actor_of(dora), north, to_on=TODAY)
    assert not User.objects.filter(name="New").exists()


def test_nobody_gets_into_an_account_that_reaches_further(dora, alice, charlie, north, south, actor_of):
    Role.objects.create(code="registrar", name="Registrar", permissions=["access.grant", "units.view"])
    Role.objects.create(code="gatekeeper", name="Gatekeeper", permissions=["units.view"])
    registrar = actor_of(make_user("giver", registrar=north))
    fits, elsewhere = make_user("fits", gatekeeper=north), make_user("elsewhere", gatekeeper=south)
    later = make_user("later", gatekeeper=north)
    Grant.objects.create(
        user=later, role=Role.objects.get(code="administrator"), unit=north, from_on=TODAY + timedelta(days=9)
    )

    def renew(actor, user):
        return services.renew_password_link(actor=actor, user_id=user.pk, now=NOON)

    for user in (dora, alice, charlie, elsewhere, later, make_user("nothing")):
        with pytest.raises(NotAllowed):
            renew(registrar, user)
    assert renew(registrar, fits).startswith("/account/password/reset/key/")
    assert renew(actor_of(dora), alice).startswith("/account/password/reset/key/")
    assert renew(actor_of(dora), make_user("roleless")).startswith("/account/password/reset/key/")


def test_a_role_given_here_opens_nobodys_record_elsewhere(dora, north, south, actor_of):
    registrar = actor_of(make_user("eve", administrator=south))
    victim, at_large, neighbour = (make_user(name) for name in ("vera", "lars", "nils"))
    make_person("Vera Vik", unit=north, user=victim)
    make_person("Lars Lund", user=at_large)
    make_person("Nils Noor", unit=south, user=neighbour)
    for user in (victim, at_large, neighbour):
        invite(registrar, south, email=user.email, role="member")

    for user in (victim, at_large):
        with pytest.raises(NotAllowed):
            services.renew_password_link(actor=registrar, user_id=user.pk, now=NOON)
        with pytest.raises(NotAllowed):
            second_factors.reset_second_factor(actor=registrar, user_id=user.pk, now=NOON)
        assert services.renew_password_link(actor=actor_of(dora), user_id=user.pk, now=NOON)
    assert services.renew_password_link(actor=registrar, user_id=neighbour.pk, now=NOON)


def test_who_may_not_see_the_private_part_makes_no_link_to_it(south, actor_of):
    Role.objects.create(code="registrar", name="Registrar", permissions=["access.grant", "people.view"])
    owner = make_user("nils", member=south)
    make_person("Nils Noor", unit=south, user=owner)
    with pytest.raises(NotAllowed):
        services.renew_password_link(actor=actor_of(make_user("giver", registrar=south)), user_id=owner.pk, now=NOON)
