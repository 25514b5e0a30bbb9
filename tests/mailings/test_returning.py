"""Letters that come back: read from what mail servers write, believed only of our own letters."""

from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.access.actor import system_actor
from muster.contacts.models import Inquiry
from muster.mailings.calc.returned import read
from muster.mailings.models import Letter
from muster.mailings.queries import audience
from muster.mailings.services import returning
from muster.people.models import Person
from muster.workflows import mailbox
from tests.builders import NOON, TODAY, make_mailing, make_reader
from tests.mailings.servers import letters_arrive
from tests.mailings.test_sending import deliver, send, states
from tests.workflows.imap_server import Mailbox, serving

# As RFC 3464 has it in its appendix, with the parts that servers add.
REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: post@muster.example.org
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="XX"

--XX
Content-Type: text/plain

This is the mail system. I'm sorry.
--XX
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} unknown
--XX
Content-Type: text/rfc822-headers

From: North <post@muster.example.org>
Message-ID: {message_id}
--XX--
"""


def report(message_id, to="nora.berg@example.org", *, action="failed", status="5.1.1"):
    text = REPORT.format(message_id=message_id, to=to, action=action, status=status)
    return text.replace("\n", "\r\n").encode()


@pytest.mark.unit
def test_what_a_report_says():
    mark = "0123456789abcdef01234567"
    found = read(report(f"<12.{mark}@muster.example.org>", "Nora@Example.org"))
    assert (found.number, found.mark, found.to, found.status) == (12, mark, {"nora@example.org"}, "5.1.1")
    assert found.is_address
    assert not read(report(f"<12.{mark}@x>", status="5.2.2")).is_address
    for other in ({"action": "delayed"}, {"status": "4.4.1"}, {"action": "delivered", "status": "2.0.0"}):
        assert read(report(f"<12.{mark}@x>", **other)) is None
    assert read(report("<somebody@elsewhere>")) is None


@pytest.mark.unit
def test_what_python_writes_is_read_too():
    whole = MIMEMultipart("report", **{"report-type": "delivery-status"})
    status = MIMEMultipart()
    status.set_type("message/delivery-status")
    inner = MIMEText("", "plain")
    inner["Final-Recipient"], inner["Action"], inner["Status"] = "rfc822; a@example.org", "failed", "5.1.10"
    status.set_payload([inner])
    letter = MIMEText("hello")
    letter["Message-ID"] = "<7.0123456789abcdef01234567@x>"
    for part in (MIMEText("sorry"), status, MIMEMessage(letter)):
        whole.attach(part)
    assert read(whole.as_bytes()).number == 7


@pytest.mark.unit
@given(st.binary(max_size=400))
def test_nothing_that_is_no_report_is_one(raw):
    assert read(raw) is None


@pytest.fixture
def letter(db, alice, north, actor_of):
    make_reader(unit=north)
    mailing = send(actor_of(alice), make_mailing(north))
    with letters_arrive() as inbox:
        deliver(actor_of(alice), mailing)
    ((_, _, message),) = inbox.letters
    found = Letter.objects.unscoped("a test").get()
    found.message_id = message["Message-ID"].strip()
    return found


def take_back(raw):
    return returning.take_back(actor=system_actor("mailbox", on=TODAY), returned=read(raw), now=NOON)


def refused(actor, north):
    return audience.audience(actor, north.pk, "tag:stall").reach.refused


@pytest.mark.db
def test_a_letter_that_came_back_is_refused_and_its_address_known(letter, alice, north, actor_of):
    assert take_back(report(letter.message_id))
    assert states(letter.mailing) == {"Nora Berg": "refused"}
    letter.refresh_from_db()
    assert letter.answer == "Came back: 5.1.1"
    assert refused(actor_of(alice), north) == 1


@pytest.mark.db
def test_it_is_taken_from_the_mailbox_and_what_is_made_up_is_an_inquiry(letter, settings):
    box = Mailbox()
    box.put(report(letter.message_id), report(f"<{letter.pk}.{'0' * 24}@x>"), report(letter.message_id))
    with serving(box) as address:
        settings.MAILBOX = address
        done = mailbox.fetch(now=NOON)
    assert str(done) == "New inquiries: 1. Answers: 0. Here already: 0. Came back: 2."
    assert (box.letters(), len(box.letters("Muster"))) == ([], 3)
    assert states(letter.mailing) == {"Nora Berg": "refused"}
    assert Inquiry.objects.unscoped("a test").count() == 1


@pytest.mark.db
def test_a_full_mailbox_is_no_wrong_address(letter, alice, north, actor_of):
    assert take_back(report(letter.message_id, status="5.2.2"))
    assert (states(letter.mailing), refused(actor_of(alice), north)) == ({"Nora Berg": "refused"}, 0)


@pytest.mark.db
def test_an_address_of_now_is_not_blamed_for_one_of_before(letter, alice, north, actor_of):
    Person.objects.unscoped("a test").update(email="new@example.org", email_key="new@example.org")
    assert take_back(report(letter.message_id))
    assert refused(actor_of(alice), north) == 0


@pytest.mark.db
def test_a_report_that_somebody_made_up_changes_nothing(letter, alice, north, actor_of):
    for made_up in (f"<{letter.pk}.{'0' * 24}@x>", f"<{letter.pk + 1}.{'0' * 24}@x>"):
        assert not take_back(report(made_up))
    assert (states(letter.mailing), refused(actor_of(alice), north)) == ({"Nora Berg": "sent"}, 0)
