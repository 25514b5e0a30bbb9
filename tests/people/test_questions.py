"""The text of a question: read, written, refused in words, and told as a sentence."""

import doctest
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.people.calc import asked_days, questions
from muster.people.calc.asked_days import read_days
from muster.people.calc.conditions import Kind, Meant, Takes, near, sentence
from muster.people.calc.questions import (
    DEEPEST,
    LONGEST,
    MOST_CONDITIONS,
    MOST_VALUES,
    All,
    Condition,
    Either,
    Not,
    WrongQuestion,
    conditions_of,
    outline,
    parts_of,
    read,
    with_part,
    with_part_turned,
    without_part,
    written,
)

pytestmark = pytest.mark.unit
# What might confuse whoever reads: signs, words of our own, quotes, letters of everywhere.
TEXTS = st.text(
    st.sampled_from('ab"().,:<>#é漢 \\%_*+-') | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8
)
VALUES = st.one_of(TEXTS, st.sampled_from(["and", "or", "not", "NOT", "New York", '"', '""', ", ", ".."])).map(
    lambda text: " ".join(text.replace("\x00", "").split())
)
VALUES = VALUES.filter(bool)
NAMES = st.from_regex(r"[a-z][a-z-]{0,6}", fullmatch=True).filter(lambda name: name not in ("and", "or", "not"))
CONDITIONS = st.builds(
    Condition,
    NAMES,
    st.sampled_from(":<>"),
    st.lists(VALUES, min_size=1, max_size=3).map(tuple),
    st.just("") | VALUES,
)


def bigger(parts):
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    turned = parts.map(lambda part: part.part if isinstance(part, Not) else Not(part))
    return st.builds(All, several) | st.builds(Either, several) | turned


QUESTIONS = st.recursive(CONDITIONS, bigger, max_leaves=8)


def deep(question):
    match question:
        case Not(part):
            return deep(part)
        case All(parts) | Either(parts):
            return 1 + max(map(deep, parts))
    return 0


@given(QUESTIONS.filter(lambda question: deep(question) < DEEPEST))
def test_what_was_written_is_read_as_the_same(question):
    text = written(question)
    if len(text) <= LONGEST:
        assert read(text) == question
        assert written(read(text)) == text
        assert read(f"  ( {text} )\n") == question or deep(question) == DEEPEST - 1


@given(st.text(st.sampled_from('ab:<>"(), .not') | st.characters(), max_size=60))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        question = read(text)
    except WrongQuestion as error:
        assert 0 <= error.at <= len(text)
        assert str(error).endswith((".", ":…"))
    else:
        assert read(written(question)) == question


def test_the_shape_is_that_of_the_words():
    member, north, tag = (
        Condition(*each) for each in (("standing", ":", ("member",)), ("in", ":", ("North",)), ("tag", ":", ("a b",)))
    )
    assert read('standing:member in:North not tag:"a b"') == All((member, north, Not(tag)))
    assert read('standing:member AND in:North or tag:"a b"') == Either((All((member, north)), tag))
    assert read('standing:member (in:North or tag:"a b")') == All((member, Either((north, tag))))
    assert read("not not (not in:North)") == Not(north)
    assert read('field."shirt size":L,XL') == Condition("field", ":", ("L", "XL"), "shirt size")
    assert read("name:or name:not") == All((Condition("name", ":", ("or",)), Condition("name", ":", ("not",))))
    assert [each.at for each in conditions_of(read("in:North  (tag:x or tag:y)"))] == [0, 11, 20]
    assert read("and-more:x") == Condition("and-more", ":", ("x",))


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("", 0, "A condition is expected here, such as standing:member."),
        ("maria", 5, "After “maria” comes a colon and what is looked for: maria:…"),
        ("tag:", 4, "A value is expected here."),
        ('tag:"', 4, "This quote is never closed."),
        ('tag:" "', 4, "A value is expected here."),
        ("tag:a,", 6, "A value is expected here."),
        ("field.:a", 6, "A value is expected here."),
        ("(tag:a", 0, "This “(” is never closed."),
        ("tag:a)", 5, "There is a “)” too many."),
        ("()", 1, "A condition is expected here, such as standing:member."),
        ("tag:a or", 8, "A condition is expected here, such as standing:member."),
        ("or tag:a", 0, "A condition is expected here, such as standing:member."),
        ("TAG:a", 0, "A condition is expected here, such as standing:member."),
        ("x" * (LONGEST + 1), LONGEST, "A question has at most 1,000 signs."),
        (" ".join(["tag:a"] * (MOST_CONDITIONS + 1)), 120, "A question has at most 20 conditions."),
        ("tag:" + ",".join("a" * (MOST_VALUES + 1)), 0, "A condition has at most 20 values."),
        ("(" * 7 + "tag:a" + ")" * 7, 6, "Brackets stand at most 5 deep."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, at, told):
    with pytest.raises(WrongQuestion) as raised:
        read(text)
    assert (raised.value.at, str(raised.value)) == (at, told)


ON = date(2026, 8, 31)


@pytest.mark.parametrize(
    ("sign", "text", "first", "after", "words"),
    [
        ("<", "60d", date(2026, 7, 2), date(2026, 9, 1), "within the last 60 days"),
        (">", "6m", None, date(2026, 2, 28), "over 6 months ago"),
        (">", "1y", None, date(2025, 8, 31), "over 1 year ago"),
        ("<", "2w", date(2026, 8, 17), date(2026, 9, 1), "within the last 2 weeks"),
        ("<", "9999y", date.min, date(2026, 9, 1), "within the last 9,999 years"),
        ("<", "9999w", date(1835, 1, 12), date(2026, 9, 1), "within the last 9,999 weeks"),
        (":", "2026-01-31", date(2026, 1, 31), date(2026, 2, 1), "on Sat 31 Jan 2026"),
        (":", "2026-01-01..2026-01-31", date(2026, 1, 1), date(2026, 2, 1), "from Thu 1 Jan 2026 to Sat 31 Jan 2026"),
        (":", "..2025-12-31", None, date(2026, 1, 1), "on or before Wed 31 Dec 2025"),
        (":", "2026-01-01..", date(2026, 1, 1), None, "on or after Thu 1 Jan 2026"),
        (":", "9999-12-31", date.max, None, "on Fri 31 Dec 9999"),
    ],
)
def test_days_are_those_of_the_calendar(sign, text, first, after, words):
    days = read_days(sign, text, on=ON)
    assert (days.first, days.after, days.words) == (first, after, words)


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("<", "60"),
        ("<", "2026-01-01"),
        (">", "-1d"),
        (":", "6m"),
        (":", ".."),
        (":", "2026-02-30"),
        (":", "20260101"),
        (":", "2026-02-01..2026-01-01"),
        (":", "2026-W01-1"),
        ("<", "99999d"),
        ("<", "٣d"),
    ],
)
def test_what_is_no_day_is_refused(sign, text):
    with pytest.raises(WrongQuestion):
        read_days(sign, text, on=ON, at=3)


def test_a_question_reads_as_a_sentence():
    said = {
        "a": ("are members", "are not members"),
        "b": ("live in “X”", "do not live in “X”"),
        "c": ("joined over 6 months ago", "did not join over 6 months ago"),
    }
    conditions = {name: Condition(name, ":", ("x",)) for name in said}
    meant = {
        conditions[name]: Meant(Kind(name, name, Takes.TEXT, yes, no, lambda asked: None), None, "{x}", "")
        for name, (yes, no) in said.items()
    }
    a, b, c = conditions.values()
    assert sentence(a, meant) == "People who are members."
    assert sentence(Not(a), meant) == "People who are not members."
    assert sentence(All((a, b, Not(c))), meant) == (
        "People who are members, live in “X” and did not join over 6 months ago."
    )
    assert sentence(All((a, Either((b, c)))), meant) == (
        "People who are members and (live in “X” or joined over 6 months ago)."
    )
    # Not both is: one of them not.
    assert sentence(Not(All((a, b))), meant) == "People who are not members or do not live in “X”."
    assert sentence(All((a, Not(Either((b, c))))), meant) == (
        "People who are members and (do not live in “X” and did not join over 6 months ago)."
    )


def test_the_nearest_known_word_is_named():
    assert near("standng", ["standing", "tag"]) == " Did you mean “standing”?"
    assert near("quux", ["standing", "tag"]) == ""
    assert near("TAGS", ["tag", "Standing"]) == " Did you mean “tag”?"


def test_an_outline_holds_no_value():
    assert outline('standing:member (not name:"Nora Berg" or field.shift:night)') == "standing name field"
    assert outline("name:") == ""


def test_the_examples_of_the_grammar_hold():
    for module in (questions, asked_days):
        assert doctest.testmod(module).failed == 0


def test_parts_are_added_turned_and_taken_away():
    a, b, c = (Condition(name, ":", ("x",)) for name in "abc")
    assert with_part(None, a) == a
    assert with_part(a, b) == All((a, b))
    assert with_part(All((a, b)), c) == All((a, b, c))
    # An or at the top is one part, and so is what stands in brackets.
    assert with_part(Either((a, b)), c) == All((Either((a, b)), c))
    assert with_part(All((a, b)), c, beside=0) == All((Either((a, c)), b))
    assert with_part(All((Either((a, c)), b)), c, beside=0) == All((Either((a, c, c)), b))
    with pytest.raises(IndexError):
        with_part(a, b, beside=1)
    assert without_part(All((a, b, c)), 1) == All((a, c))
    assert without_part(All((a, b)), 0) == b
    assert without_part(a, 0) is None
    assert with_part_turned(All((a, b)), 1) == All((a, Not(b)))
    assert with_part_turned(Not(Either((a, b))), 0) == Either((a, b))
    assert parts_of(with_part_turned(Either((a, b)), 0)) == (Not(Either((a, b))),)
