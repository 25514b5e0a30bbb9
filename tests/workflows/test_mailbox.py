"""The mailbox: every letter becomes one inquiry whatever breaks in between, and only what is stored is moved out of the way."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from email.message import EmailMessage

import pytest
from django.core import mail
from django_tasks_db.models import DBTaskResult

from muster.contacts.models import Inquiry, RawLetter
from muster.core.mails.reading import MOST_BYTES
from muster.workflows import mailbox, tasks
from muster.workflows.mailbox import MailboxFailed, NoMailbox
from tests.builders import NOON
from tests.cli.test_commands import muster
from tests.core.test_mails import letter
from tests.workflows.imap_server import Mailbox, serving

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def letters(count):
    return [letter(f"Letter {number}", Message_ID=f"<{number}@example.org>").as_bytes() for number in range(count)]


@pytest.fixture
def box(settings):
    made = Mailbox()
    with serving(made) as address:
        settings.MAILBOX = address
        yield made


def messages():
    rows = Inquiry.objects.unscoped("a test").order_by("pk")
    return [one.message.partition("\n\n")[2] for one in rows]


def test_what_lies_there_becomes_inquiries_and_is_moved_away(box, organisation):
    box.put(*letters(3))
    done = mailbox.fetch(now=NOON)
    assert str(done) == "New inquiries: 3. Answers: 0. Here already: 0."
    assert messages() == ["Letter 0", "Letter 1", "Letter 2"]
    assert {(one.channel, one.name, one.email, one.unit, one.mark) for one in Inquiry.objects.unscoped("a test")} == {
        ("e-mail", "Zoë Zander", "zoe@example.org", organisation, "")
    }
    assert (box.letters(), box.letters("Muster")) == ([], letters(3))
    assert str(mailbox.fetch(now=NOON)) == "New inquiries: 0. Answers: 0. Here already: 0."
    assert mail.outbox == []


def test_a_server_that_moves_by_itself_is_let_do_so(box, organisation):
    box.can_move = True
    box.put(*letters(2))
    mailbox.fetch(now=NOON)
    assert box.letters("Muster") == letters(2)
    assert "UID COPY" not in box.said


def test_a_letter_is_read_without_a_mark_then_marked_then_moved(box, organisation):
    """That it is stored before is shown by those that are killed in between, below."""
    box.put(*letters(1))
    mailbox.fetch(now=NOON)
    assert [one for one in box.said if one.startswith("UID")] == [
        *("UID SEARCH", "UID FETCH", "UID STORE", "UID COPY", "UID STORE"),
    ]


def test_the_same_letter_twice_is_one_inquiry(box, organisation):
    same = letter("Once", Received="by one").as_bytes()
    again = letter("Once", Received="by another, later").as_bytes()
    other = letter("Twice").as_bytes()  # the same id, other words
    box.put(same, again, other, same)
    assert str(mailbox.fetch(now=NOON)) == "New inquiries: 2. Answers: 0. Here already: 2."
    assert messages() == ["Once", "Twice"]


def test_one_that_cannot_be_stored_keeps_back_none_behind_it(box, organisation, monkeypatch):
    """It is an inquiry all the same, without its words, and is there to be looked at as it came."""
    first, second = letters(2)
    read = mailbox.read_apart

    def read_one_wrongly(raw, *, own):
        found = read(raw, own=own)
        return replace(found, name=None) if raw == first else found

    monkeypatch.setattr(mailbox, "read_apart", read_one_wrongly)
    box.put(first, second)
    assert mailbox.fetch(now=NOON).new == 2
    assert messages()[1] == "Letter 1"
    assert box.letters() == []


def test_of_a_giant_only_the_beginning_is_asked_for(box, organisation):
    giant = EmailMessage()
    giant["From"], giant["Subject"] = "zoe@example.org", "Pictures"
    giant.set_content("See the pictures")
    giant.add_attachment(b"x" * 3 * MOST_BYTES, maintype="image", subtype="jpeg", filename="photo.jpg")
    box.put(giant.as_bytes())
    mailbox.fetch(now=NOON)
    (one,) = Inquiry.objects.unscoped("a test")
    assert one.message.startswith("Pictures\n\nSee the pictures\n\nNot kept: photo.jpg")
    assert (one.mark, one.suspected_because) == ("suspected", "It is longer than what is kept of it")
    raw = RawLetter.objects.get()
    assert raw.size == len(giant.as_bytes())
    assert "photo" not in raw.sealed


def test_there_is_a_limit_for_one_run(box, organisation):
    box.put(*letters(5))
    assert str(mailbox.fetch(now=NOON, most=3)).endswith("Here already: 0. 2 wait for the next time.")
    assert mailbox.count_waiting() == 2


@pytest.mark.parametrize(
    "at", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "UID COPY", "EXPUNGE", "LOGOUT"]
)
def test_a_line_that_breaks_loses_nothing_and_doubles_nothing(at, box, organisation):
    broken = []

    def breaks(command):
        if command == at and not broken:
            broken.append(command)
            raise OSError

    box.watch = breaks
    box.put(*letters(3))
    if at == "LOGOUT":
        mailbox.fetch(now=NOON)
    else:
        with pytest.raises(MailboxFailed):
            mailbox.fetch(now=NOON)
    mailbox.fetch(now=NOON)
    assert sorted(messages()) == ["Letter 0", "Letter 1", "Letter 2"]
    assert box.letters() == []


@pytest.mark.parametrize(
    "address", ["", "https://a:b@example.org/", "imaps://example.org/", "imaps:///INBOX", "hello@example.org"]
)
def test_an_address_that_names_no_mailbox_is_said(address, settings):
    settings.MAILBOX = address
    with pytest.raises(NoMailbox, match="MUSTER_MAILBOX"):
        mailbox.fetch(now=NOON)


def test_an_address_is_taken_apart_and_its_password_is_in_no_message():
    where = mailbox.account("imaps://hello%40example.net:p%40ss@mail.example.net/Inbox%2FForm")
    assert (where.host, where.port, where.user, where.password, where.folder, where.is_encrypted) == (
        *("mail.example.net", 993, "hello@example.net", "p@ss", "Inbox/Form", True),
    )
    assert "p@ss" not in repr(where)
    assert mailbox.account("imap://a:b@example.net:1143").port == 1143


def test_a_wrong_password_says_so_and_not_which(box, organisation, settings, caplog):
    settings.MAILBOX = settings.MAILBOX.replace("s3cret", "wrong")
    with pytest.raises(MailboxFailed) as told:
        mailbox.fetch(now=NOON)
    assert "wrong" not in str(told.value) + caplog.text


def test_the_worker_asks_for_it_once_and_only_where_there_is_one(box, organisation, settings):
    box.put(*letters(1))
    assert [tasks.ask_for_mail(), tasks.ask_for_mail()] == [True, False]
    job = DBTaskResult.objects.get()
    job.task.func()
    assert messages() == ["Letter 0"]
    DBTaskResult.objects.all().delete()
    settings.MAILBOX = ""
    assert tasks.ask_for_mail() is False


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    home = tmp_path_factory.mktemp("mailbox") / "home"
    assert muster(home, "init", "--name", "Workers Together", "--admin-email", "sam@example.org").returncode == 0
    return home


@pytest.mark.parametrize("at", ["UID FETCH", "UID STORE", "UID COPY", "EXPUNGE"])
def test_killed_in_the_middle_nothing_is_lost_and_nothing_comes_twice(at, founded, tmp_path):
    """`kill -9` at that command of the second letter; the next run ends what this one began."""
    home = shutil.copytree(founded, tmp_path / "home")
    box, seen, running = Mailbox(), [], []

    def kill(command):
        seen.append(command)
        if seen.count(at) == 2 and running:
            os.kill(running.pop().pid, signal.SIGKILL)
            raise OSError

    box.watch = kill
    box.put(*letters(4))
    with serving(box) as address:
        ours = {"MUSTER_HOME": str(home), "DATABASE_URL": "", "MUSTER_MAILBOX": address}
        ours["DJANGO_SETTINGS_MODULE"] = "muster.config.settings"
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "muster", "fetch-mail"],
                env={**os.environ, **ours},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        process = running[0]
        assert process.wait(60) == -signal.SIGKILL
        done = muster(home, "fetch-mail", MUSTER_MAILBOX=address)
    assert (done.returncode, done.stderr) == (0, "")
    with sqlite3.connect(home / "muster.sqlite3") as database:
        kept = [row[0] for row in database.execute("SELECT message FROM contacts_inquiry ORDER BY message")]
    assert [one.partition("\n\n")[2] for one in kept] == [f"Letter {number}" for number in range(4)]
    assert box.letters() == []
    assert set(box.letters("Muster")) == set(letters(4))


def test_the_command_says_what_is_wrong(founded, tmp_path):
    home = shutil.copytree(founded, tmp_path / "home")
    done = muster(home, "fetch-mail")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Set MUSTER_MAILBOX to imaps://user:password@host/folder.\n"
    with serving(Mailbox()) as address:
        health = muster(home, "doctor", MUSTER_MAILBOX=address)
    assert "The mailbox can be read; letters that wait: 0." in health.stdout
    gone = muster(home, "doctor", MUSTER_MAILBOX=address)
    assert "The mailbox cannot be read: ConnectionRefusedError." in gone.stdout
