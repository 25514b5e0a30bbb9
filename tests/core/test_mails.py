"""What is read out of e-mails: of honest ones what they say, of hostile ones no fault, no loop, no more than the limits."""

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from smtplib import quoteaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.core.mails import addresses, apart, reading
from muster.core.mails.mail import LONGEST_LINE, LONGEST_TEXT, Mail
from muster.core.mails.texts import decoded, header, plain
from tests.core import hostile_mails

pytestmark = pytest.mark.unit


def letter(text="May I come along?", **headers):
    """Made by the library, as honest programs do."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Zoë Zander <zoe@example.org>", "hello@example.net", "Grüße"
    made["Message-ID"] = "<one@example.org>"
    for name, value in headers.items():
        del made[name.replace("_", "-")]
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def held(mail):
    """Whether everything keeps to its length."""
    lines = (mail.message_id, *mail.answers, mail.name, mail.email, *mail.to, mail.date, mail.subject, mail.automatic)
    return (
        all(len(one) <= max(LONGEST_LINE, 254) and "\n" not in one and "\x00" not in one for one in lines)
        and len(mail.text) <= LONGEST_TEXT
        and not any("\ud800" <= sign <= "\udfff" for one in (*lines, mail.text, *mail.left_out) for sign in one)
        and not set(mail.text) & set(map(chr, (*range(9), *range(11, 32), 127)))
        and max(map(len, (mail.answers, mail.to, mail.left_out, mail.doubts))) <= 50
    )


def test_an_honest_letter_says_what_it_says():
    found = reading.read(letter(Date="Fri, 27 Nov 2026 10:00:00 +0000", Cc="Bea <bea@example.org>").as_bytes())
    assert found == Mail(
        message_id="one@example.org",
        name="Zoë Zander",
        email="zoe@example.org",
        to=("hello@example.net", "bea@example.org"),
        date="Fri, 27 Nov 2026 10:00:00 +0000",
        subject="Grüße",
        text="May I come along?",
    )


@pytest.mark.parametrize(
    "sender",
    [
        '"ann@example.org" <ann@example.org>',
        "=?utf-8?q?ann=40example.org?= <ann@example.org>",
        '"Ann (ann@example.org)" <ann@example.org>',
    ],
)
def test_an_address_in_place_of_a_name_is_no_name(sender):
    found = reading.read(b"From: " + sender.encode() + b"\r\n\r\nHello")
    assert (found.name, found.email) == ("", "ann@example.org")


@pytest.mark.parametrize("sender", ["<<x>@example.org>", "Ann <x>@example.org", "Ann <ann@x@example.org>", "ann@"])
def test_what_mail_would_not_reach_is_no_address(sender):
    found = reading.read(b"From: " + sender.encode() + b"\r\n\r\nHello")
    assert (found.name, found.email) == ("", "")


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("Ann.Berg+x@example.org", "Ann.Berg+x@example.org"),
        ('"<x>"@example.org', '"<x>"@example.org'),
        ("zoe@bücher.example", "zoe@xn--bcher-kva.example"),
        ("<x>@example.org", None),
        ("x>@example.org", None),
        ("x<y>@example.org", None),
        ("x,y@example.org", None),
        ("a(b)@example.org", None),
        ("jörg@example.org", None),
        ("ann berg@example.org", None),
        ("x", None),
        ("@example.org", None),
        ("", None),
    ],
)
def test_an_address_is_written_as_it_stands_or_not_at_all(address, written):
    """Python's smtplib writes to `x` where `<x>@example.org` stands, RFC 5321 gives a domain its ASCII form (RFC 5890)."""
    if written is None:
        with pytest.raises(ValueError, match=r"."):
            addresses.in_ascii(address)
    else:
        assert addresses.in_ascii(address) == written
        assert quoteaddr(written) == f"<{written}>"


def test_of_html_alone_the_text_is_taken():
    made = letter(
        "<style>p {color: red}</style><p>Dear <b>friends</b>,<br>hello&nbsp;&amp; thanks</p><script>x()</script>"
    )
    made.replace_header("Content-Type", "text/html; charset=utf-8")
    assert reading.read(made.as_bytes()).text == "Dear friends,\nhello & thanks"


def test_plain_goes_before_html_and_files_are_only_named():
    made = letter("Plain")
    made.add_alternative("<p>Rich</p>", subtype="html")
    made.add_attachment(b"x" * 3_000, maintype="image", subtype="jpeg", filename="photo.jpg")
    made.add_attachment("not the text", filename="notes.txt")
    made.add_attachment(letter("inside"))
    found = reading.read(made.as_bytes())
    assert found.text == "Plain"
    assert found.left_out == ("photo.jpg (2 KB)", "notes.txt (13 bytes)", "A mail inside this mail")


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "It says that a program sent it"),
        ({"Auto_Submitted": "no"}, ""),
        ({"Precedence": "bulk"}, "It was sent to many"),
        ({"List_Id": "<x.example.org>"}, "It comes from a mailing list"),
        ({"List_Unsubscribe": "<mailto:x@example.org>"}, "It comes from a mailing list"),
        ({"Return_Path": "<>"}, "It is a notice that a letter did not arrive"),
        ({"Return_Path": "<zoe@example.org>"}, ""),
        ({"X_Autoreply": "yes"}, "It is an answer by a program"),
        ({"From": "MAILER-DAEMON@example.org"}, "It comes from an address that nobody reads"),
        ({"From": "no-reply+7@example.org"}, "It comes from an address that nobody reads"),
        ({"From": "nora@example.org"}, ""),
        ({"From": "Hello@Example.net"}, "It comes from an address of ours"),
    ],
)
def test_what_a_program_wrote_is_told(headers, why):
    assert reading.read(letter(**headers).as_bytes(), own=["hello@example.net"]).automatic == why


def test_a_thread_is_named_by_ids_and_addresses():
    made = letter(In_Reply_To="<b@x>", References="<a@x> <b@x>", To="hello+" + "a" * 32 + "@example.net")
    found = reading.read(made.as_bytes())
    assert found.answers == ("b@x", "a@x", "b@x")
    assert found.to == ("hello+" + "a" * 32 + "@example.net",)


def test_what_is_cut_nested_or_from_nobody_is_said():
    long = reading.read(letter("word " * 10_000).as_bytes())
    assert (len(long.text), long.doubts) == (LONGEST_TEXT - 1, (reading.CUT,))
    assert reading.read(b"Subject: x\r\n\r\ny").doubts == (reading.UNNAMED,)
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(999))
    assert reading.NESTED in reading.read(b"From: a@b.example\r\n" + deep + b"\r\nThe bottom").doubts
    assert reading.read(letter(X_Spam_Flag="YES").as_bytes()).doubts == (reading.SPAM,)


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Größe".encode(), "utf-8", "Größe"),
        ("Größe".encode("latin-1"), "utf-8", "Größe"),
        ("Größe".encode(), "no-such-charset", "Größe"),
        (b"xn--abc", "idna", "xn--abc"),
        (b"\\x41", "unicode_escape", "\\x41"),
        (b"uryyb", "rot13", "uryyb"),
        ("日本".encode("shift_jis"), "shift_jis", "日本"),
    ],
)
def test_a_charset_is_a_claim_too(data, charset, text):
    assert decoded(data, charset) == text


def test_headers_in_any_dress_become_lines():
    assert header("=?utf-8?q?Zo=C3=AB?=\r\n =?iso-8859-1?q?_=FCber?=") == "Zoë über"
    assert header(b"Gr\xfc\xdfe".decode("ascii", "surrogateescape")) == "Grüße"
    assert header("=?utf-8?b?!!!?= x") != ""
    assert plain("<p>" + "<!--" * 10_000) == ""


def test_six_hundred_hostile_mails_make_no_fault_and_keep_to_their_lengths():
    sent = list(hostile_mails.mails())
    assert len(set(sent)) >= 500
    assert [number for number, raw in enumerate(sent) if not held(reading.read(raw))] == []


@pytest.mark.parametrize("count", [60, pytest.param(hostile_mails.COUNT, marks=pytest.mark.prove)])
def test_hostile_mails_are_read_within_five_seconds_and_256_megabytes(count):
    """Each by a process of its own, which the system ends beyond that; what it says is what this process reads."""
    assert (apart.MEMORY, apart.SECONDS) == (256 << 20, 5)
    sent = list(hostile_mails.mails(count))
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(apart.read_apart, sent)) == [reading.read(raw) for raw in sent]


def test_a_reader_that_takes_too_much_is_ended_and_the_mail_is_still_there(monkeypatch):
    monkeypatch.setattr(apart, "MEMORY", 1 << 20)
    assert apart.read_apart(letter("word " * 150_000).as_bytes()) == Mail(doubts=(apart.UNREADABLE,))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2_000), st.binary(max_size=2_000))
def test_whatever_comes_is_read(head, body):
    assert held(reading.read(head + b"\r\n\r\n" + body))
    assert held(reading.read(b"From: " + head + b"\r\nContent-Type: " + body))
