"""Letters: a claim each, joined by a token alone, sealed, answered by officers only, shown as they came to few, forgotten."""

import json
import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail as post
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from muster.access.models import Grant, Role
from muster.accounts.models import User
from muster.audit.models import Entry
from muster.contacts import sealed, tasks
from muster.contacts.models import Case, Inquiry, InquiryLetter, RawLetter, Stage
from muster.contacts.nightly import forget_raw_letters
from muster.contacts.queries import inbox
from muster.contacts.services import answering, cases, judging, letters, taking_up
from muster.contacts.services._letters import keep_text
from muster.contacts.services.letters import Kept
from muster.contacts.services.receiving import receive_mail
from muster.core.mails import reading
from muster.people.models import Person, Standing
from muster.reports import balance_sheet, way_in
from muster.reports.own_record import own_document
from muster.units.models import Unit
from muster.workflows import erasure
from tests.builders import NOON, TODAY, make_case, make_inquiry, make_person, make_standing, make_user
from tests.core import hostile_mails
from tests.core.test_mails import letter
from tests.mailings.servers import letters_arrive
from tests.matrix.asking import readable
from tests.rows import as_application

pytestmark = [pytest.mark.web, pytest.mark.django_db]


@pytest.fixture
def system(dora, actor_of):
    return actor_of(dora)


def receive(actor, raw, now=NOON, own=()):
    return letters.receive_letter(actor=actor, mail=reading.read(raw, own=own), raw=raw, size=len(raw), now=now)


def stored():
    return list(Inquiry.objects.unscoped("a test").order_by("pk"))


def said(one):
    return json.loads(sealed.opened(one, "sealed"))


def sent_by(client, user, path, **data):
    client.force_login(user)
    return client.post(path, data)


def answered(actor, inquiry, text="Come on Tuesday"):
    """An answer of an officer, and its token."""
    pk = answering.answer(actor=actor, inquiry_id=inquiry.pk, text=text, now=NOON)
    return InquiryLetter.objects.get(pk=pk).token


def test_a_letter_is_an_inquiry_and_lies_sealed(system, organisation):
    raw = letter("I am ill and cannot come", X_Secret="zqxj").as_bytes()
    assert receive(system, raw) is Kept.NEW
    (one,) = stored()
    assert (one.name, one.email, one.message) == ("Zoë Zander", "zoe@example.org", "Grüße\n\nI am ill and cannot come")
    assert (one.person, one.case, one.unit) == (None, None, organisation)
    (kept,) = InquiryLetter.objects.all()
    assert said(kept) == {
        "subject": "Grüße",
        "text": "I am ill and cannot come",
        "left_out": [],
        "date": "",
        "id": "one@example.org",
    }
    as_it_came = RawLetter.objects.get()
    assert "ill" not in kept.sealed
    assert "zqxj" not in as_it_came.sealed
    assert sealed.opened(as_it_came, "sealed").encode("latin-1") == raw


def test_from_is_a_claim_and_gives_nothing(system, alice, dora, north):
    """A letter that says it is from an administrator, a member, an officer: an inquiry of nobody each, and nothing else."""
    nora = make_person("Nora Berg", unit=north, email="nora@example.org", email_key="nora@example.org")
    make_case(nora)
    before = [model.objects.count() for model in (User, Grant)], Entry.objects.count()
    for number, sender in enumerate((dora.email, alice.email, "nora@example.org")):
        raw = letter(f"make me administrator {number}", From=sender, Subject="/grant", Message_ID=f"<{number}@x>")
        assert receive(system, raw.as_bytes()) is Kept.NEW
    assert [(one.person, one.case) for one in stored()] == [(None, None)] * 3
    assert ([model.objects.count() for model in (User, Grant)], Entry.objects.count()) == before
    assert Person.objects.unscoped("a test").count() == Case.objects.unscoped("a test").count() == 1
    assert post.outbox == []


def test_what_a_program_wrote_is_kept_and_marked_and_never_answered(system, settings):
    for number, (headers, because) in enumerate(
        (
            ({"Auto_Submitted": "auto-replied"}, "It says that a program sent it"),
            ({"List_Id": "<x>"}, "It comes from a mailing list"),
            ({"Return_Path": "<>"}, "It is a notice that a letter did not arrive"),
            ({"From": "hello@example.net"}, "It comes from an address of ours"),
        )
    ):
        raw = letter(f"away {number}", Message_ID=f"<{number}@x>", **headers).as_bytes()
        assert receive(system, raw, own=["hello@example.net"]) is Kept.NEW
        assert (stored()[-1].mark, stored()[-1].suspected_because) == ("suspected", because)
    assert post.outbox == []


@pytest.mark.parametrize("count", [100, pytest.param(hostile_mails.COUNT, marks=pytest.mark.prove)])
def test_hostile_mails_are_kept_and_do_nothing(count, system, organisation):
    before = Entry.objects.count()
    kept = [receive(system, raw) for raw in hostile_mails.mails(count)]
    assert len(stored()) == kept.count(Kept.NEW) >= count * 2 // 3
    assert set(kept) <= {Kept.NEW, Kept.KNOWN}
    assert {(one.person, one.case, one.unit) for one in stored()} == {(None, None, organisation)}
    assert (Person.objects.unscoped("a test").count(), User.objects.count(), Entry.objects.count()) == (0, 1, before)
    assert post.outbox == []


def test_a_flood_that_says_it_is_from_one_address_is_marked(system):
    for number in range(22):
        receive(system, letter(f"Buy {number}", Message_ID=f"<{number}@x>").as_bytes())
    marks = [one.mark for one in stored()]
    assert (marks[:20], marks[20:]) == ([""] * 20, ["suspected"] * 2)


def test_only_a_token_of_ours_joins_a_letter_and_it_stays_a_claim(system, alice, north, actor_of):
    first = make_inquiry(name="Zoe", email="zoe@example.org", unit=north, routed_by="nearest", message="Hello")
    token = answered(actor_of(alice), first)
    guessed = letter("guessed", In_Reply_To="<" + "0" * 32 + "@example.net>", Message_ID="<1@x>")
    assert receive(system, guessed.as_bytes()) is Kept.NEW
    by_id = letter("by id", In_Reply_To=f"<{token}@example.net>", Message_ID="<2@x>")
    by_references = letter("by references", References=f"<a@b> <{token}@example.net>", Message_ID="<3@x>")
    by_address = letter(
        "by address", To=f"hello+{token.upper()}@example.net", From="Eve <eve@example.org>", Message_ID="<4@x>"
    )
    for raw in (by_id, by_references, by_address):
        assert receive(system, raw.as_bytes()) is Kept.JOINED
    texts = [said(one)["text"] for one in InquiryLetter.objects.filter(inquiry=first, is_ours=False).order_by("pk")]
    assert texts == ["by id", "by references", "by address"]
    assert len(stored()) == 2
    first.refresh_from_db()
    assert (first.email, first.person) == ("zoe@example.org", None)


def test_an_answer_makes_the_case_due_and_changes_no_plan(system, alice, north, actor_of):
    nora = make_person("Nora Berg", unit=north)
    first = make_inquiry(email="zoe@example.org", unit=north, routed_by="nearest", person=nora)
    taking_up.take_up(actor=actor_of(alice), inquiry_id=first.pk, now=NOON)
    case = Case.objects.unscoped("a test").get()
    case.next_on, case.next_step = NOON.date() + timedelta(days=9), "Bring the paper"
    case.save()
    token = answered(actor_of(alice), first)
    receive(system, letter("Yes", In_Reply_To=f"<{token}@x>").as_bytes())
    case.refresh_from_db()
    assert (case.next_on, case.next_step) == (NOON.date(), "Bring the paper")


def taken_up(alice, north, actor_of):
    """Nora, an inquiry of whom alice took up and answered, and the token of her answer."""
    nora = make_person("Nora Berg", unit=north)
    make_standing(nora, "contact", from_on=TODAY - timedelta(days=9))
    first = make_inquiry(name="Nora", email="zoe@example.org", unit=north, routed_by="nearest", person=nora)
    taking_up.take_up(actor=actor_of(alice), inquiry_id=first.pk, now=NOON)
    return nora, answered(actor_of(alice), first)


def waiting(actor):
    return [(one.message, one.person_id, one.because) for one in inbox.inbox(actor, actor, show=inbox.WAITING).lines]


@pytest.mark.parametrize("kind", ["never", "joined"])
def test_an_answer_to_whom_nobody_follows_up_any_more_waits_as_a_new_one(
    kind, client, system, alice, charlie, north, actor_of
):
    nora, token = taken_up(alice, north, actor_of)
    if kind == "never":
        stage = Stage.objects.get(kind=kind)
        cases.move_stage(actor=actor_of(alice), person_id=nora.pk, stage_id=stage.pk, now=NOON)
    else:
        Standing.objects.unscoped("a test").filter(person=nora).update(standing="member")
        assert cases.close_joined(actor=system, now=NOON) == 1
    assert waiting(actor_of(alice)) == []

    raw = letter("But I would like to", In_Reply_To=f"<{token}@x>", From="Eve <eve@example.org>")
    assert receive(system, raw.as_bytes(), NOON + timedelta(days=1)) is Kept.NEW

    because = "Answers an earlier inquiry that was sent here"
    assert waiting(actor_of(alice)) == [("Grüße\n\nBut I would like to", nora.pk, because)]
    assert waiting(actor_of(charlie)) == []
    _, late = stored()
    assert (late.unit, late.person, late.case, late.routed_by) == (north, nora, None, "hand")
    assert late.part_of == stored()[0]
    assert InquiryLetter.objects.get(inquiry=late).note == "It answers an earlier inquiry, from another address"
    client.force_login(alice)
    text = readable(client.get(reverse("contacts:inquiry_detail", args=[late.pk])))
    assert because in text
    assert "It answers an earlier inquiry, from another address" in text
    # It comes twice, and is one.
    assert receive(system, raw.as_bytes(), NOON + timedelta(days=2)) is Kept.KNOWN
    # Whoever takes it up follows them up anew, and what comes then is theirs to see.
    taking_up.take_up(actor=actor_of(alice), inquiry_id=late.pk, now=NOON)
    assert waiting(actor_of(alice)) == []
    Case.objects.unscoped("a test").filter(closed_at=None).update(next_on=TODAY + timedelta(days=9))
    again = letter("Still there?", In_Reply_To=f"<{token}@x>", Message_ID="<2@x>")
    assert receive(system, again.as_bytes()) is Kept.JOINED
    assert Case.objects.unscoped("a test").get(closed_at=None).next_on == TODAY


def test_late_answers_count_with_what_they_answer_as_one(system, alice, north, actor_of):
    _, token = taken_up(alice, north, actor_of)
    Case.objects.unscoped("a test").update(closed_at=NOON)
    for number in (2, 3):
        raw = letter("Still there?", In_Reply_To=f"<{token}@x>", Message_ID=f"<{number}@x>").as_bytes()
        assert receive(system, raw, NOON + timedelta(hours=number)) is Kept.NEW
    first, second, third = stored()
    assert (second.part_of, third.part_of) == (first, first)
    for actor, unit_id in ((actor_of(alice), north.pk), (system, None)):
        sheet = balance_sheet.build(actor, unit_id, TODAY).sheet
        assert sheet.inquiries.by_month == {"2026-11": 1}
        assert way_in.build(actor, unit_id, TODAY, TODAY, now=NOON).answers.received == 1
        # What was answered is not to be counted: then an answer is what came.
        Inquiry.objects.unscoped("a test").filter(pk=first.pk).update(mark="spam")
        assert way_in.build(actor, unit_id, TODAY, TODAY, now=NOON).answers.received == 1
        Inquiry.objects.unscoped("a test").filter(pk=first.pk).update(mark="")


def test_what_was_one_message_before_is_told_from_what_was_stored(system, alice, north, actor_of):
    _, token = taken_up(alice, north, actor_of)
    Case.objects.unscoped("a test").update(closed_at=NOON)
    for number, sender in ((2, "Zoe <ZOE@example.org>"), (3, "Eve <eve@example.org>")):
        raw = letter("Still there?", In_Reply_To=f"<{token}@x>", Message_ID=f"<{number}@x>", From=sender).as_bytes()
        receive(system, raw, NOON + timedelta(hours=number))
    asked = make_inquiry(name="Ida", message="Hello", received_at=NOON - timedelta(days=3), unit=north)
    same = {name: getattr(asked, name) for name in ("name", "message", "received_at", "unit")}
    left = make_inquiry(**same, routed_by="hand", routed_because="Stays where they are known")
    other = make_inquiry(**same | {"name": "Ina"}, routed_by="hand", routed_because="Stays where they are known")
    Inquiry.objects.unscoped("a test").update(part_of=None)
    import_module("muster.contacts.migrations.0015_messages_of_before").forwards(apps, None)
    first, second, third = stored()[:3]
    assert [one.part_of for one in (first, second, third)] == [None, first, None]
    for one in (asked, left, other):
        one.refresh_from_db()
    assert (asked.part_of, left.part_of, other.part_of) == (None, asked, None)


def test_an_answer_to_what_was_called_spam_outlives_it(system, alice, north, actor_of):
    first = make_inquiry(name="Zoe", email="zoe@example.org", unit=north, routed_by="nearest", message="Grüße\n\nHello")
    token = answered(actor_of(alice), first)
    judging.mark_spam(actor=actor_of(alice), inquiry_id=first.pk, now=NOON)
    raw = letter("Hello", In_Reply_To=f"<{token}@x>")
    # The very words of what was called spam, too.
    assert receive(system, raw.as_bytes(), NOON + timedelta(days=1)) is Kept.NEW
    judging.forget_spam(actor=system, now=NOON + timedelta(days=91))
    (late,) = stored()
    assert (late.mark, late.repeats, late.unit) == ("", None, north)
    assert InquiryLetter.objects.get().note == "It answers an earlier inquiry"
    assert [words for words, _, _ in waiting(actor_of(alice))] == ["Grüße\n\nHello"]


def test_an_answer_to_what_was_sent_twice_waits_too(system, alice, north, actor_of):
    first = make_inquiry(email="zoe@example.org", unit=north, routed_by="nearest", message="Hello")
    again = make_inquiry(email="zoe@example.org", unit=north, routed_by="nearest", message="Hello", repeats=first)
    token = answered(actor_of(alice), again)
    assert receive(system, letter("Yes", In_Reply_To=f"<{token}@x>").as_bytes()) is Kept.NEW
    assert {words for words, _, _ in waiting(actor_of(alice))} == {"Hello", "Grüße\n\nYes"}


def test_an_answer_of_whoever_is_a_member_by_now_waits_and_tells_nobody_that_they_are(
    system, alice, charlie, north, south, actor_of
):
    """Nobody took it up. It is joined like a stranger's, so that it tells those nothing who may not see them."""
    sol = make_person("Sol Sand", unit=south)
    first = make_inquiry(email="zoe@example.org", unit=north, routed_by="nearest", person=sol, message="Hello")
    token = answered(actor_of(alice), first)
    make_standing(sol, "member", from_on=TODAY - timedelta(days=1))
    assert (len(waiting(actor_of(alice))), waiting(actor_of(charlie))) == (1, [])
    assert receive(system, letter("Yes", In_Reply_To=f"<{token}@x>").as_bytes()) is Kept.JOINED
    assert [len(waiting(actor_of(user))) for user in (alice, charlie)] == [1, 1]


def test_an_answer_to_a_unit_that_closed_goes_where_the_rules_say(system, alice, north, organisation, actor_of):
    nora, token = taken_up(alice, north, actor_of)
    Case.objects.unscoped("a test").update(closed_at=NOON)
    Unit.objects.filter(pk=north.pk).update(closed_on=TODAY)
    assert receive(system, letter("Yes", In_Reply_To=f"<{token}@x>").as_bytes()) is Kept.NEW
    assert (stored()[-1].unit, stored()[-1].person) == (organisation, nora)


def test_what_cannot_be_stored_is_not_said_to_be_here_already(system, organisation):
    """Whoever fetches letters moves away what is here already."""
    raw = letter("Hello").as_bytes()
    with pytest.raises(IntegrityError), transaction.atomic():
        receive(system, raw, now=None)
    assert stored() == []
    assert receive(system, raw) is Kept.NEW


def test_an_officer_answers_and_one_letter_leaves(client, alice, north, settings):
    settings.MAILBOX = "imaps://hello%40example.net:x@mail.example.net/"
    settings.DEFAULT_FROM_EMAIL = "Workers <office@example.net>"
    one = make_inquiry(name="Zoe", email="zoe@example.org", unit=north, routed_by="nearest", message="Hello")
    InquiryLetter.objects.create(inquiry=one, at=NOON - timedelta(days=1), name="Zoe", email="zoe@example.org")
    keep_text(InquiryLetter.objects.get(), subject="A question", text="Hello", id="one@example.org")
    path = reverse("contacts:inquiry_detail", args=[one.pk])
    assert sent_by(client, alice, path, text="Come on\r\nTuesday").status_code == 302
    assert post.outbox == []
    ours = InquiryLetter.objects.get(is_ours=True)
    tasks.send_answer.func(ours.pk)
    tasks.send_answer.func(ours.pk)  # a job may run twice
    (sent,) = post.outbox
    assert (sent.to, sent.cc, sent.bcc, sent.subject, sent.body) == (
        *(["zoe@example.org"], [], [], "Re: A question", "Come on\nTuesday"),
    )
    assert sent.reply_to == [f"hello+{ours.token}@example.net"]
    assert sent.extra_headers["Message-ID"] == f"<{ours.token}@example.net>"
    assert sent.extra_headers["In-Reply-To"] == "<one@example.org>"
    assert re.fullmatch("[0-9a-f]{32}", ours.token)
    text = readable(client.get(path))
    assert "alice answered" in text
    assert "Come on\nTuesday" in text
    assert "zoe@example.org" not in text
    entry = Entry.objects.get(action="contacts.letter.sent")
    assert (entry.user_id, entry.unit_id, entry.details) == (alice.pk, north.pk, {})


def test_a_letter_that_cannot_be_sent_says_so(alice, north, actor_of, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    one = make_inquiry(email="zoe@example.org", unit=north, routed_by="nearest")
    answered(actor_of(alice), one)
    ours = InquiryLetter.objects.get(is_ours=True)
    with pytest.raises(tasks.NotSent, match="ConnectionRefusedError"):
        tasks.send_answer.func(ours.pk)
    ours.refresh_from_db()
    assert (ours.note, ours.sent_at) == ("It could not be sent: ConnectionRefusedError", None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_job_that_failed_names_nobody(alice, north, actor_of, caplog):
    one = make_inquiry(email="zoe@example.org", unit=north, routed_by="nearest")
    answered(actor_of(alice), one)
    with letters_arrive() as inbox:
        inbox.refuses["zoe@example.org"] = "550 5.1.1 <zoe@example.org>: no such user"
        call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=1)
    job = DBTaskResult.objects.get(task_path=tasks.send_answer.module_path)
    assert job.status == "FAILED"
    assert job.traceback.endswith("NotSent: SMTPRecipientsRefused\n")
    assert InquiryLetter.objects.get(is_ours=True).note == "It could not be sent: SMTPRecipientsRefused"
    assert job.task_path in caplog.text
    assert "zoe" not in f"{job.traceback}{job.args_kwargs}{caplog.text}"


def test_answering_takes_both_rights_an_address_and_words(client, alice, bob, charlie, north):
    one = make_inquiry(email="zoe@example.org", unit=north, routed_by="nearest")
    no_address = make_inquiry(unit=north, routed_by="nearest")
    spam = make_inquiry(email="x@example.org", unit=north, routed_by="nearest", mark="spam")
    Role.objects.create(code="worker", name="Worker", permissions=["units.view", "contacts.view", "contacts.work"])
    wim = make_user("wim", worker=north)

    def post_to(user, inquiry, text="Hello"):
        return sent_by(client, user, reverse("contacts:inquiry_detail", args=[inquiry.pk]), text=text).status_code

    assert [post_to(user, one) for user in (wim, bob, charlie)] == [403, 404, 404]
    assert [post_to(alice, inquiry) for inquiry in (no_address, spam)] == [200, 200]
    assert post_to(alice, one, " ") == 200
    assert not InquiryLetter.objects.exists()
    assert post_to(alice, one) == 302


def test_who_sees_a_thread_and_what_it_says_of_it(client, alice, charlie, north, system, actor_of):
    one = make_inquiry(name="Zoe", email="zoe@example.org", unit=north, routed_by="nearest", message="<b>Hello</b>")
    path = reverse("contacts:inquiry_detail", args=[one.pk])
    client.force_login(alice)
    assert "&lt;b&gt;Hello&lt;/b&gt;" in readable(client.get(path))
    token = answered(actor_of(alice), one)
    raw = letter(
        "<script>x</script>", In_Reply_To=f"<{token}@x>", From="Eve <eve@example.org>", Auto_Submitted="auto-replied"
    )
    receive(system, raw.as_bytes())
    text = readable(client.get(path))
    assert "Says it is from Eve" in text
    assert "another address than the first" in text
    assert "It says that a program sent it" in text
    assert "&lt;script&gt;x&lt;/script&gt;" in text
    assert "eve@example.org" not in text
    assert "Show it as it came" not in text
    client.force_login(charlie)
    assert client.get(path).status_code == 404


def test_as_it_came_it_is_shown_to_whoever_may_and_the_look_is_written_down(
    client, alice, dora, charlie, system, organisation
):
    raw = letter("Hello", X_Strange="</textarea><script>x()</script>").as_bytes()
    receive(system, raw)
    one, kept = stored()[0], InquiryLetter.objects.get()
    path = reverse("contacts:letter_raw", args=[one.pk, kept.pk])
    assert "Show it as it came" in readable(_get(client, dora, reverse("contacts:inquiry_detail", args=[one.pk])))
    assert sent_by(client, charlie, path).status_code == 404
    text = readable(sent_by(client, dora, path))
    assert "X-Strange: &lt;/textarea&gt;&lt;script&gt;x()" in text
    entry = Entry.objects.get(action="contacts.letter.shown")
    assert (entry.target, entry.user_id) == (f"contacts.Inquiry:{one.pk}", dora.pk)
    other = make_inquiry(unit=organisation, routed_by="national")
    assert sent_by(client, dora, reverse("contacts:letter_raw", args=[other.pk, kept.pk])).status_code == 404
    assert Entry.objects.filter(action="contacts.letter.shown").count() == 1


def test_a_member_reads_them_in_their_own_record(alice, north, system, actor_of):
    nora = make_person("Nora Berg", unit=north, user=make_user("nora"))
    receive(system, letter("Mine").as_bytes())
    receive(system, letter("Somebody else's", Message_ID="<2@x>").as_bytes())
    Inquiry.objects.unscoped("a test").filter(pk=stored()[0].pk).update(person=nora, unit=north)
    answered(actor_of(alice), stored()[0])
    told = own_document(actor_of(nora.user))["inquiry_letters"]
    assert [(one["ours"], one["text"]) for one in told] == [(False, "Mine"), (True, "Come on Tuesday")]


def _get(client, user, path):
    client.force_login(user)
    return client.get(path)


def test_as_it_came_it_is_forgotten_after_thirty_days(client, system, dora):
    receive(system, letter("Old", Message_ID="<1@x>").as_bytes(), NOON - timedelta(days=31))
    receive(system, letter("New", Message_ID="<2@x>").as_bytes(), NOON - timedelta(days=29))
    assert forget_raw_letters(NOON) == "Letters as they came deleted: 1."
    old, _ = InquiryLetter.objects.order_by("pk")
    assert said(old)["text"] == "Old"
    path = reverse("contacts:letter_raw", args=[old.inquiry_id, old.pk])
    assert sent_by(client, dora, path).status_code == 404
    # What came then and comes again is still known.
    assert receive(system, letter("Old", Message_ID="<1@x>").as_bytes()) is Kept.KNOWN


def test_an_erasure_empties_them_and_what_still_comes_joins_nothing(alice, dora, north, system, actor_of):
    nora = make_person("Nora Berg", unit=north)
    receive(system, letter("zqzq").as_bytes())
    (one,) = stored()
    Inquiry.objects.unscoped("a test").filter(pk=one.pk).update(person=nora, unit=north)
    token = answered(actor_of(alice), one, "zqzq")
    again = make_inquiry(email="zqzq@example.org", message="zqzq", repeats=one, unit=north)
    erasure.erase_person(actor=actor_of(dora), person_id=nora.pk, now=NOON)
    assert not RawLetter.objects.exists()
    assert {(kept.name, kept.email, kept.sealed, kept.token) for kept in InquiryLetter.objects.all()} == {
        ("", "", "", "")
    }
    again.refresh_from_db()
    assert (again.email, again.message) == ("", "")
    assert receive(system, letter("more", In_Reply_To=f"<{token}@x>", Message_ID="<9@x>").as_bytes()) is Kept.NEW


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no policies")
def test_officers_work_on_them_where_the_database_holds_rows_back(client, alice, dora, north, system, actor_of):
    one = make_inquiry(name="Zoe", email="zoe@example.org", unit=north, routed_by="nearest", mark="suspected")
    receive(system, letter("Hello").as_bytes())
    came = InquiryLetter.objects.get()
    path = reverse("contacts:inquiry_detail", args=[one.pk])
    with as_application():
        for verdict in ("spam", "no_spam"):
            assert sent_by(client, alice, reverse(f"contacts:inquiry_{verdict}", args=[one.pk])).status_code == 302
        assert sent_by(client, alice, path, text="Come").status_code == 302
        assert "Come" in readable(client.get(path))
        raw = sent_by(client, dora, reverse("contacts:letter_raw", args=[came.inquiry_id, came.pk]))
        assert "Message-ID: &lt;one@example.org&gt;" in readable(raw)


def test_letters_from_one_address_are_counted_where_they_were_sent(system, north, organisation):
    asked = make_inquiry(unit=north, routed_by="nearest", received_at=NOON - timedelta(days=3))

    def flooded(unit, count):
        for number in range(count):
            given = {"unit": unit, "routed_by": "national", "channel": "e-mail", "received_at": NOON}
            make_inquiry(email="flood@example.org", name=f"F {number}", **given)

    def doubted():
        given = {"name": "F", "email": "Flood@example.org", "message": "x", "doubts": [], "answers": asked, "now": NOON}
        one = receive_mail(actor=system, **given)
        return one.unit, one.mark

    flooded(organisation, 25)
    assert doubted() == (north, "")
    flooded(north, 20)
    assert doubted() == (north, "suspected")
