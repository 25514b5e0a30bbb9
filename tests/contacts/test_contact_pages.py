"""The pages of following up: what each of the cast gets, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from muster.access.models import Role
from muster.contacts.models import Case, Conversation, Scale, Stage
from muster.people.models import Person
from tests.builders import NOON, make_case, make_grant, make_inquiry, make_person, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.web, pytest.mark.django_db]
LIST = "/contacts/follow-up/"
# Those of the frame and of the limit; then cases, people with homes and standings, stages, and four counts.
QUERIES = 15


@pytest.fixture
def nora(north):
    return make_person("Nora Berg", unit=north)


def path(name, *args):
    return reverse(f"contacts:{name}", args=args)


def page(client, user, address, **query):
    client.force_login(user)
    return readable(client.get(address, query))


def send(client, user, address, **data):
    client.force_login(user)
    return client.post(address, data)


def case_of(person):
    return Case.objects.unscoped("a test").get(person=person)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_for_any_number(number, client, alice, north, django_assert_num_queries):
    for n in range(number):
        make_case(make_person(f"N{n} Berg", unit=north), owner=alice)
    client.force_login(alice)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        text = readable(client.get(LIST))
    assert text.count("data-row") == number


def test_the_lists_show_what_is_the_readers(client, alice, bob, charlie, nora):
    make_case(nora, owner=alice, next_step="Bring the paper")
    text = page(client, alice, LIST)
    assert "Nora Berg" in text and "Bring the paper" in text
    assert "Nora Berg" not in page(client, charlie, LIST, show="all")
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    assert "Nobody waits today" in page(client, charlie, LIST)


def test_a_call_is_noted_with_what_is_next_in_two_answers(client, alice, nora):
    make_case(nora, owner=alice)
    text = page(client, alice, path("contact_detail", nora.pk))
    assert "No answer: call again in 2 days" in text
    answer = send(client, alice, path("conversation_note", nora.pk), result="no_answer", kind="call", seen=0)
    assert answer.url == path("contact_detail", nora.pk)
    text = page(client, alice, answer.url)
    assert "Next: Call again" in text and "Call: no answer" in text


def test_what_was_typed_stays_where_it_was_wrong(client, alice, nora):
    make_case(nora)
    answer = send(client, alice, path("conversation_note", nora.pk), kind="call", note="Likes to sing", seen=0)
    text = readable(answer)
    assert "Choose what came of it." in text and "Likes to sing" in text
    assert not Conversation.objects.unscoped("a test").exists()


def test_somebody_quicker_is_shown_and_the_note_goes_in_the_second_time(client, alice, north, nora):
    anna = make_user("anna", unit_organiser=north)
    make_case(nora)
    address = path("conversation_note", nora.pk)
    data = {"result": "reached", "kind": "call", "seen": 0, "note": "Comes on Tuesday"}
    assert send(client, anna, address, **data).status_code == 302
    text = readable(send(client, alice, address, **data))
    assert "anna was quicker" in text and text.count("Comes on Tuesday") == 2
    seen = re.search(r'name="seen" value="(\d+)"', text)[1]
    assert send(client, alice, address, **data | {"seen": seen}).status_code == 302


def test_to_the_next_stage_and_back(client, alice, nora):
    case = make_case(nora)
    contacted = Stage.objects.get(name="Contacted").pk
    answer = send(client, alice, path("stage_move", nora.pk), stage=contacted, seen=case.version)
    text = page(client, alice, answer.url)
    assert "Now: Contacted." in text
    undo = re.search(r'action="(/contacts/follow-up/stage/\d+/undo/)"', text)[1]
    send(client, alice, undo)
    assert case_of(nora).stage.name == "Inquiry"
    assert "Say from which day on" in readable(
        send(client, alice, path("stage_move", nora.pk), stage=Stage.objects.get(name="Not now").pk)
    )


def test_owner_and_next_step_are_said_on_the_page(client, alice, nora):
    make_case(nora)
    send(client, alice, path("case_assign", nora.pk), owner=alice.pk)
    answer = send(client, alice, path("case_plan", nora.pk), step="Visit", on="2090-01-05")
    text = page(client, alice, answer.url)
    assert "Next: Visit" in text and "yours" in text
    assert "Choose today or a later day." in readable(
        send(client, alice, path("case_plan", nora.pk), step="x", on="2001-01-05")
    )


def test_who_may_look_only_has_nothing_to_press(client, north, nora):
    Role.objects.create(code="looker", name="Looker", permissions=["units.view", "people.view", "contacts.view"])
    looker = make_user("looker", looker=north)
    make_case(nora)
    text = page(client, looker, path("contact_detail", nora.pk))
    assert "Inquiry" in text
    for name in ("conversation_note", "stage_move", "case_assign", "case_plan", "person_assess", "case_open"):
        assert path(name, nora.pk) not in text
        assert send(client, looker, path(name, nora.pk)).status_code == 403


def test_a_contact_of_elsewhere_is_not_there(client, bob, charlie, nora):
    make_case(nora)
    for user in (bob, charlie):
        client.force_login(user)
        for person_id in (nora.pk, 999_999):
            assert client.get(path("contact_detail", person_id)).status_code == 404
            assert client.post(path("conversation_note", person_id)).status_code == 404


def test_an_inquiry_is_taken_up_at_one_press(client, alice, north):
    asked = make_inquiry(name="Ada Late", unit=north, routed_by="nearest", message="May I come?")
    assert path("inquiry_take_up", asked.pk) in page(client, alice, "/contacts/")
    answer = send(client, alice, path("inquiry_take_up", asked.pk))
    text = page(client, alice, answer.url)
    assert "Ada Late" in text and "May I come?" in text and "It is yours from now on." in text
    assert "Ada Late" not in page(client, alice, "/contacts/").partition("It is yours")[2].partition("data-row")[2]
    assert "Taken up" in page(client, alice, "/contacts/", show="all")


def test_whoever_may_be_known_already_is_asked_for_first(client, alice, charlie, north, south):
    ada = make_person("Ada Late", unit=north, email="ada@example.org", email_key="ada@example.org")
    make_person("Ada Late", unit=south)
    asked = make_inquiry(name="Ada Late", email="ada@example.org", unit=north, routed_by="nearest")
    address = path("inquiry_take_up", asked.pk)
    text = readable(send(client, alice, address))
    assert "Ada Late, North: the same name, the same e-mail" in text and "South" not in text
    answer = send(client, alice, address, sure=1, person=ada.pk)
    assert answer.url == path("contact_detail", ada.pk)
    assert Person.objects.unscoped("a test").count() == 2


def test_a_member_who_wrote_does_not_wait(client, alice, north):
    member = make_person("Mia Lind", unit=north, member_from=NOON.date() - timedelta(days=99))
    make_inquiry(name="Mia Lind", person=member, unit=north, routed_by="nearest")
    assert "Mia Lind" not in page(client, alice, "/contacts/")
    assert "Mia Lind" in page(client, alice, "/contacts/", show="all")


def test_a_member_of_elsewhere_who_wrote_waits_like_anybody(client, alice, dora, north, south):
    """Alice is not told that Mia, who is in South, is a member; to dora, who sees Mia, it does not wait."""
    member = make_person("Mia Lind", unit=south, member_from=NOON.date() - timedelta(days=99))
    make_inquiry(name="Mia Lind", person=member, unit=north, routed_by="nearest")
    make_inquiry(name="Nobody Known", unit=north, routed_by="nearest")
    shown = page(client, alice, "/contacts/")
    assert "Mia Lind" in shown and "Nobody Known" in shown
    assert "Mia Lind" not in page(client, dora, "/contacts/")


def test_the_record_leads_to_the_contact_where_one_may_see_it(client, alice, bob, nora):
    link = path("contact_detail", nora.pk)
    assert link in page(client, alice, f"/people/{nora.pk}/")
    assert link not in page(client, bob, f"/people/{nora.pk}/")


def test_stages_and_scales_are_the_administrators(client, alice, dora):
    client.force_login(alice)
    assert client.get(path("choice_list")).status_code == 403
    send(client, dora, path("choice_list"), name="Came to a stall")
    names = [stage.name for stage in Stage.objects.order_by("position")]
    assert names.index("Came to a stall") == names.index("Applicant") + 1
    assert "There is a stage of that name already." in readable(
        send(client, dora, path("choice_list"), name="came to a STALL")
    )
    stall = Stage.objects.get(name="Came to a stall")
    send(client, dora, path("stage_edit", stall.pk), name="At a stall", earlier="on")
    names = [stage.name for stage in Stage.objects.order_by("position")]
    assert names.index("At a stall") == names.index("Applicant") - 1
    never = Stage.objects.get(name="Do not contact")
    assert "There must be another one" in readable(
        send(client, dora, path("stage_edit", never.pk), name=never.name, retired="on")
    )
    send(client, dora, path("scale_add"), name="Hours", steps="None\nFew\nMany")
    hours = Scale.objects.get(name="Hours")
    assert hours.steps == ["None", "Few", "Many"]
    assert "Write from 2 to 10 steps" in readable(send(client, dora, path("scale_add"), name="One", steps="x"))
    send(client, dora, path("scale_retire", hours.pk))
    hours.refresh_from_db()
    assert hours.retired_on is not None
    assert client.post(path("scale_retire", hours.pk)).status_code == 404


def test_an_assessment_is_said_with_its_day(client, alice, nora):
    scale = Scale.objects.get(name="Support")
    answer = send(client, alice, path("person_assess", nora.pk), scale=scale.pk, step=2)
    assert "2, Supports us" in page(client, alice, answer.url)
    assert "Choose one of the steps." in readable(
        client.post(path("person_assess", nora.pk), {"scale": scale.pk, "step": 9}, follow=True)
    )


def test_ones_own_record_tells_what_was_noted(client, alice, north, nora):
    own = make_user("nora")
    make_grant(own, "member", north)
    Person.objects.unscoped("a test").filter(pk=nora.pk).update(user=own)
    make_case(nora)
    send(client, alice, path("conversation_note", nora.pk), result="reached", kind="call", seen=0, note="Sings well")
    text = page(client, own, reverse("web:own_record"))
    assert "Call: reached" in text and "Sings well" in text
