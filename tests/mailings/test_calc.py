"""A letter as text and as HTML: what is filled in stands there as it is, whatever it holds."""

from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.mailings.calc import headers
from muster.mailings.calc.fields import FIELDS, WrongField, filled, read
from muster.mailings.calc.letters import Foot, Template

pytestmark = pytest.mark.unit
FOOT = Foot("North\n1 Main Street", "https://muster.example.org/unsubscribe/x/")


def html_of(body, **values):
    return Template("Hello", body).fill(values, FOOT).html.partition("<hr>")[0].strip()


def text_of(body, **values):
    return Template("Hello", body).fill(values, FOOT).text.partition("\n\n-- \n")[0]


def test_fields_are_filled_in_with_what_stands_for_nothing():
    parts = read("Dear {given_name|friend} of { unit }, {{x}}", where="body")
    assert filled(parts, {"given_name": "Nora", "unit": "Salem"}) == "Dear Nora of Salem, {x}"
    assert filled(parts, {}) == "Dear friend of , {x}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\n{givenname}", "Line 2: there is no field {givenname}. Did you mean {given_name}?"),
        ("{phone}", "Line 1: there is no field {phone}. There are {given_name}, {name}, {unit}, {city}, {sender}."),
        ("{", "Line 1: a brace is left open. Write two, {{, where one is meant."),
        ("a {name\n} b", "Line 1: a brace is left open. Write two, {{, where one is meant."),
    ],
)
def test_what_is_no_field_is_said_with_its_line(text, says):
    with pytest.raises(WrongField) as error:
        Template("Hello", text)
    assert (str(error.value), error.value.field) == (says, "body")
    with pytest.raises(WrongField) as error:
        Template(text, "Hello")
    assert error.value.field == "subject"


def test_light_markdown_becomes_html_and_plain_text():
    body = "**Come** *along*\nsoon\n\n- one\n- two\n\n> said\n\n[here](https://example.org/a?b=1)"
    assert html_of(body) == (
        "<p><strong>Come</strong> <em>along</em><br>\nsoon</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        '<blockquote>\n<p>said</p>\n</blockquote>\n<p><a href="https://example.org/a?b=1" rel="noopener noreferrer">here</a></p>'
    )
    assert text_of(body) == ("**Come** *along*\nsoon\n\n- one\n- two\n\n> said\n\nhere (https://example.org/a?b=1)")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("[" * 50_000, "[" * 50_000),
        ("[a](" * 10_000, "[a](" * 10_000),
        ("[" * 9_999 + "[here](https://example.org)", "[" * 9_999 + "here (https://example.org)"),
        ("[a [here](https://example.org)", "[a here (https://example.org)"),
        ("[https://example.org](<https://example.org>)", "https://example.org"),
    ],
    ids=["open", "open addresses", "a link behind many", "a link behind one", "its own address"],
)
def test_a_link_begins_at_its_last_bracket(body, text):
    """From each bracket no more than up to the next is read: a text of many takes no longer than another."""
    assert text_of(body) == text


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.org/seen.png)",
        "[x](javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "<style>p{display:none}</style>".replace("{", "{{").replace("}", "}}"),
    ],
)
def test_nothing_in_a_letter_runs_or_is_fetched(evil):
    written = html_of(evil)
    for sign in ("<script", "<img", "<style", 'javascript:alert(1)"', "onerror=alert(1)>"):
        assert sign not in written.replace("&gt;", "")


@given(st.text(max_size=60))
def test_a_name_is_never_read_as_markup(name):
    """Whatever somebody is called stands there, letter for letter."""
    from html import unescape

    found = html_of("Dear **{name}**!", name=name)
    assert found.startswith("<p>Dear <strong>")
    assert (
        unescape(found.removeprefix("<p>Dear <strong>").removesuffix("</strong>!</p>")) == name or name.strip() != name
    )
    assert "<" not in found.removeprefix("<p>Dear <strong>").removesuffix("</strong>!</p>")


def test_a_field_stands_in_no_address():
    with pytest.raises(WrongField, match="address of a link"):
        Template("Hello", "[x](https://example.org/{city})")


def test_what_stands_below():
    written = Template("Hi {given_name}\nthere", "x").fill({"given_name": "A\r\nBcc: b@example.org"}, FOOT)
    assert written.subject == "Hi A Bcc: b@example.org there"
    assert written.text.endswith(
        "\n\n-- \nNorth\n1 Main Street\n\nNo more e-mail from us: https://muster.example.org/unsubscribe/x/\n"
    )
    assert written.html.endswith(
        '<hr><p>North<br>1 Main Street</p><p><a href="https://muster.example.org/unsubscribe/x/">No more e-mail from us</a></p>\n'
    )


def test_a_long_name_beyond_ascii_stands_in_pieces_that_are_read():
    """RFC 2047, 2: no more than 75 signs each."""
    name = "Ortsgruppe Südliches Übersee " * 4
    _, named = headers.sender("post@example.org", name)
    pieces = named.removesuffix(" <post@example.org>").split(" ")
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 75
    assert str(make_header(decode_header(named))) == f"{name.strip()} <post@example.org>"


def test_heads_of_a_letter():
    assert headers.sender("Us <post@example.org>", 'North, "red"\r\nBcc: x') == (
        "post@example.org",
        '"North, \\"red\\" Bcc: x" <post@example.org>',
    )
    assert headers.sender("Büro <post@bücher.example>", "Nörd") == (
        "post@xn--bcher-kva.example",
        "=?utf-8?b?TsO2cmQ=?= <post@xn--bcher-kva.example>",
    )
    number = headers.message_id(7, "token", "post@example.org")
    assert number == headers.message_id(7, "token", "post@example.org")
    assert "token" not in number
    assert number.endswith("@example.org>")
    assert set(FIELDS) == {"given_name", "name", "unit", "city", "sender"}
