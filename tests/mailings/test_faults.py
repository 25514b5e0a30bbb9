"""What goes wrong with one letter: it keeps no other back, and tells no address."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from muster.access.models import Role
from muster.mailings import tasks
from muster.mailings.models import Letter, Mailing, State
from muster.mailings.queries import audience, trials
from muster.mailings.services import delivery
from muster.people.models import Person, Placement
from tests.builders import NOON, make_case, make_mailing, make_reader, make_user
from tests.mailings.servers import letters_arrive
from tests.mailings.test_sending import deliver, send, state_of, states

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("port", [None, 1])
def test_a_trial_that_failed_names_nobody(port, alice, north, caplog):
    tasks.send_trial.enqueue(make_mailing(north).pk, alice.pk)
    with letters_arrive() as inbox:
        inbox.refuses[alice.email] = f"550 5.1.1 <{alice.email}>: no such user"
        with override_settings(EMAIL_PORT=port or settings.EMAIL_PORT):
            call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=1)
    job = DBTaskResult.objects.get(task_path=tasks.send_trial.module_path)
    assert (job.status, inbox.letters) == ("FAILED" if port else "SUCCESSFUL", [])
    assert alice.email not in f"{job.traceback}{job.args_kwargs}{job.return_value}{caplog.text}"


@pytest.mark.web
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    ("refuses", "given", "says"),
    [
        ({}, {}, "was sent: look at it in your own mail."),
        ({"refuses": "550 5.1.1 <{}>?"}, {}, "was not sent. The address was refused: 550"),
        ({"refuses": "451 4.7.1 {} later"}, {}, "was not sent. Put off: 451 4.7.1. Try again later."),
        ({"refuses_text": "554 5.7.1 {}"}, {}, "was not sent. The letter was refused: 554 5.7.1."),
        ({}, {"EMAIL_PORT": 1}, "was not sent. The mail server cannot be reached. Try again later"),
        ({}, {"DEFAULT_FROM_EMAIL": "büro@example.org"}, "was not sent. No letters can be sent: mail servers"),
        ({}, {"EMAIL_BACKEND": "muster.nowhere.Post"}, "was not sent. Something went wrong with it."),
    ],
)
def test_whoever_sent_themselves_a_letter_is_told_what_became_of_it(refuses, given, says, client, alice, north):
    mailing = make_mailing(north)
    page = reverse("mailings:mailing_detail", args=[mailing.pk])
    for user in (alice, make_user("sam", unit_organiser=north)):
        client.force_login(user)
        assert "letter to yourself" not in client.get(page).content.decode()
    client.force_login(alice)
    client.post(reverse("mailings:mailing_test", args=[mailing.pk]))
    shown = client.get(page).content.decode()
    assert "is on its way: look at it in your own mail." in shown
    assert f'hx-get="{page}" hx-trigger="every 3s"' in shown
    with letters_arrive() as inbox, override_settings(**given):
        for name, answer in refuses.items():
            getattr(inbox, name)[alice.email] = answer.format(alice.email)
        call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=1)
    shown = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert (says in shown, "hx-get" in shown, alice.email in shown) == (True, False, False)
    assert shown.lstrip().startswith('<div id="trial"')
    assert says in client.get(page).content.decode()
    # It is of nobody else's matter.
    client.force_login(get_user_model().objects.get(email="sam@example.org"))
    assert "letter to yourself" not in client.get(page).content.decode()


def test_a_page_that_waits_for_a_trial_is_shown_anew_once_the_letter_is_sent(client, alice, north):
    mailing = make_mailing(north)
    page = reverse("mailings:mailing_detail", args=[mailing.pk])
    client.force_login(alice)
    asked = {"HX-Request": "true", "HX-Target": "trial"}
    assert "HX-Refresh" not in client.get(page, headers=asked)
    Mailing.objects.unscoped("test").update(state=Mailing.State.DONE)
    assert client.get(page, headers=asked)["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(page, headers=asked | {"HX-Target": "report"})


def test_the_job_of_a_trial_is_named_as_it_is():
    assert tasks.send_trial.module_path == trials.JOB


@pytest.mark.web
def test_the_report_tells_no_address_and_nothing_of_whom_one_may_not_see(client, alice, north, south, actor_of):
    seen, gone = (make_reader(f"{name} Berg", unit=north) for name in ("Seen", "Gone"))
    mailing = send(actor_of(alice), make_mailing(north))
    with letters_arrive() as inbox:
        inbox.refuses = {seen.email: f"550 5.1.1 {seen.email}?", gone.email: f"552 5.2.2 {gone.email} is full"}
        deliver(actor_of(alice), mailing)
    Placement.objects.unscoped("a test").filter(person=gone).update(unit=south)
    client.force_login(alice)
    page = client.get(reverse("mailings:mailing_detail", args=[mailing.pk])).content.decode()
    assert "<span>Seen Berg<small>The address was refused: 550 5.1.1 &lt;" in page
    assert "<span>Somebody you do not see</span>" in page
    for hidden in ("552 5.2.2", "Gone Berg", "berg@example.org"):
        assert hidden not in page


@pytest.mark.web
def test_the_report_tells_nobody_what_their_role_may_not_ask(client, alice, north, actor_of):
    permissions = ["units.view", "people.view", "people.contact", "mailings.send"]
    Role.objects.create(code="sender", name="Sender", permissions=permissions)
    refused = make_reader("Seen Berg", unit=north)
    make_case(refused, "Attending")
    mailing = send(actor_of(alice), make_mailing(north, ask="stage:Attending"))
    with letters_arrive() as inbox:
        inbox.refuses = {refused.email: f"550 5.1.1 {refused.email}?"}
        deliver(actor_of(alice), mailing)
    shown = []
    for user in (alice, make_user("sam", sender=north)):
        client.force_login(user)
        page = client.get(reverse("mailings:mailing_detail", args=[mailing.pk])).content.decode()
        shown.append(("stage:Attending" in page, "Seen Berg" in page, "Somebody you do not see" in page))
    assert shown == [(True, True, False), (False, False, True)]


def test_an_address_with_signs_beyond_ascii_stops_nobody(alice, north, actor_of):
    actor = actor_of(alice)
    books, joerg, _ = (make_reader(f"{name} Berg", unit=north) for name in ("Books", "Joerg", "Last"))
    for person, email in ((books, "zoe@bücher.example"), (joerg, "jörg@example.org")):
        Person.objects.unscoped("a test").filter(pk=person.pk).update(email=email, email_key=email)
    mailing = send(actor, make_mailing(north))
    with letters_arrive() as inbox:
        assert deliver(actor, mailing) is None
    assert dict(inbox.got()) == {"zoe@xn--bcher-kva.example": 1, "last.berg@example.org": 1}
    assert [each["To"] for each in inbox.to("zoe@xn--bcher-kva.example")] == ["zoe@xn--bcher-kva.example"]
    assert states(mailing) == {"Books Berg": State.SENT, "Joerg Berg": State.REFUSED, "Last Berg": State.SENT}
    assert state_of(mailing) == Mailing.State.DONE
    reach = audience.audience(actor, north.pk, "tag:stall").reach
    assert (joerg.pk in reach.ids, reach.refused) == (False, 1)


def test_a_sender_with_a_name_beyond_ascii_keeps_nothing_back(alice, north, actor_of):
    north.name = "Örtliche Gruppe"
    north.save()
    make_reader(unit=north)
    mailing = send(actor_of(alice), make_mailing(north))
    with letters_arrive() as inbox, override_settings(DEFAULT_FROM_EMAIL="Büro <post@bücher.example>"):
        assert deliver(actor_of(alice), mailing) is None
    ((sender, _, letter),) = inbox.letters
    assert sender == "post@xn--bcher-kva.example"
    assert letter["From"] == "Örtliche Gruppe <post@xn--bcher-kva.example>"
    assert letter["Message-ID"].strip().endswith("@xn--bcher-kva.example>")
    assert states(mailing) == {"Nora Berg": State.SENT}


@pytest.mark.web
def test_a_sender_that_no_server_takes_is_told_once_and_the_letters_wait(client, alice, north, actor_of):
    make_reader(unit=north)
    mailing = send(actor_of(alice), make_mailing(north))
    wrong = (
        "No letters can be sent: “büro@example.org” is no address that mail servers take. Set MUSTER_MAIL_FROM to one"
        " with plain letters in front of the @, such as Büro <office@example.org>."
    )
    client.force_login(alice)
    with letters_arrive() as inbox:
        with override_settings(DEFAULT_FROM_EMAIL="büro@example.org"):
            assert deliver(actor_of(alice), mailing) == NOON + delivery.UNREACHED
            (told,) = [each for each in run_checks() if each.id == "mailings.W001"]
            # All other commands go on.
            assert (told.msg, told.is_serious()) == (wrong, False)
            page = client.get(reverse("mailings:mailing_detail", args=[mailing.pk])).content.decode()
        assert (inbox.letters, states(mailing)) == ([], {"Nora Berg": State.QUEUED})
        assert delivery.NO_SENDER in page
        # What is to be set, whoever writes letters cannot.
        assert "MUSTER_MAIL_FROM" not in page
        assert deliver(actor_of(alice), mailing) is None
    assert states(mailing) == {"Nora Berg": State.SENT}
    assert [each for each in run_checks() if each.id == "mailings.W001"] == []


def test_no_letter_goes_to_another_address_than_the_one_that_stands_there(alice, north, actor_of):
    actor = actor_of(alice)
    odd = make_reader("Odd Berg", unit=north)
    make_reader("Last Berg", unit=north)
    email = "<x>@example.org"
    Person.objects.unscoped("a test").filter(pk=odd.pk).update(email=email, email_key=email)
    mailing = send(actor, make_mailing(north))
    with letters_arrive() as inbox:
        assert deliver(actor, mailing) is None
    assert dict(inbox.got()) == {"last.berg@example.org": 1}
    assert states(mailing) == {"Odd Berg": State.REFUSED, "Last Berg": State.SENT}
    assert audience.audience(actor, north.pk, "tag:stall").reach.refused == 1


def test_one_that_cannot_be_made_is_given_up_and_the_others_go_out(alice, north, actor_of, caplog):
    actor = actor_of(alice)
    broken, _ = (make_reader(f"{name} Berg", unit=north) for name in ("Broken", "Last"))
    mailing = send(actor, make_mailing(north))
    # No way out can be made of it.
    Letter.objects.unscoped("a test").filter(person=broken).update(token="broken.berg@example.org/x")
    with letters_arrive() as inbox:
        assert deliver(actor, mailing) is None
    assert dict(inbox.got()) == {"last.berg@example.org": 1}
    assert states(mailing) == {"Broken Berg": State.PARKED, "Last Berg": State.SENT}
    assert state_of(mailing) == Mailing.State.DONE
    number = Letter.objects.unscoped("a test").get(person=broken).pk
    assert [each.getMessage() for each in caplog.records] == [f"Letter {number} is given up: NoReverseMatch"]
    assert "@" not in caplog.text


def test_an_answer_that_cannot_be_read_is_no_yes(alice, north, actor_of):
    early, late = (make_reader(f"{name} Berg", unit=north) for name in ("Early", "Late"))
    mailing = send(actor_of(alice), make_mailing(north))
    with letters_arrive() as inbox:
        inbox.refuses, inbox.refuses_text = {early.email: "what?"}, {late.email: "what?"}
        deliver(actor_of(alice), mailing)
    assert states(mailing) == {"Early Berg": State.QUEUED, "Late Berg": State.DOUBTFUL}
