"""Reminders of next steps: chosen, once a day, of one's own, naming nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from muster.accounts.models import Reminders
from muster.mailings import tasks
from muster.mailings.models import Reminder, State
from muster.mailings.post import Post
from muster.mailings.services import reminders
from muster.workflows import erasure
from muster.workflows.reminders import ask
from tests.builders import TODAY, make_case, make_person, make_user
from tests.mailings.servers import letters_arrive

pytestmark = [pytest.mark.db, pytest.mark.django_db]
# TODAY is a Sunday.
NIGHT = datetime(2026, 11, 1, 3, 5, tzinfo=UTC)
SEVEN = NIGHT.replace(hour=7, minute=0)
MONDAY = NIGHT + timedelta(days=1)


def chooses(user, how):
    user.reminders = how
    user.save()


@pytest.fixture
def due(alice, north):
    chooses(alice, Reminders.DAILY)
    for name in ("Nora Berg", "Nils Berg"):
        make_case(make_person(name, unit=north), owner=alice, next_step="Call", next_on=TODAY)
    make_case(make_person("Later Berg", unit=north), owner=alice, next_on=TODAY + timedelta(days=7))
    make_case(make_person("Nobodys Berg", unit=north), next_on=TODAY)


def deliver(actor, now):
    return reminders.deliver(actor=actor, post=Post(), clock=lambda: now, most=100)


def told():
    return dict(Reminder.objects.order_by("pk").values_list("user__name", "count"))


def test_who_chose_it_is_told_how_many_are_due_and_not_who(alice, bob, charlie, south, due, actor_of, settings):
    settings.SITE = "https://muster.example.org"
    chooses(bob, Reminders.DAILY)
    make_case(make_person("Sven South", unit=south), owner=charlie, next_on=TODAY)
    assert ask(NIGHT) == "To be reminded of next steps: 1."
    assert told() == {"alice": 2}
    with letters_arrive() as inbox:
        assert deliver(actor_of(alice), NIGHT) == SEVEN
        assert inbox.letters == []
        assert deliver(actor_of(alice), SEVEN) is None
    ((_, to, message),) = inbox.letters
    assert (to, message["To"], message["Subject"]) == ("alice@example.org", "alice@example.org", "2 next steps are due")
    assert message.get_content().replace("\r", "") == (
        "2 next steps are due with the people you follow up:\nhttps://muster.example.org/contacts/follow-up/\n\n"
        "This letter names nobody, as mail can be read on its way. You chose it under Your account, where you can end it:\n"
        "https://muster.example.org/me/\n"
    )
    assert (message["Auto-Submitted"], message["List-Unsubscribe"]) == ("auto-generated", None)


def test_once_a_day_however_often_the_night_is_asked_for(alice, due, actor_of):
    ask(NIGHT)
    with letters_arrive() as inbox:
        deliver(actor_of(alice), SEVEN)
        assert ask(NIGHT) == "Nobody is reminded today."
        deliver(actor_of(alice), SEVEN)
        assert sum(inbox.got().values()) == 1
        ask(MONDAY)
        deliver(actor_of(alice), MONDAY + timedelta(hours=5))
        assert sum(inbox.got().values()) == 2


def test_weekly_is_on_mondays_and_never_is_never(alice, due):
    chooses(alice, Reminders.NEVER)
    ask(MONDAY)
    assert told() == {}
    chooses(alice, Reminders.WEEKLY)
    ask(NIGHT)
    assert told() == {}
    ask(MONDAY)
    assert told() == {"alice": 2}


def test_whoever_may_see_contacts_no_more_is_not_told(alice, due):
    from muster.access.models import Grant

    Grant.objects.filter(user=alice).update(to_on=TODAY)
    ask(NIGHT)
    assert told() == {}


@pytest.mark.parametrize("changed", [{"reminders": Reminders.NEVER}, {"is_active": False}])
def test_whoever_wants_none_any_more_gets_none(alice, due, actor_of, changed):
    ask(NIGHT)
    type(alice).objects.filter(pk=alice.pk).update(**changed)
    with letters_arrive() as inbox:
        assert deliver(actor_of(alice), SEVEN) is None
    assert (inbox.letters, Reminder.objects.get().state) == ([], State.LEFT_OUT)


def test_what_perhaps_was_sent_and_what_is_late_is_left_at_that(alice, due, actor_of):
    ask(NIGHT)
    Reminder.objects.update(state=State.SENDING, changed_at=SEVEN)
    with letters_arrive() as inbox:
        deliver(actor_of(alice), SEVEN + timedelta(minutes=11))
        assert Reminder.objects.get().state == State.DOUBTFUL
        ask(MONDAY)
        deliver(actor_of(alice), MONDAY + timedelta(hours=17))
    assert inbox.letters == []
    assert [row.state for row in Reminder.objects.order_by("pk")] == [State.DOUBTFUL, State.LEFT_OUT]


def test_a_server_that_is_away_is_waited_for(alice, due, actor_of):
    ask(NIGHT)
    with letters_arrive() as inbox:
        with override_settings(EMAIL_PORT=1):
            assert deliver(actor_of(alice), SEVEN) == SEVEN + timedelta(minutes=10)
        assert deliver(actor_of(alice), SEVEN + timedelta(minutes=10)) is None
    assert dict(inbox.got()) == {"alice@example.org": 1}


def of_each(*users):
    for user in users:
        chooses(user, Reminders.DAILY)
        Reminder.objects.create(user=user, day=TODAY, count=1, due_at=SEVEN, changed_at=NIGHT)


def test_an_address_with_signs_beyond_ascii_stops_nobody(alice, bob, charlie, actor_of):
    for user, email in ((alice, "zoe@bücher.example"), (bob, "jörg@example.org")):
        user.email = email
        user.save()
    of_each(alice, bob, charlie)
    with letters_arrive() as inbox:
        assert deliver(actor_of(alice), SEVEN) is None
    assert dict(inbox.got()) == {"zoe@xn--bcher-kva.example": 1, "charlie@example.org": 1}
    assert [row.state for row in Reminder.objects.order_by("pk")] == [State.SENT, State.REFUSED, State.SENT]


def test_one_of_which_something_goes_wrong_is_given_up_and_the_others_go_out(alice, bob, actor_of, caplog):
    of_each(alice, bob)
    asked = []

    def clock():
        """Fails when it is asked for the second time, which is for the first letter."""
        asked.append(SEVEN)
        if len(asked) == 2:
            raise LookupError("alice@example.org")
        return SEVEN

    with letters_arrive() as inbox:
        assert reminders.deliver(actor=actor_of(alice), post=Post(), clock=clock, most=100) is None
    assert dict(inbox.got()) == {"bob@example.org": 1}
    assert [row.state for row in Reminder.objects.order_by("pk")] == [State.PARKED, State.SENT]
    number = Reminder.objects.get(user=alice).pk
    assert [each.getMessage() for each in caplog.records] == [f"Reminder {number} is given up: LookupError"]


def test_the_job_waits_in_the_queue_until_the_morning(alice, due):
    ask(NIGHT)
    job = DBTaskResult.objects.get(task_path=tasks.remind.module_path)
    assert (job.status, job.args_kwargs["args"]) == ("READY", [])


def test_old_ones_and_those_of_who_is_erased_are_forgotten(alice, north, due, dora, actor_of):
    ask(NIGHT)
    ask(NIGHT + timedelta(days=31))
    assert Reminder.objects.count() == 1
    member = make_user("mia")
    person = make_person("Mia Berg", unit=north, user=member)
    Reminder.objects.create(user=member, day=TODAY, count=1, due_at=NIGHT, changed_at=NIGHT)
    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NIGHT)
    assert told() == {"alice": 2 + 1}


@pytest.mark.web
def test_one_chooses_it_on_ones_own_page(client, alice):
    client.force_login(alice)
    assert "A letter about your next steps" in client.get("/me/").content.decode()
    client.post("/me/", {"name": "Alice", "reminders": "weekly"})
    alice.refresh_from_db()
    assert alice.reminders == Reminders.WEEKLY
    client.post("/me/", {"name": "Alice", "reminders": "hourly"})
    alice.refresh_from_db()
    assert alice.reminders == Reminders.WEEKLY
