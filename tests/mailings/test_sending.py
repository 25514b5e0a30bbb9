"""Letters written, looked at and sent: who may, who gets one, what each reads, and that a real server got it."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from muster.access.actor import NotAllowed
from muster.audit.models import Entry
from muster.mailings import tasks
from muster.mailings.calc.fields import WrongField
from muster.mailings.models import Letter, Mailing, State
from muster.mailings.post import Post
from muster.mailings.queries import audience, mailings
from muster.mailings.services import delivery, drafts, sending
from muster.mailings.services._shared import ChangedMeanwhile, NoSuchMailing
from muster.mailings.services.drafts import BadAddress, Draft, TextMissing
from muster.people.calc.questions import WrongQuestion
from muster.people.models import Person
from muster.people.services import consents
from tests.builders import NOON, make_mailing, make_person, make_reader, make_unit, make_user
from tests.mailings.servers import letters_arrive

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DRAFT = Draft("May Day", "Dear {given_name|friend}", "tag:stall", "north@example.org", "North, Salem")


def states(mailing):
    rows = Letter.objects.unscoped("a test").filter(mailing=mailing).order_by("pk")
    return {str(row.person): row.state for row in rows.select_related("person")}


def send(actor, mailing, *, seen=None, reason="", now=NOON):
    mailing.refresh_from_db()
    count = len(audience.audience(actor, mailing.unit_id, mailing.ask).reach.ids) if seen is None else seen
    return sending.send_mailing(
        actor=actor, mailing_id=mailing.pk, version=mailing.version, seen=count, reason=reason, now=now
    )


def deliver(actor, mailing, *, now=NOON, most=100):
    return delivery.deliver(actor=actor, mailing_id=mailing.pk, post=Post(), clock=lambda: now, most=most)


def state_of(mailing):
    mailing.refresh_from_db()
    return mailing.state


def test_alice_writes_and_bob_and_charlie_may_not(alice, bob, charlie, north, actor_of):
    for user in (bob, charlie):
        with pytest.raises(NotAllowed):
            drafts.begin(actor=actor_of(user), unit_id=north.pk, draft=DRAFT, now=NOON)
    made = drafts.begin(actor=actor_of(alice), unit_id=north.pk, draft=DRAFT, now=NOON)
    given = {"mailing_id": made.pk}
    for user in (bob, charlie):
        actor = actor_of(user)
        assert mailings.mailing(actor, made.pk) is None
        assert mailings.mailings(actor, actor).rows == []
        for act in (
            lambda actor=actor: drafts.change(actor=actor, version=1, draft=DRAFT, **given),
            lambda actor=actor: drafts.remove(actor=actor, **given),
            lambda actor=actor: sending.stop_mailing(actor=actor, now=NOON, **given),
            lambda actor=actor: sending.send_mailing(actor=actor, version=1, seen=9, reason="x", now=NOON, **given),
            lambda actor=actor: sending.settle(actor=actor, letter_ids=[], again=True, now=NOON, **given),
        ):
            with pytest.raises(NoSuchMailing):
                act()
    drafts.remove(actor=actor_of(alice), **given)
    assert not Mailing.objects.unscoped("a test").exists()


@pytest.mark.parametrize(
    ("changed", "error", "field"),
    [
        ({"subject": " "}, TextMissing, "subject"),
        ({"body": " \n"}, TextMissing, "body"),
        ({"imprint": ""}, TextMissing, "imprint"),
        ({"body": "{phone}"}, WrongField, "body"),
        ({"reply_to": "north"}, BadAddress, "reply_to"),
        ({"reply_to": "<x>@example.org"}, BadAddress, "reply_to"),
        ({"reply_to": "nörd@example.org"}, BadAddress, "reply_to"),
        ({"ask": "tagg:x"}, WrongQuestion, "ask"),
    ],
)
def test_what_cannot_be_sent_is_not_kept(changed, error, field, alice, north, actor_of):
    given = {name: getattr(DRAFT, name) for name in Draft.__slots__} | changed
    with pytest.raises(error) as raised:
        drafts.begin(actor=actor_of(alice), unit_id=north.pk, draft=Draft(**given), now=NOON)
    assert raised.value.field == field
    assert not Mailing.objects.unscoped("a test").exists()


def test_of_two_editors_the_second_is_told(alice, north, actor_of):
    actor = actor_of(alice)
    made = drafts.begin(actor=actor, unit_id=north.pk, draft=DRAFT, now=NOON)
    drafts.change(actor=actor, mailing_id=made.pk, version=1, draft=DRAFT)
    with pytest.raises(ChangedMeanwhile):
        drafts.change(actor=actor, mailing_id=made.pk, version=1, draft=DRAFT)
    with pytest.raises(ChangedMeanwhile):
        sending.send_mailing(actor=actor, mailing_id=made.pk, version=1, seen=0, reason="", now=NOON)


def everybody(north, south):
    """Who gets it, and one for each reason not to."""
    branch = make_unit("North 1", parent=north)
    make_reader("Nora Berg", unit=north)
    make_reader("Below Berg", unit=branch)
    make_reader("Never Asked", unit=north, email_opt_in=None)
    make_reader("Said No", unit=north, email_opt_in=False)
    make_reader("No Address", unit=north, email="", email_key="")
    make_reader("Else Where", unit=north, tags="")
    make_reader("Sven South", unit=south)
    return make_reader("Came Back", unit=north)


def test_who_gets_a_letter_and_why_others_do_not(alice, north, south, actor_of):
    back = everybody(north, south)
    actor = actor_of(alice)
    consents.note_refused(actor=actor, person_id=back.pk, email=back.email)
    reach = audience.audience(actor, north.pk, "tag:stall").reach
    assert (reach.fits, reach.without_address, reach.not_agreed, reach.refused) == (6, 1, 2, 1)
    mailing = send(actor, make_mailing(north))
    assert states(mailing) == {"Nora Berg": State.QUEUED, "Below Berg": State.QUEUED}
    # Another address is another matter.
    Person.objects.unscoped("a test").filter(pk=back.pk).update(email="new@example.org", email_key="new@example.org")
    assert audience.audience(actor, north.pk, "tag:stall").reach.refused == 0


def test_nobody_is_written_to_whose_details_one_may_not_see(alice, north, south, actor_of):
    """An organiser of North who may also look at South writes to North alone."""
    from tests.builders import make_grant

    make_grant(alice, "unit_viewer", south)
    everybody(north, south)
    root = north.parent
    with pytest.raises(NotAllowed):
        drafts.begin(actor=actor_of(alice), unit_id=root.pk, draft=DRAFT, now=NOON)
    assert audience.audience(actor_of(alice), root.pk, "tag:stall").reach.fits == 6
    with pytest.raises(WrongQuestion):
        audience.audience(actor_of(alice), south.pk, "tag:stall")


def test_a_letter_is_written_to_one_reader_alone(alice, north, south, actor_of, settings):
    settings.SITE = "https://muster.example.org"
    make_reader("Nora <b>Berg</b>", unit=north, email="home@example.org", email_key="home@example.org")
    make_reader("Nils Berg", unit=north, email="home@example.org", email_key="home@example.org", given_name="")
    actor = actor_of(alice)
    mailing = make_mailing(north, reply_to="north@example.org", body="Dear {given_name|friend} of {unit}, {name}")
    with letters_arrive() as inbox:
        send(actor, mailing)
        assert deliver(actor, mailing) is None
    assert state_of(mailing) == Mailing.State.DONE
    # Two of one household get one each.
    assert dict(inbox.got()) == {"home@example.org": 2}
    assert inbox.sessions == 1
    first, second = inbox.to("home@example.org")
    assert first["From"] == "North <post@muster.example.org>"
    assert (first["To"], first["Cc"], first["Bcc"]) == ("home@example.org", None, None)
    assert (first["Subject"], first["Reply-To"]) == ("May Day", "north@example.org")
    tokens = list(Letter.objects.unscoped("a test").order_by("pk").values_list("token", flat=True))
    assert first["List-Unsubscribe"].strip() == f"<https://muster.example.org/unsubscribe/{tokens[0]}/>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Message-ID"] != second["Message-ID"]
    text, html = (first.get_body([kind]).get_content().replace("\r", "") for kind in ("plain", "html"))
    assert text.startswith("Dear Nora of North, Nora <b>Berg</b>\n\n-- \nNorth, 1 Main Street, Salem\n")
    assert html.startswith("<p>Dear Nora of North, Nora &lt;b&gt;Berg&lt;/b&gt;</p>")
    assert f"/unsubscribe/{tokens[0]}/" in text
    assert f"/unsubscribe/{tokens[0]}/" in html
    assert second.get_body(["plain"]).get_content().startswith("Dear friend of North, Berg")
    for letter in (first, second):
        assert "<img" not in letter.as_string()


def test_consent_address_and_rights_count_at_the_moment_of_sending(alice, north, south, actor_of):
    actor = actor_of(alice)
    no, moved, gone, _ = (make_reader(name, unit=north) for name in ("Nora No", "Mo Moved", "Gone Berg", "Ida Berg"))
    mailing = send(actor, make_mailing(north))
    consents.set_consents(actor=actor, person_id=no.pk, to=(False, None), now=NOON)
    Person.objects.unscoped("a test").filter(pk=moved.pk).update(email="mo@new.example", email_key="mo@new.example")
    from muster.people.models import Placement

    Placement.objects.unscoped("a test").filter(person=gone).update(unit=south)
    with letters_arrive() as inbox:
        deliver(actor, mailing)
    assert dict(inbox.got()) == {"mo@new.example": 1, "ida.berg@example.org": 1}
    assert states(mailing) == {
        "Nora No": State.LEFT_OUT,
        "Mo Moved": State.SENT,
        "Gone Berg": State.LEFT_OUT,
        "Ida Berg": State.SENT,
    }


def test_whoever_lost_the_right_sends_no_more(alice, bob, north, actor_of):
    make_reader(unit=north)
    mailing = send(actor_of(alice), make_mailing(north))
    with letters_arrive() as inbox:
        assert deliver(actor_of(bob), mailing) is None
    assert (state_of(mailing), states(mailing), inbox.letters) == (Mailing.State.STOPPED, {"Nora Berg": "left_out"}, [])
    assert mailing.told == "Whoever sent it may not write for this unit any more."


def test_a_stopped_letter_goes_to_nobody_more(alice, north, actor_of):
    for name in ("A Berg", "B Berg", "C Berg"):
        make_reader(name, unit=north)
    actor = actor_of(alice)
    mailing = send(actor, make_mailing(north))
    with letters_arrive() as inbox:
        deliver(actor, mailing, most=1)
        assert sending.stop_mailing(actor=actor, mailing_id=mailing.pk, now=NOON) == 2
        assert deliver(actor, mailing) is None
    assert sum(inbox.got().values()) == 1
    assert state_of(mailing) == Mailing.State.STOPPED


def test_what_is_put_off_is_tried_five_times_and_what_is_refused_is_known(alice, north, actor_of):
    actor = actor_of(alice)
    busy, no_such, spam, fine = (make_reader(f"{name} Berg", unit=north) for name in ("Busy", "None", "Spam", "Fine"))
    mailing = send(actor, make_mailing(north))
    with letters_arrive() as inbox:
        inbox.refuses = {busy.email: "451 Try later", no_such.email: f"550 5.1.1 <{no_such.email}>: No such user"}
        inbox.refuses_text = {spam.email: f"554 5.7.1{spam.email} is spam"}
        now, tries = NOON, 0
        while (again := deliver(actor, mailing, now=now)) is not None:
            assert again - now in (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
            now, tries = again, tries + 1
    assert tries == 4
    assert states(mailing) == {
        "Busy Berg": State.PARKED,
        "None Berg": State.REFUSED,
        "Spam Berg": State.REFUSED,
        "Fine Berg": State.SENT,
    }
    answers = Letter.objects.unscoped("a test").order_by("pk").values_list("answer", flat=True)
    assert list(answers) == [
        "Put off: 451",
        "The address was refused: 550 5.1.1",
        "The letter was refused: 554",
        "",
    ]
    # The address that is not there gets no other letter; the one whose server disliked the text does.
    reach = audience.audience(actor, north.pk, "tag:stall").reach
    assert (set(reach.ids), reach.refused) == ({busy.pk, spam.pk, fine.pk}, 1)
    lines = mailings.troubled(actor, mailing.pk, now=NOON)
    assert {line.name for line in lines} == {"Busy Berg", "None Berg", "Spam Berg"}


def test_a_server_that_is_away_is_waited_for(alice, north, actor_of):
    make_reader(unit=north)
    actor = actor_of(alice)
    mailing = send(actor, make_mailing(north))
    with letters_arrive() as inbox:
        with override_settings(EMAIL_PORT=1):
            assert deliver(actor, mailing) == NOON + timedelta(minutes=10)
        mailing.refresh_from_db()
        assert mailing.told.startswith("The mail server cannot be reached: ")
        assert states(mailing) == {"Nora Berg": State.QUEUED}
        assert deliver(actor, mailing, now=NOON + timedelta(minutes=10)) is None
    assert sum(inbox.got().values()) == 1
    mailing.refresh_from_db()
    assert mailing.told == ""


def test_a_connection_that_breaks_after_the_text_leaves_a_doubt_that_somebody_settles(alice, charlie, north, actor_of):
    actor = actor_of(alice)
    for name in ("A Berg", "B Berg", "C Berg"):
        make_reader(name, unit=north)
    mailing = send(actor, make_mailing(north))
    with letters_arrive() as inbox:
        inbox.dies_after = 2
        assert deliver(actor, mailing) is None
        assert states(mailing) == {"A Berg": State.SENT, "B Berg": State.DOUBTFUL, "C Berg": State.SENT}
        doubt = Letter.objects.unscoped("a test").get(mailing=mailing, state=State.DOUBTFUL)
        given = {"actor": actor, "mailing_id": mailing.pk, "letter_ids": [doubt.pk], "now": NOON}
        first = inbox.to("b.berg@example.org")[0]
        assert sending.settle(again=True, **given) == 1
        assert deliver(actor, mailing) is None
        assert dict(inbox.got()) == {"a.berg@example.org": 1, "b.berg@example.org": 2, "c.berg@example.org": 1}
        # Whoever gets it twice can tell: it has the same number.
        assert {each["Message-ID"] for each in inbox.to("b.berg@example.org")} == {first["Message-ID"]}
        assert sending.settle(again=False, **given) == 0
    assert state_of(mailing) == Mailing.State.DONE


def test_one_that_broke_off_is_doubtful_after_ten_minutes_and_counts_as_sent_if_somebody_says_so(
    alice, north, actor_of
):
    actor = actor_of(alice)
    make_reader(unit=north)
    mailing = send(actor, make_mailing(north))
    letter = Letter.objects.unscoped("a test").filter(mailing=mailing)
    letter.update(state=State.SENDING, changed_at=NOON)
    with letters_arrive() as inbox:
        again = deliver(actor, mailing, now=NOON + timedelta(minutes=9))
        assert again == NOON + timedelta(minutes=10, seconds=1)
        assert mailings.report(actor, mailing.pk, now=NOON).counts == {"sending": 1}
        assert deliver(actor, mailing, now=again) is None
    assert (states(mailing), inbox.letters) == ({"Nora Berg": State.DOUBTFUL}, [])
    given = {"actor": actor, "mailing_id": mailing.pk, "letter_ids": [letter.get().pk], "now": again}
    assert sending.settle(again=False, **given) == 1
    assert states(mailing) == {"Nora Berg": State.SENT}


def test_no_more_leave_in_an_hour_than_the_server_is_to_send(alice, north, actor_of, settings):
    settings.MAIL_PER_HOUR = 2
    for name in ("A Berg", "B Berg", "C Berg"):
        make_reader(name, unit=north)
    actor = actor_of(alice)
    mailing = send(actor, make_mailing(north))
    with letters_arrive() as inbox:
        deliver(actor, mailing)
        assert sum(inbox.got().values()) == 2
        assert deliver(actor, mailing, now=NOON + timedelta(minutes=59)) == NOON + timedelta(minutes=64)
        assert deliver(actor, mailing, now=NOON + timedelta(minutes=61)) is None
    assert max(inbox.got().values()) == 1
    assert sum(inbox.got().values()) == 3


def test_whoever_stands_twice_since_a_merge_gets_one(alice, north, actor_of):
    actor = actor_of(alice)
    kept, dropped = make_reader("Nora Berg", unit=north), make_reader("Nora Bergh", unit=north)
    mailing = send(actor, make_mailing(north))
    Letter.objects.unscoped("a test").filter(person=dropped).update(person=kept)
    with letters_arrive() as inbox:
        deliver(actor, mailing)
    assert dict(inbox.got()) == {"nora.berg@example.org": 1}


def test_long_letters_need_a_reason_and_very_long_ones_two_people(alice, north, actor_of, monkeypatch):
    from muster.access import calc as rule

    monkeypatch.setattr(rule, "SHORT", 1)
    monkeypatch.setattr(rule, "LONG", 2)
    actor, anna = actor_of(alice), actor_of(make_user("anna", unit_organiser=north))
    for number in range(100):
        make_person(f"M{number}", unit=north, member_from=NOON.date())
    for name in ("A Berg", "B Berg"):
        make_reader(name, unit=north)
    with pytest.raises(sending.NoReason):
        send(actor, make_mailing(north))
    assert send(actor, make_mailing(north), reason="May Day").state == Mailing.State.SENDING
    make_reader("C Berg", unit=north)
    mailing = make_mailing(north)
    assert send(actor, mailing, reason="May Day").state == Mailing.State.WAITING
    assert states(mailing) == {}
    with pytest.raises(sending.NotYours):
        send(actor, mailing)
    # Whoever changes it begins anew.
    draft = Draft("Changed", "x", "tag:stall", "", "North")
    drafts.change(actor=anna, mailing_id=mailing.pk, version=mailing.version + 0, draft=draft)
    with pytest.raises(sending.NoReason):
        send(anna, mailing)
    assert send(anna, mailing, reason="A strike").state == Mailing.State.WAITING
    # Stopped and left as it is, it keeps its reason.
    sending.stop_mailing(actor=anna, mailing_id=mailing.pk, now=NOON)
    assert send(anna, mailing).state == Mailing.State.WAITING
    assert send(actor, mailing).state == Mailing.State.SENDING
    assert mailings.mailing(actor, mailing.pk).reason == "A strike"
    assert len(states(mailing)) == 3
    entries = Entry.objects.filter(target=f"mailings.Mailing:{mailing.pk}").order_by("pk")
    assert [entry.action for entry in entries] == [
        "mailings.mailing.asked",
        "mailings.mailing.asked",
        "mailings.mailing.asked",
        "mailings.mailing.sent",
    ]


def test_whom_it_would_go_to_must_be_as_it_was_shown(alice, north, actor_of, monkeypatch):
    monkeypatch.setattr(sending, "MAY_GROW", 1)
    mailing, actor = make_mailing(north), actor_of(alice)
    with pytest.raises(sending.NobodyToWrite):
        send(actor, mailing)
    for name in ("A Berg", "B Berg"):
        make_reader(name, unit=north)
    with pytest.raises(ChangedMeanwhile, match="2 people by now, not 0"):
        send(actor, mailing, seen=0)
    send(actor, mailing, seen=1)
    with pytest.raises(NoSuchMailing):
        send(actor, mailing, seen=2)
    assert len(states(mailing)) == 2


def test_the_job_stands_in_the_queue_with_the_rows_and_a_parked_one_is_asked_for_again(alice, north, actor_of):
    make_reader(unit=north)
    mailing, actor = make_mailing(north), actor_of(alice)
    tasks.begin(actor=actor, mailing_id=mailing.pk, version=1, seen=1, reason="", now=NOON)
    jobs = DBTaskResult.objects.filter(task_path=tasks.send.module_path)
    assert [job.args_kwargs["args"] for job in jobs] == [[mailing.pk]]
    assert tasks.ask_what_waits() == 0
    jobs.update(status="FAILED")
    assert tasks.ask_what_waits() == 1
    assert jobs.filter(status="READY").count() == 1


def test_ten_thousand_rows_in_a_few_statements(alice, north, actor_of, django_assert_max_num_queries):
    from muster.people.models import Placement
    from tests.builders import LONG_AGO

    people = Person.objects.bulk_create(
        Person(
            ref=f"P{number}",
            given_name=f"P{number}",
            email=f"p{number}@example.org",
            email_key=f"p{number}@example.org",
            email_opt_in=True,
            tags="stall",
            created_at=NOON,
        )
        for number in range(2_500)
    )
    Placement.objects.bulk_create(
        Placement(person=each, unit=north, from_on=LONG_AGO, is_primary=True) for each in people
    )
    mailing, actor = make_mailing(north), actor_of(alice)
    mailing.asked_by_id, mailing.state, mailing.reason = None, Mailing.State.WAITING, "x"
    mailing.save()
    with django_assert_max_num_queries(40):
        sending.send_mailing(actor=actor, mailing_id=mailing.pk, version=1, seen=2_500, reason="", now=NOON)
    assert len(states(mailing)) == 2_500


def test_the_trace_knows_no_word_of_a_letter(alice, north, actor_of):
    make_reader(unit=north)
    mailing = send(actor_of(alice), make_mailing(north, subject="Sekret", body="Sekret"))
    entries = Entry.objects.filter(target=f"mailings.Mailing:{mailing.pk}")
    assert [(entry.action, entry.count, entry.unit_id) for entry in entries] == [("mailings.mailing.sent", 1, north.pk)]
    assert "Sekret" not in str(entries.values())


@pytest.mark.web
def test_the_pages_lead_from_a_question_to_the_report(client, alice, north, actor_of, settings):
    make_reader(unit=north)
    client.force_login(alice)
    page = client.get(reverse("mailings:mailing_create", query={"ask": "tag:stall"})).content.decode()
    assert "tag:stall</textarea>" in page
    typed = {
        "unit": north.pk, "ask": "tag:stall", "subject": "May Day", "body": "Dear {given_name}", "reply_to": "",
        "imprint": "North, Salem",
    }  # fmt: skip
    shown = client.post(reverse("mailings:mailing_create"), typed | {"preview": "1"}).content.decode()
    assert "As Nora Berg gets it" in shown
    assert not Mailing.objects.unscoped("a test").exists()
    fragment = client.post(reverse("mailings:mailing_create"), typed, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "Dear Nora" in fragment
    made = client.post(reverse("mailings:mailing_create"), typed)
    mailing = Mailing.objects.unscoped("a test").get()
    here = reverse("mailings:mailing_detail", args=[mailing.pk])
    assert made["Location"] == here
    assert "Send it to 1 person" in client.get(here).content.decode()
    client.post(reverse("mailings:mailing_test", args=[mailing.pk]))
    client.post(reverse("mailings:mailing_send", args=[mailing.pk]), {"version": 1, "seen": 1})
    with letters_arrive() as inbox:
        for job in DBTaskResult.objects.filter(task_path__startswith="muster.mailings").order_by("enqueued_at"):
            job.task.func(*job.args_kwargs["args"])
    assert dict(inbox.got()) == {"alice@example.org": 1, "nora.berg@example.org": 1}
    assert "<b>Sent</b>" in client.get(here).content.decode()
