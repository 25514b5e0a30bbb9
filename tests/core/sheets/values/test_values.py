import doctest
import importlib
import pkgutil

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from muster.core.sheets import formulas, values, workbook_reader
from muster.core.sheets.values import contacts, flags, names
from muster.core.sheets.values.columns import BadValue, ColumnParser, parse_column
from muster.core.sheets.values.names import Name, split_name

pytestmark = pytest.mark.unit

MODULES = [
    importlib.import_module(f"{values.__name__}.{module.name}") for module in pkgutil.iter_modules(values.__path__)
]


@pytest.mark.parametrize("module", [*MODULES, formulas, workbook_reader], ids=lambda module: module.__name__)
def test_examples_of_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_a_column_is_read_with_its_bad_places():
    def refuse_x(text):
        if text == "x":
            raise BadValue("No x.")
        return text.upper()

    parser = ColumnParser(refuse_x)

    for _ in range(2):
        parsed = parser.parse(["a", "x", "b", "x"])
        assert parsed.values == ["A", "", "B", ""]
        assert {place: bad.message for place, bad in parsed.bad.items()} == {1: "No x.", 3: "No x."}
    assert parser.parse(["a"]).bad == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann", Name("Ann")),
        ("Ann Lee", Name("Ann", family="Lee")),
        ("Lee, Ann", Name("Ann", family="Lee")),
        ("Lee, Ann B.", Name("Ann", "B.", "Lee")),
        ("Ann B. C. Lee", Name("Ann", "B. C.", "Lee")),
        ("Ludwig van Beethoven", Name("Ludwig", family="van Beethoven")),
        ("Vincent Willem van Gogh", Name("Vincent", "Willem", "van Gogh")),
        ("María de la Cruz", Name("María", family="de la Cruz")),
        ("Public, John Q., Jr.", Name("John", "Q.", "Public", suffix="Jr.")),
        ("John Public, Jr.", Name("John", family="Public", suffix="Jr.")),
        ("Frau Dr. Rosa Maria Luft", Name("Rosa", "Maria", "Luft", "Frau Dr.")),
        ("Martin Luther King III", Name("Martin", "Luther", "King", suffix="III")),
        ("  ", Name()),
        (", ", Name()),
    ],
)
def test_names_are_split(text, name):
    assert split_name(text) == name


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12)))
def test_keys_of_a_column_are_those_of_its_values(texts):
    assert names.bare_keys(texts) == [names.bare_key(text) for text in texts]


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert names.bare_key(names.bare_key(text)) == names.bare_key(text)


US_TEXT = st.from_regex(r"(\+?1[ .-]?)?\(?[2-9][0-9]{2}\)?[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}", fullmatch=True)
PHONE_TEXT = US_TEXT | st.from_regex(r"\(?[+0-9][0-9 ()./x-]{2,16}", fullmatch=True)


def by_library(text, country):
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(US_TEXT)
def test_the_short_cut_for_us_numbers_equals_the_library(text):
    assert contacts.phone_parser("US")(text) == by_library(text, "US")


@given(
    st.lists(
        US_TEXT | st.just("") | st.from_regex(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True) | PHONE_TEXT, max_size=4
    )
)
def test_the_short_cut_for_a_column_of_phones_equals_the_parser(texts):
    whole = contacts.us_phones(texts)

    if whole is not None:
        assert whole == [contacts.phone_parser("US")(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("(312) 555-0123", "US", "+13125550123"),
        ("312.555.0123 ext. 4", "US", "+13125550123"),
        ("0049 30 901820", "US", "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("08-123 456 78", "SE", "+46812345678"),
        ("+1 312 555 0123", "DE", "+13125550123"),
        ("555-0123", "US", None),
        ("0000000000", "US", None),
        ("n/a", "US", None),
        ("12", "DE", None),
    ],
)
def test_phones_are_read_for_a_country(text, country, e164):
    parsed = parse_column([text], contacts.phone_parser(country))

    assert (parsed.values[0] or None, bool(parsed.bad)) == (e164, e164 is None)


EMAIL_TEXT = (
    st.from_regex(r"[a-zA-Z0-9._+-]{1,8}@[a-zA-Z0-9.-]{1,10}(\.(com|org|de|test|local))?", fullmatch=True)
    | st.emails()
    | st.sampled_from(
        ["", "a@b@c.org", ".a@example.org", "a.@example.org", "@example.org", "example.org", "a..b@x.org"]
    )
)


def email_by_library(text):
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""


@given(EMAIL_TEXT)
def test_the_short_cut_for_addresses_equals_the_library(text):
    assert parse_column([text], contacts.parse_email).values == [email_by_library(text)]


@given(st.lists(EMAIL_TEXT, max_size=4))
def test_the_short_cut_for_a_column_of_addresses_equals_the_parser(texts):
    whole = contacts.plain_emails(texts)

    if whole is not None:
        parsed = parse_column(texts, contacts.parse_email)
        assert (whole, parsed.bad) == (parsed.values, {})


@given(st.lists(st.text(alphabet=["a", " ", "\t", "\n", "\xa0", "\u3000", "b"], max_size=6)), st.booleans())
def test_the_short_cut_for_a_column_of_text_equals_the_parser(texts, lines):
    parse, bulk = flags.text_parser(5, lines=lines)
    whole = bulk(texts)

    if whole is not None:
        parsed = parse_column(texts, parse)
        assert (whole, parsed.bad) == (parsed.values, {})


@pytest.mark.parametrize("text", ["perhaps", "2"])
def test_what_is_neither_yes_nor_no_is_bad(text):
    with pytest.raises(BadValue):
        flags.parse_flag(text)
