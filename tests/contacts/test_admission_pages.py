"""The pages of applications, welcome and leaving: what each of the cast gets, and that nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.models import Role
from muster.contacts.models import Application, Stage, Welcome, WelcomeStep
from muster.contacts.queries import admission as queries
from muster.people.models import Standing
from muster.units.models import Setting
from tests.builders import make_case, make_claim, make_person, make_standing, make_unit, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.web, pytest.mark.django_db]
LIST, WELCOME, CHOICES = "/contacts/applications/", "/contacts/welcome/", "/contacts/choices/"


@pytest.fixture
def nora(north):
    return make_person("Nora Berg", unit=north)


def path(name, *args):
    return reverse(f"contacts:{name}", args=args)


def page(client, user, address, **query):
    client.force_login(user)
    return readable(client.get(address, query, follow=True))


def send(client, user, address, **data):
    client.force_login(user)
    return client.post(address, data)


def all_of(model):
    return model.objects.unscoped("a test")


def applied(person, **fields):
    return all_of(Application).create(person=person, applied_on=timezone.localdate(), made_at=timezone.now(), **fields)


def is_member(person):
    return all_of(Standing).filter(person=person, standing="member", to_on=None).exists()


def test_from_asking_to_join_to_the_first_step_of_a_welcome(client, alice, north, nora):
    today = timezone.localdate().isoformat()
    Setting.objects.create(key="currency", value="SEK")
    make_case(nora, "Asked to join", owner=alice)
    # The stage leads to the form of an application, and that of members to accepting.
    for name, then in (("Applicant", "application_edit"), ("Member", "application_accept")):
        wanted = Stage.objects.get(name=name).pk
        answer = send(client, alice, path("stage_move", nora.pk), stage=wanted)
        assert answer.url == path(then, nora.pk)
    form = {"applied_on": today, "said": "I want to help", "dues": "12.50", "dues_every": "month"}
    assert send(client, alice, path("application_edit", nora.pk), **form).url == path("contact_detail", nora.pk)
    shown = page(client, alice, path("contact_detail", nora.pk))
    for words in ("Asks to join", "promises 12.50 SEK a month", "I want to help", "They have applied."):
        assert words in shown
    assert "An application waits for you" in page(client, alice, "/")
    assert "12.50 SEK a month" in page(client, alice, LIST)

    accepting = page(client, alice, path("application_accept", nora.pk))
    assert 'value="12.50"' in accepting and "I want to help" in accepting
    steps = list(WelcomeStep.objects.filter(after_days=3).values_list("pk", flat=True))
    form = {"dues": "12.50", "dues_every": "month", "dues_paid_on": today, "unit": north.pk, "steps": steps}
    send(client, alice, path("application_accept", nora.pk), seen=1, **form)
    assert is_member(nora)
    shown = page(client, alice, path("contact_detail", nora.pk))
    for words in ("Nora Berg is a member.", "Call them and say welcome", "Application: accepted"):
        assert words in shown
    step = all_of(Welcome).get()
    send(client, alice, path("welcome_done", step.pk))
    assert "Call them and say welcome: done" in page(client, alice, path("contact_detail", nora.pk))


def test_what_was_typed_is_still_there_with_what_is_wrong(client, alice, nora):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    form = {"applied_on": tomorrow, "said": "Much that was typed", "dues": "5", "dues_every": "year"}
    answer = readable(send(client, alice, path("application_edit", nora.pk), **form))
    assert "Much that was typed" in answer and "Choose today or an earlier day." in answer
    answer = readable(send(client, alice, path("application_edit", nora.pk), **form | {"dues": "much"}))
    assert "Enter a number." in answer and "Much that was typed" in answer
    assert not all_of(Application).exists()

    applied(nora)
    answer = readable(send(client, alice, path("application_turn_down", nora.pk), reason="Typed here"))
    assert "Choose where they stand from now on." in answer and "Typed here" in answer
    form = {"reason": "Typed here", "stage": Stage.objects.get(name="Attending").pk, "seen": 9}
    answer = readable(send(client, alice, path("application_turn_down", nora.pk), **form))
    assert "Somebody else worked on this meanwhile" in answer and "Typed here" in answer


def test_turned_down_and_withdrawn_stay_readable(client, alice, nora):
    for name, words in (("application_turn_down", "Turned down"), ("application_withdraw", "Withdrawn")):
        applied(nora)
        stage = Stage.objects.get(name="Attending").pk
        send(client, alice, path(name, nora.pk), reason=f"Why {words}", stage=stage, seen=1)
        assert f"Why {words}" in page(client, alice, path("contact_detail", nora.pk))
        assert f"Why {words}" in page(client, alice, path("application_edit", nora.pk))
        assert words in page(client, alice, LIST, show="ended")
    assert client.get(path("application_withdraw", nora.pk)).status_code == 404


def test_charlie_finds_nothing_and_bob_may_not(client, bob, charlie, nora):
    applied(nora, dues_cents=99_900)
    step = all_of(Welcome).create(
        person=nora,
        application=all_of(Application).get(),
        step=WelcomeStep.objects.first(),
        due_on=timezone.localdate(),
    )
    of_nora = ("application_edit", "application_accept", "application_turn_down", "application_withdraw")
    for user in (bob, charlie):
        for name in of_nora:
            assert client.get(path(name, nora.pk)).status_code in (302, 404)
            assert send(client, user, path(name, nora.pk)).status_code == 404
        assert send(client, user, path("welcome_done", step.pk)).status_code == 404
        assert client.get(path("welcome_give", step.pk)).status_code == 404
    assert send(client, charlie, path("person_leave", nora.pk)).status_code == 404
    assert send(client, bob, path("person_leave", nora.pk)).status_code == 403
    for address in (LIST, WELCOME):
        shown = page(client, charlie, address, show="all")
        assert "Nora" not in shown and "999" not in shown


def test_somebody_at_large_is_proposed_for_where_their_address_belongs(client, dora, north):
    branch = make_unit("North 1", parent=north)
    make_claim(branch, value="97201")
    lone = make_person("Lone Berg", postcode="97201", country="US")
    shown = page(client, dora, path("application_accept", lone.pk))
    assert f'<option value="{branch.pk}" selected>North 1</option>' in shown
    assert "No unit (at large)" in shown


def test_a_former_member_is_known_as_one(client, alice, nora):
    make_standing(nora, from_on=timezone.localdate() - timedelta(days=900), to_on=timezone.localdate())
    shown = page(client, alice, path("application_edit", nora.pk))
    assert "Member before, from" in shown


def test_leaving_offers_the_way_back(client, alice, north):
    long_ago = timezone.localdate() - timedelta(days=900)
    mia = make_person("Mia Lind", unit=north, member_from=long_ago)
    assert "They leave" in page(client, alice, reverse("people:person_detail", args=[mia.pk]))
    today = timezone.localdate()
    form = {"on": today.isoformat(), "why": "resigned", "words": "no time", "stays": "on"}
    answer = send(client, alice, path("person_leave", mia.pk), **form | {"ask_on": today.isoformat()})
    assert "Choose a day from tomorrow on, or none." in readable(answer)
    answer = send(client, alice, path("person_leave", mia.pk), **form)
    shown = readable(client.get(answer.url))
    assert "Mia Lind has left." in shown and "Undo" in shown
    assert not is_member(mia)
    entry = shown.split("/people/undo/")[1].split("/")[0]
    client.post(reverse("people:change_undo", args=[entry]))
    assert is_member(mia)


def test_who_talks_and_does_not_change_people_is_told_and_keeps_what_they_wrote(client, north, nora):
    Role.objects.create(
        code="caller", name="Caller", permissions=["units.view", "people.view", "contacts.view", "contacts.work"]
    )
    form = {"applied_on": timezone.localdate().isoformat(), "said": "I want to help a lot", "dues_every": "month"}
    answer = readable(send(client, make_user("cal", caller=north), path("application_edit", nora.pk), **form))
    assert "Whoever may change people makes somebody an applicant. Ask them." in answer
    assert "I want to help a lot" in answer and not all_of(Application).exists()


def test_the_way_back_does_not_tell_who_is_followed_up(client, north):
    Role.objects.create(code="registrar", name="Registrar", permissions=["units.view", "people.view", "people.edit"])
    registrar = make_user("rita", registrar=north)
    form = {"on": timezone.localdate().isoformat(), "why": "resigned"}
    said = []
    for name in ("Followed Up", "Left Alone"):
        person = make_person(name, unit=north, member_from=timezone.localdate() - timedelta(days=900))
        if name == "Followed Up":
            make_case(person, "Attending")
        assert 'name="ask_on"' not in page(client, registrar, path("person_leave", person.pk))
        answer = send(client, registrar, path("person_leave", person.pk), **form | {"stays": "on"})
        assert answer.status_code == 302 and not is_member(person)
        said.append("/people/undo/" in readable(client.get(answer.url)))
    assert said == [False, False]


def test_administrators_choose_the_steps(client, alice, dora):
    assert send(client, alice, path("step_add"), name="x", after_days=1).status_code == 403
    assert "Write what is done." in readable(send(client, dora, path("step_add"), name=" ", after_days=1))
    send(client, dora, path("step_add"), name="Give them the paper", after_days=7)
    step = WelcomeStep.objects.get(name="Give them the paper")
    shown = page(client, dora, CHOICES)
    assert "Give them the paper" in shown and "within 7 days" in shown
    send(client, dora, path("step_retire", step.pk))
    assert "taken no more" in page(client, dora, CHOICES)
    assert send(client, dora, path("step_retire", step.pk)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_lists_ask_the_same_for_any_number(number, client, alice, north, django_assert_num_queries):
    for n in range(number):
        person = make_person(f"N{n} Berg", unit=north)
        row = applied(person, dues_cents=100)
        step = WelcomeStep.objects.order_by("pk").first()
        all_of(Welcome).create(person=person, application=row, step=step, due_on=timezone.localdate(), owner=alice)
    client.force_login(alice)
    for address, count in ((LIST, 14), (WELCOME, 13)):
        client.get(address)
        with django_assert_num_queries(count):
            text = readable(client.get(address))
        assert text.count("data-row") == number


def test_pages_go_on_and_back(client, alice, north, monkeypatch):
    monkeypatch.setattr(queries, "SIZE", 2)
    today = timezone.localdate()
    for n in range(5):
        person = make_person(f"N{n} Berg", unit=north)
        row = applied(person)
        row.applied_on = today - timedelta(days=9 - n)
        row.save()
    client.force_login(alice)

    def names(address):
        text = readable(client.get(address))
        ways = {
            way: text.split(f'rel="{way}" href="')[1].split('"')[0].replace("&amp;", "&")
            for way in ("next", "prev")
            if f'rel="{way}"' in text
        }
        return [n for n in range(5) if f"N{n} Berg" in text], ways

    first, ways = names(LIST)
    second, ways = names(ways["next"])
    third, last = names(ways["next"])
    assert (first, second, third) == ([0, 1], [2, 3], [4])
    assert names(last["prev"])[0] == [2, 3]
