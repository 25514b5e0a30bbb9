"""Conversations of one moment: which of a file are which that are here, so that no note takes the place of another."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from muster.contacts import sealed
from muster.contacts.models import Conversation
from muster.contacts.services.conversations import note_conversation
from muster.people.models import Person
from muster.transfer import services
from muster.transfer.engine.apart import paired
from tests.builders import NOON, make_conversation, make_person
from tests.transfer.followed import of, taken_out
from tests.transfer.helpers import SYSTEM, counts, dump, files_of, problems, publish, write_files

stored = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
MOMENT = "2026-11-01T12:00:00Z"
WARNED = (
    "Rows of conversations.csv beside one of the same moment that somebody else noted, or with other words: {}."
    " They are added; what is here stays."
)
WORD = some.sampled_from(["", "a", "b"])
ROWS = some.lists(some.tuples(WORD, WORD), max_size=6)


@given(ROWS, ROWS)
def test_rows_are_one_only_where_neither_says_something_else(file, here):
    rows, held = list(enumerate(file)), [(100 + place, words) for place, words in enumerate(here)]
    found = paired(rows, held)
    assert len(set(found.values())) == len(found)
    for n, pk in found.items():
        assert all(word == other or not (word and other) for word, other in zip(file[n], here[pk - 100], strict=True))
    # Whoever finds their very own finds that.
    own = [n for n, words in rows if words in here and n == file.index(words)]
    assert [here[found[n] - 100] for n in own] == [file[n] for n in own]


@given(ROWS, ROWS)
def test_a_second_time_nothing_is_new_and_nothing_is_filled_in(file, here):
    rows = list(enumerate(file))
    found = paired(rows, [(place, words) for place, words in enumerate(here)])
    for n, (by, note) in rows:
        if n in found:
            here[found[n]] = (by or here[found[n]][0], note or here[found[n]][1])
        else:
            here.append((by, note))
    again = paired(rows, list(enumerate(here)))
    assert again.keys() == set(range(len(file)))
    assert all(
        not word or word == there for n, pk in again.items() for word, there in zip(file[n], here[pk], strict=True)
    )


class Word(str):
    """A text that counts how often it is compared with another."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        Word.compared += 1
        return str.__eq__(self, other)


@pytest.mark.parametrize("here", ["the same", "others", "none said"])
def test_very_many_of_one_minute_are_not_compared_each_with_each(here):
    done = []
    for size in (500, 2000):
        rows = [(n, (Word("1"), Word(f"Note {n}"))) for n in range(size)]
        words = {"the same": "Note {}", "others": "Other {}", "none said": ""}[here]
        held = [(n, (Word("1"), Word(words.format(n)))) for n in reversed(range(size))]
        Word.compared = 0
        assert len(paired(rows, held)) == (0 if here == "others" else size)
        done.append(Word.compared)
    assert done[1] < 5 * max(done[0], 500)


@pytest.fixture
def nora(north, alice, bob):
    """Alice and Bob are in the register, so that a file can name them."""
    for user in (alice, bob):
        make_person(f"{user.name.title()} Ek", unit=north, user=user)
    return make_person("Nora Berg", unit=north)


def number_of(user):
    return Person.objects.unscoped("a test").get(user=user).ref if user else ""


def brought(folder, nora, *lines):
    said = "\n".join(f"{nora.ref},{MOMENT},call,reached,{number_of(by)},{note}" for by, note in lines)
    files = write_files(
        folder, people=f"person\n{nora.ref}", conversations=f"person,held_at,way,result,by,note\n{said}"
    )
    batch = publish(files)
    assert problems(batch) == []
    return counts(batch)["conversations"], batch


def said_to(nora):
    return [(one.held_by and one.held_by.name, sealed.opened(one, "note")) for one in of(nora, Conversation)]


class TestStored:
    pytestmark = stored

    @pytest.mark.parametrize("same_person", [True, False])
    def test_a_second_conversation_of_a_minute_is_added_and_told(
        self, same_person, nora, alice, bob, actor_of, tmp_path
    ):
        note_conversation(
            actor=actor_of(alice), person_id=nora.pk, kind="call", result="reached", note="Will come", now=NOON
        )
        other = (alice, "Asks for a lift") if same_person else (bob, "Will come")
        before = dump()
        done, batch = brought(tmp_path / "1", nora, other)
        assert (done, batch.result["warnings"]) == ((1, 0, 0, 0), [WARNED.format(1)])
        both = [("alice", "Will come"), (other[0].name, other[1])]
        assert said_to(nora) == both
        # Both are known again, whichever stands first, and go out and in.
        done, again = brought(tmp_path / "2", nora, other, (alice, "Will come"))
        assert (done, again.result["warnings"]) == ((0, 0, 2, 0), [])
        one = taken_out(tmp_path / "out")
        assert counts(publish(one))["conversations"] == (0, 0, 2, 0)
        assert said_to(nora) == both
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
        assert dump() == before

    def test_what_one_lacks_is_filled_in_and_nothing_is_replaced(self, nora, alice, bob, tmp_path):
        make_conversation(nora, held_by=alice)
        make_conversation(nora)
        assert brought(tmp_path / "1", nora, (bob, "Hers"), (alice, "Also"))[0] == (0, 2, 0, 0)
        assert said_to(nora) == [("alice", "Also"), ("bob", "Hers")]
        assert brought(tmp_path / "2", nora, (None, ""), (bob, ""))[0] == (0, 0, 2, 0)
        done, batch = brought(tmp_path / "3", nora, (alice, "Other"), (alice, "Also"), (bob, ""), (None, "Third"))
        assert (done, batch.result["warnings"]) == ((2, 0, 2, 0), [WARNED.format(2)])
        assert said_to(nora) == [("alice", "Also"), ("bob", "Hers"), ("alice", "Other"), (None, "Third")]

    def test_what_was_typed_on_a_page_is_known_again(self, nora, alice, actor_of, tmp_path):
        for note in ("=Her\r\nsister", 'a\u00a0 b\te\u0301\u2028 , "c"', "'+1", "", ""):
            note_conversation(
                actor=actor_of(alice), person_id=nora.pk, kind="text", result="reached", note=note, now=NOON
            )
        one = taken_out(tmp_path / "one")
        before = dump()
        batch = publish(one)
        assert (counts(batch)["conversations"], batch.result["warnings"]) == ((0, 0, 5, 0), [])
        assert dump() == before
        Conversation.objects.unscoped("a test").all().delete()
        publish(one)
        assert files_of(taken_out(tmp_path / "two")) == files_of(one)

    def test_a_note_that_nobody_can_open_stays_as_it_is(self, nora, alice, tmp_path):
        broken = make_conversation(nora, held_by=alice, note="000000000000.AAAA")
        assert brought(tmp_path, nora, (alice, "Will come"))[0] == (1, 0, 0, 0)
        broken.refresh_from_db()
        assert broken.note == "000000000000.AAAA"
