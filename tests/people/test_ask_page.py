"""The page of questions: alice may ask and take out, bob asks what he may see, charlie finds nobody of North."""

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from muster.audit.models import Entry
from muster.people.models import CustomField
from muster.web.models import SavedView
from tests.builders import make_person, make_unit, make_user

pytestmark = pytest.mark.web
ASK, LIST = reverse("people:person_ask"), reverse("people:person_list")


@pytest.fixture
def people(north, south):
    branch = make_unit("Salem", parent=north)
    CustomField.objects.create(key="shift", label="Shift")
    for number in range(4):
        shift = {"shift": "night"} if number % 2 else {}
        make_person(f"Ours {number}", unit=branch, member_from=date(2020, 1, 1), custom=shift)
    make_person("Theirs Berg", unit=south, tags="press", custom={"shift": "night"})


def asked(client, user, **query):
    client.force_login(user)
    answer = client.get(ASK, query)
    return answer.status_code, unescape(answer.content.decode())


def rows(text):
    """The parts of the question with their counts, as one reads them."""
    table = text.partition('id="parts-rows"')[2].partition("</table>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr ")[1:]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row[:3]] for row in cells]


def names(text):
    return re.findall(r'<a href="/people/\d+/">(.*?)</a>', text)


def test_the_parts_are_counted_alone_and_together(client, alice, bob, charlie, people):
    ask = "standing:member not (field.shift:night or name:3)"
    code, text = asked(client, alice, ask=ask)
    assert code == 200
    assert "People who are members and (do not have “night” in “Shift” and do not have “3” in their name)." in text
    assert rows(text) == [
        ["are members", "4", "4"],
        ["do not have “night” in “Shift” and do not have “3” in their name", "2", "2"],
        ["– have “night” in “Shift”", "2", ""],
        ["– have “3” in their name", "1", ""],
    ]
    assert names(text) == ["Ours 0", "Ours 2"]

    code, text = asked(client, bob, ask=ask)
    assert "Your role does not let you ask for “field”." in text
    assert names(text) == []
    _, text = asked(client, bob, ask="standing:member name:3")
    assert names(text) == ["Ours 3"]
    _, text = asked(client, charlie, ask="standing:member or tag:press")
    assert names(text) == ["Theirs Berg"]
    assert "Ours" not in text


def test_a_question_is_put_together_a_condition_at_a_time(client, alice, people):
    _, text = asked(client, alice)
    assert '<option value="field.shift">Own field: Shift</option>' in text
    assert "One more condition: Standing now" in asked(client, alice, kind="standing")[1]

    def add(ask, **query):
        client.force_login(alice)
        answer = client.get(ASK, {"ask": ask, "add": "1", **query})
        assert answer.status_code == 302, answer.content.decode()
        return unescape(answer["Location"])

    def text_of(location):
        return parse_qs(urlsplit(location).query)["ask"][0]

    ask = text_of(add("", kind="standing", value=["member", "applicant"]))
    assert ask == "standing:member,applicant"
    ask = text_of(add(ask, kind="joined", when=">", number="6", period="m"))
    assert ask == "standing:member,applicant joined>6m"
    ask = text_of(add(ask, kind="field.shift", value="night, late shift", join="1"))
    assert ask == 'standing:member,applicant (joined>6m or field.shift:night,"late shift")'
    ask = text_of(add(ask, kind="in", value="Salem", no="on"))
    assert ask == 'standing:member,applicant (joined>6m or field.shift:night,"late shift") not in:Salem'
    ask = text_of(add(ask, kind="wrote", when=":", first="2026-01-01"))
    assert ask.endswith("not in:Salem wrote:2026-01-01..")

    _, text = asked(client, alice, ask="standing:member not in:Salem")
    links = [unescape(href) for href in re.findall(r'href="(/people/ask/[^"]*)">(?:Turn|Take)', text)]
    assert [text_of(href) for href in links] == [
        *("not standing:member not in:Salem", "not in:Salem"),
        *("standing:member in:Salem", "standing:member"),
    ]
    _, text = asked(client, alice, ask="standing:member")
    assert f'href="{ASK}">Take' in text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"kind": "joined", "when": ">"}, "Say which days are meant."),
        ({"kind": "joined", "when": ":", "first": "2026-02-01", "last": "2026-01-01"}, "ends before it begins"),
        ({"kind": "tag"}, "Fill this in."),
        ({"kind": "name", "value": "!!"}, "holds nothing that a name could"),
        ({"kind": "in", "value": "South"}, "South"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_in_the_form(client, alice, people, query, told):
    code, text = asked(client, alice, ask="standing:member", add="1", **query)
    assert code == 200
    assert told in text.partition('role="alert"')[2]


def test_what_is_wrong_is_shown_with_its_place_and_can_be_mended(client, alice, people):
    code, text = asked(client, alice, ask="standing:member tga:x")
    assert code == 200
    assert "There is no condition “tga”. Did you mean “tag”?" in text
    assert "<code>standing:member <mark>tga:x</mark></code>" in text
    client.force_login(alice)
    for address in (LIST, reverse("people:person_export", args=["csv"])):
        answer = client.get(address, {"ask": "tga:x"})
        assert (answer.status_code, answer["Location"]) == (302, f"{ASK}?ask=tga%3Ax")


def test_the_same_question_makes_list_file_and_kept_view(client, alice, bob, charlie, north, people):
    ask = "standing:member not name:3"
    client.force_login(alice)
    text = unescape(client.get(LIST, {"ask": ask}).content.decode())
    assert names(text) == ["Ours 0", "Ours 1", "Ours 2"]
    assert "People who are members and do not have “3” in their name." in text

    file = b"".join(client.get(reverse("people:person_export", args=["csv"]), {"ask": ask}).streaming_content).decode()
    assert [line.split(",")[1] for line in file.splitlines()[1:]] == ["Ours 0", "Ours 1", "Ours 2"]
    entry = Entry.objects.get(action="people.list.exported")
    # Whom it looked for is for no trace.
    assert entry.details["filters"] == {"ask": "standing name"}

    _, page = asked(client, alice, ask=ask)
    keep = re.search(r'href="(/views/new/[^"]*)"', page)[1]
    answer = client.post(keep, {"name": "To call", "unit": north.pk})
    assert answer.status_code == 302
    kept = SavedView.objects.unscoped("a test").get()
    assert (kept.page, kept.unit_id) == ("people:person_list", north.pk)
    assert ">To call</a>" in client.get(answer["Location"]).content.decode()
    for user, sees in ((bob, True), (charlie, False)):
        client.force_login(user)
        assert (">To call</a>" in client.get(LIST).content.decode()) is sees


def test_whoever_may_not_see_people_may_not_ask(client, people):
    assert asked(client, make_user("mia"))[0] == 403
    client.logout()
    assert client.get(ASK).status_code == 302


def test_a_question_for_nobody_says_so(client, alice, people):
    _, text = asked(client, alice, ask="tag:nothing")
    assert "Nobody fits" in text
    assert rows(text) == [["are tagged “nothing”", "0", "0"]]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_any_number_of_people(client, alice, north, number, django_assert_num_queries):
    for each in range(number):
        make_person(f"Nora {each}", unit=north, tags="press")
    client.force_login(alice)
    client.get(ASK, {"ask": "tag:press in:North"})
    with django_assert_num_queries(15):
        text = client.get(ASK, {"ask": "tag:press in:North"}).content.decode()
    assert len(names(text)) == number
