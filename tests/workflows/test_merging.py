"""Merging two records and taking it back: who may, that nothing is lost, that every row comes back as it was."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.access.actor import NotAllowed, system_actor
from muster.access.models import Role
from muster.audit.models import Entry
from muster.contacts.models import Inquiry
from muster.contacts.queries.contact import contact
from muster.contacts.services import assessments, conversations
from muster.people.calc.spells import SpellRow, clash
from muster.people.models import DuplicatePair, Merge, Person, PersonExternalId, PersonPrivate
from muster.people.queries import merging as queries
from muster.people.queries import record
from muster.people.services import _spells, persons
from muster.people.services.merging import ChangedSinceShown, NameMissing, SameRecord
from muster.people.services.parting import CannotPart
from muster.transfer.models import Batch, Change
from muster.workflows import erasure, merging
from muster.workflows.models import Erasure, ErasureRequest
from tests.builders import (
    NOON,
    TODAY,
    make_case,
    make_inquiry,
    make_office,
    make_person,
    make_placement,
    make_private,
    make_standing,
    make_unit,
    make_user,
    private_of,
)
from tests.transfer.helpers import dump

pytestmark = pytest.mark.db
START = date(2020, 1, 1)


@pytest.fixture
def first(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def second(north):
    return make_unit("North 2", parent=north)


@pytest.fixture
def nora(first):
    """Known for long: a member with an address."""
    return make_person(
        "Nora Berg", unit=first, member_from=date(2015, 1, 1), email="nora@old.example", email_key="nora@old.example"
    )


@pytest.fixture
def twin(second):
    """The same woman, from a list."""
    return make_person(
        "Nora Berg-Lund",
        unit=second,
        email="nora@new.example",
        email_key="nora@new.example",
        phone="503 555 0123",
        phone_e164="+15035550123",
        tags="speaker",
    )


def merge(actor, kept, dropped, *, now=NOON, **chosen):
    """Merge as somebody would who looked at the page a moment ago."""
    shown = queries.comparison(actor, kept.pk, dropped.pk)
    seen = shown.seen if shown else ""
    return merging.merge_people(actor=actor, kept_id=kept.pk, dropped_id=dropped.pk, chosen=chosen, seen=seen, now=now)


def stored(person):
    return Person.objects.unscoped("test").get(pk=person.pk)


def notes_of(person):
    return private_of(person)["notes"]


def test_what_points_at_a_person_is_known_here():
    """A new table that points at people must be moved by a merge; then it belongs into this list."""
    pointing = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Person
    }
    assert pointing == {
        "contacts.Application.person",
        "contacts.Assessment.person",
        "contacts.Call.person",
        "contacts.Case.person",
        "contacts.Conversation.person",
        "contacts.Inquiry.person",
        "contacts.StageChange.person",
        "contacts.Welcome.person",
        "mailings.Letter.person",
        "people.DuplicatePair.first",
        "people.DuplicatePair.second",
        "people.Merge.kept",
        "people.Office.person",
        "people.PersonExternalId.person",
        "people.PersonPrivate.person",
        "people.Placement.person",
        "people.Qualification.person",
        "people.Standing.person",
        "workflows.ErasureRequest.person",
    }


def test_only_who_may_merge_where_both_are_placed(nora, twin, south, alice, bob, charlie, erin, actor_of):
    for user in (alice, bob, charlie):
        with pytest.raises(NotAllowed):
            merge(actor_of(user), nora, twin)
    with pytest.raises(SameRecord):
        merging.merge_people(actor=actor_of(erin), kept_id=nora.pk, dropped_id=nora.pk, chosen={}, seen="", now=NOON)
    # Whoever looks after South would see Nora's years in North: that is not Erin's to give.
    placed = make_placement(twin, south, from_on=TODAY + timedelta(days=30))
    with pytest.raises(NotAllowed):
        merge(actor_of(erin), nora, twin)
    assert not queries.mergeable(actor_of(erin)).filter(pk=twin.pk).exists()
    placed.delete()

    merge(actor_of(erin), nora, twin)

    assert list(Person.objects.unscoped("test").values_list("pk", flat=True)) == [nora.pk]


def test_everything_goes_along_and_nothing_known_is_lost(nora, twin, first, second, dora, actor_of):
    make_private(twin, street="Elm 5", birth_date="1980-05-31", notes="Met at the fair.")
    make_private(nora, birth_date="1980", notes="Speaks Norwegian.")
    make_office(twin, second, "treasurer")
    twin_id = PersonExternalId.objects.create(person=twin, source="list", value="77")
    inquiry = make_inquiry(person=twin)
    other = make_person("Nora Berk", unit=first)
    DuplicatePair.objects.create(first=nora, second=twin, reason="same phone", found_at=NOON)
    pair = DuplicatePair.objects.create(first=twin, second=other, reason="nearly the same name", found_at=NOON)
    account = make_user("nora")
    Person.objects.unscoped("test").filter(pk=twin.pk).update(user=account)
    Person.objects.unscoped("test").filter(pk=nora.pk).update(custom={"shirt": "M"})
    Person.objects.unscoped("test").filter(pk=twin.pk).update(custom={"shirt": "L", "bus": "12"})

    merge(actor_of(dora), nora, twin, email=1)

    kept = stored(nora)
    assert (kept.family_name, kept.email, kept.email_key, kept.phone_e164, kept.tags, kept.user, kept.custom) == (
        "Berg-Lund",
        "nora@new.example",
        "nora@new.example",
        "+15035550123",
        "speaker",
        account,
        {"shirt": "M", "bus": "12"},
    )
    assert kept.name_key == "nora berg lund"
    assert [row.person_id for row in PersonPrivate.objects.unscoped("test").all()] == [nora.pk]
    private = private_of(nora)
    assert (private["street"], private["birth_date"]) == ("Elm 5", "1980-05-31")
    assert private["notes"] == (
        "Speaks Norwegian.\n\nMet at the fair.\n\n"
        f"Also noted when {twin.ref} was merged into this record on Sun 1 Nov 2026:\n"
        "Family name: Berg\nE-mail: nora@old.example\nBirth date: 1980\nshirt: L"
    )
    twin_id.refresh_from_db()
    inquiry.refresh_from_db()
    pair.refresh_from_db()
    assert (twin_id.person_id, inquiry.person_id) == (nora.pk, nora.pk)
    assert (pair.first_id, pair.second_id) == (nora.pk, other.pk)
    assert DuplicatePair.objects.count() == 1
    rows = [(row.kind, row.what or row.unit_id, row.is_primary) for row in _spells.rows_of(nora.pk)]
    assert rows == [
        ("standing", "member", False),
        ("placement", first.pk, True),
        ("placement", second.pk, False),
        ("office", "treasurer", False),
    ]
    entry = Entry.objects.get(action="people.persons.merged")
    assert (entry.target, entry.count) == (f"people.Person:{nora.pk}", 2)
    assert "nora@" not in str(entry.details)
    assert "Merged with another record" in [done.what for done in record.history_of(actor_of(dora), nora.pk)]
    assert queries.merged_into(actor_of(dora), twin.pk) == nora.pk


def test_fields_the_actor_may_not_see_are_not_told_not_chosen_and_not_lost(north, nora, twin, dora, actor_of):
    Role.objects.create(code="tidier", name="Tidier", permissions=["people.view", "people.merge"])
    make_private(nora, ethnicity="one", notes="a secret")
    make_private(twin, ethnicity="other")
    tidier = actor_of(make_user("tim", tidier=north))

    shown = queries.comparison(tidier, nora.pk, twin.pk)
    assert shown.hides
    assert {line.name for line in shown.fields} == {"given_name", "family_name"}
    assert all(word not in str(shown) for word in ("example", "503", "secret", "ethnicity"))
    for field in ("email", "ethnicity", "custom:shirt"):
        with pytest.raises(NotAllowed):
            merge(tidier, nora, twin, **{field: 1})
    merge(tidier, nora, twin)

    assert stored(nora).email == "nora@old.example"
    assert "E-mail: nora@new.example" in notes_of(nora)
    assert "Ethnicity: other" in notes_of(nora)


def test_what_was_looked_at_is_what_is_merged(nora, twin, dora, actor_of):
    actor = actor_of(dora)
    seen = queries.comparison(actor, nora.pk, twin.pk).seen
    make_private(twin, street="Elm 5")
    before = dump()

    with pytest.raises(ChangedSinceShown):
        merging.merge_people(actor=actor, kept_id=nora.pk, dropped_id=twin.pk, chosen={}, seen=seen, now=NOON)
    Person.objects.unscoped("test").filter(pk=nora.pk).update(given_name="", family_name="")
    with pytest.raises(NameMissing):
        merge(actor, nora, twin, given_name=0, family_name=0)

    assert dump()["people_standing"] == before["people_standing"]
    assert Merge.objects.count() == 0


def test_a_merge_is_taken_back_by_who_may_merge_and_only_while_nothing_was_done_since(
    nora, twin, south, alice, charlie, erin, dora, actor_of
):
    inquiry = make_inquiry(person=twin)
    before = dump()
    merge_id = merge(actor_of(dora), nora, twin)
    for user in (alice, charlie):
        with pytest.raises(NotAllowed):
            merging.undo_merge(actor=actor_of(user), merge_id=merge_id, now=NOON)
    with pytest.raises(CannotPart, match="older than 30 days"):
        merging.undo_merge(actor=actor_of(erin), merge_id=merge_id, now=NOON + timedelta(days=31))
    persons.edit_person(actor=actor_of(alice), person_id=nora.pk, wanted={"city": "Bend"}, seen={}, now=NOON)
    make_standing(nora, "contact")
    merged = dump()
    with pytest.raises(CannotPart, match=r"Nora Berg-Lund was changed since the merge: name and details, standings\."):
        merging.undo_merge(actor=actor_of(erin), merge_id=merge_id, now=NOON)
    assert dump() == merged
    Person.objects.unscoped("test").filter(pk=nora.pk).update(city="", version=2)
    _spells.MODELS["standing"].objects.unscoped("test").filter(standing="contact").delete()
    Inquiry.objects.unscoped("test").update(person=None)
    with pytest.raises(Exception, match="given to somebody else"):
        merging.undo_merge(actor=actor_of(erin), merge_id=merge_id, now=NOON)
    Inquiry.objects.unscoped("test").filter(pk=inquiry.pk).update(person=nora)

    assert merging.undo_merge(actor=actor_of(erin), merge_id=merge_id, now=NOON) == (nora.pk, twin.pk)

    assert dump() == before
    with pytest.raises(NotAllowed):
        merging.undo_merge(actor=actor_of(erin), merge_id=merge_id, now=NOON)


def test_merges_of_merges_are_taken_back_in_turn(nora, twin, first, dora, actor_of):
    actor = actor_of(dora)
    third = make_person("N. Berg", unit=first)
    states = [dump()]
    one = merge(actor, twin, third)
    states.append(dump())
    two = merge(actor, nora, twin)

    assert queries.merged_into(actor, third.pk) == nora.pk
    assert [line.dropped_name for line in queries.merges(actor, now=NOON)] == ["Nora Berg-Lund", "N. Berg"]
    with pytest.raises(CannotPart, match="merged with another record since"):
        merging.undo_merge(actor=actor, merge_id=one, now=NOON)
    merging.undo_merge(actor=actor, merge_id=two, now=NOON)
    assert dump() == states[1]
    merging.undo_merge(actor=actor, merge_id=one, now=NOON)
    assert dump() == states[0]


def test_after_thirty_days_nothing_is_kept_but_who_it_was(nora, twin, first, dora, actor_of):
    actor = actor_of(dora)
    old = merge(actor, nora, twin)
    merge(actor, nora, make_person("N. Berg", unit=first), now=NOON + timedelta(days=31))

    assert merging.forget_merges(NOON + timedelta(days=30)) == "0 merges can no longer be taken back."
    assert merging.forget_merges(NOON + timedelta(days=31)) == "1 merges can no longer be taken back."
    assert Merge.objects.filter(before={}, after={}).get().pk == old
    assert queries.merged_into(actor, twin.pk) == nora.pk
    assert len(queries.merges(actor, now=NOON + timedelta(days=31))) == 1


def test_two_people_told_apart_stay_apart_after_a_merge(nora, twin, first, dora, actor_of):
    other = make_person("Ole Berg", unit=first)
    open_pair = DuplicatePair.objects.create(first=nora, second=other, reason="same phone", found_at=NOON)
    DuplicatePair.objects.create(first=twin, second=other, reason="same phone", state="APART", found_at=NOON)
    before = dump()
    merge_id = merge(actor_of(dora), nora, twin)
    assert list(DuplicatePair.objects.values_list("pk", "state")) == [(open_pair.pk, "APART")]

    merging.undo_merge(actor=actor_of(dora), merge_id=merge_id, now=NOON)

    assert dump() == before


@pytest.mark.parametrize("asked", ["kept", "dropped", "both"])
def test_who_asked_to_be_erased_has_asked(asked, nora, twin, dora, actor_of):
    if asked != "dropped":
        ErasureRequest.objects.create(person=nora, asked_at=NOON, decided_at=NOON, refused_because="Owes books.")
    if asked != "kept":
        ErasureRequest.objects.create(person=twin, asked_at=NOON - timedelta(days=1))
    before = dump()

    merge_id = merge(actor_of(dora), nora, twin)

    request = ErasureRequest.objects.get()
    assert (request.person_id, request.decided_at is None) == (nora.pk, asked != "kept")
    ErasureRequest.objects.update(refused_because="Something new.")
    with pytest.raises(CannotPart, match="asked to be erased"):
        merging.undo_merge(actor=actor_of(dora), merge_id=merge_id, now=NOON)
    ErasureRequest.objects.update(refused_because="Owes books." if asked == "kept" else "")
    merging.undo_merge(actor=actor_of(dora), merge_id=merge_id, now=NOON)
    assert dump() == before


@pytest.mark.parametrize("followed", ["kept", "dropped", "both", "none"])
def test_what_was_said_to_either_was_said_to_the_one(followed, nora, twin, dora, actor_of):
    if followed in ("kept", "both"):
        make_case(nora, next_step="Meet")
    if followed in ("dropped", "both"):
        make_case(twin, next_step="Call")
    for person in (nora, twin):
        conversations.note_conversation(
            actor=actor_of(dora), person_id=person.pk, kind="call", result="no_answer", note=f"of {person.pk}", now=NOON
        )
    support = apps.get_model("contacts.Scale").objects.get(name="Support")
    assessments.assess(actor=actor_of(dora), person_id=twin.pk, scale_id=support.pk, step=2, now=NOON)
    before = dump()

    merge_id = merge(actor_of(dora), nora, twin)

    shown = contact(actor_of(dora), nora.pk)
    assert (shown.case is not None) == (followed != "none")
    assert sorted(event.text for event in shown.events if event.kind == "conversation") == sorted(
        f"of {person.pk}" for person in (nora, twin)
    )
    assert [judged.step for judged in shown.judged] == [2]
    merging.undo_merge(actor=actor_of(dora), merge_id=merge_id, now=NOON)
    assert dump() == before


def test_erasing_a_merged_person_erases_both_records(nora, twin, dora, actor_of):
    make_private(twin, street="Elm 5")
    batch = Batch.objects.create(name="x", source="x", created_at=NOON, state="DONE")
    for table in ("people_person", "people_personprivate"):
        Change.objects.create(batch=batch, table=table, row_id=twin.pk, last_id=twin.pk, before={"city": "Elmville"})
    merge(actor_of(dora), nora, twin)
    try:
        erasure.erase_person(actor=actor_of(dora), person_id=nora.pk, now=NOON)
    finally:
        erasure.log_path().unlink(missing_ok=True)

    assert set(Erasure.objects.values_list("person_ref", flat=True)) == {nora.ref, twin.ref}
    assert (Merge.objects.count(), Change.objects.count()) == (0, 0)
    assert "Elm" not in str(dump())


# Any two records.
TEXTS = {
    "given_name": ["", "Nora", "NORA", "N."],
    "family_name": ["Berg", "Berg-Lund"],
    "email": ["", "a@example.org", "b@example.org"],
    "phone": ["", "503 555 0123", "+47 22 00 00 00"],
    "city": ["", "Salem", "Bend"],
    "tags": ["", "a", "a;b", "c"],
}
PRIVATE = {"birth_date": ["", "1980", "1980-05-31", "1981-01-01"], "notes": ["", "one", "two\nlines"]}
FLAGS = [None, True, False]


@st.composite
def records(draw):
    fields = {name: draw(st.sampled_from(values)) for name, values in TEXTS.items()}
    fields |= {name: draw(st.sampled_from(FLAGS)) for name in ("email_opt_in", "phone_opt_in")}
    fields["custom"] = draw(st.dictionaries(st.sampled_from("xy"), st.sampled_from(["1", "2"])))
    private = draw(st.none() | st.fixed_dictionaries({name: st.sampled_from(v) for name, v in PRIVATE.items()}))
    spell = st.tuples(
        st.sampled_from(["standing", "placement", "qualification", "office"]),
        st.integers(0, 2),
        st.integers(0, 30),
        st.none() | st.integers(1, 20),
        st.booleans(),
    )
    return fields, private, draw(st.lists(spell, max_size=8)), draw(st.integers(0, 2)), draw(st.integers(0, 2))


def stored_record(record, units, number):
    fields, private, drawn, identifiers, inquiries = record
    person = make_person("", **fields)
    if private is not None:
        make_private(person, **private)
    rows = []
    for kind, which, begins, days, primary in drawn:
        what = {"standing": ["contact", "applicant", "member"], "placement": [""] * 3}.get(kind, ["a", "b", "c"])[which]
        begin = START + timedelta(days=begins)
        unit_id = units[which].pk if kind in ("placement", "office") else None
        end = begin + timedelta(days=days) if days else None
        row = SpellRow(kind, begin, end, what=what, unit_id=unit_id, is_primary=primary and kind == "placement")
        rows += [] if clash([*rows, row]) else [row]
    _spells.write(system_actor("test", on=TODAY), person.pk, [], rows)
    for place in range(identifiers):
        PersonExternalId.objects.create(person=person, source="list", value=f"{number}-{place}")
    for _ in range(inquiries):
        make_inquiry(person=person)
    return person


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


CHOICES = st.dictionaries(st.sampled_from([*TEXTS, *PRIVATE, "custom:x", "email_opt_in"]), st.integers(0, 1))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records(), records(), CHOICES, st.sampled_from(["", "OPEN", "APART"]))
def test_any_merge_loses_nothing_and_its_undo_restores_every_row(
    organisation, dora, actor_of, one, other, chosen, pair_state
):
    actor = actor_of(dora)
    with rolled_back():
        units = [make_unit(f"Unit {number}", parent=organisation) for number in range(3)]
        kept, dropped = (stored_record(record, units, number) for number, record in enumerate((one, other)))
        third = make_person("Third Person")
        if pair_state:
            DuplicatePair.objects.create(first=dropped, second=third, reason="x", state=pair_state, found_at=NOON)
        before = dump()
        chosen = {name: side for name, side in chosen.items() if name not in ("tags", "notes", "given_name")}

        merge_id = merge(actor, kept, dropped, **chosen)

        left = {row[0] for row in dump()["people_person"]}
        assert left == {str(kept.pk), str(third.pk)}
        person = stored(kept)
        private = PersonPrivate.objects.unscoped("test").filter(person=kept).first()
        told = " ".join(
            [
                *(str(getattr(person, name)) for name in TEXTS),
                *person.custom.values(),
                *(private.opened().values() if private else ()),
            ]
        ).casefold()
        for fields, hidden, *_ in (one, other):
            values = [*(fields[name] for name in TEXTS if name != "tags"), *fields["tags"].split(";")]
            values += [*fields["custom"].values(), *(hidden or {}).values()]
            assert [value for value in values if value.casefold() not in told] == []
        assert Inquiry.objects.unscoped("test").filter(person=kept).count() == one[4] + other[4]
        connection.check_constraints()
        merging.undo_merge(actor=actor, merge_id=merge_id, now=NOON)
        assert dump() == before
        connection.check_constraints()


def test_a_merge_grants_nobody_sight(nora, twin, charlie, dora, actor_of):
    for step in (lambda: None, lambda: merge(actor_of(dora), nora, twin)):
        step()
        assert not Person.objects.visible_to(actor_of(charlie)).exists()
        assert queries.comparison(actor_of(charlie), nora.pk, twin.pk) is None
        assert queries.merged_into(actor_of(charlie), twin.pk) is None
        assert queries.merges(actor_of(charlie), now=NOON) == []
