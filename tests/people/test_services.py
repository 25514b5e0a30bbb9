"""Every write by alice (may act in North), bob (may look there), charlie (South)."""

from datetime import timedelta

import pytest

from muster.access.actor import NotAllowed
from muster.audit.models import Entry
from muster.people.calc.fields import ChangedSince
from muster.people.calc.spells import AlreadyHolds, DoesNotHold, EndsTooEarly, SpellRow, SpellsOverlap
from muster.people.calc.tags import BadTag
from muster.people.models import CustomField, Person, SaidReason
from muster.people.queries.search import search
from muster.people.services import (
    corrections,
    leaving,
    offices,
    persons,
    placements,
    qualifications,
    standings,
    tags,
    undo,
)
from muster.people.services._spells import UnitClosed, rows_of
from tests.builders import (
    LONG_AGO,
    NOON,
    TODAY,
    make_person,
    make_placement,
    make_private,
    make_unit,
    make_user,
    private_of,
)

pytestmark = pytest.mark.db
BEFORE = TODAY - timedelta(days=100)


@pytest.fixture
def first(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def second(north):
    return make_unit("North 2", parent=north)


@pytest.fixture
def nora(first):
    return make_person("Nora Berg", unit=first, member_from=LONG_AGO)


def spells_of(person):
    return [(row.kind, row.what or row.unit_id, row.from_on, row.to_on, row.is_primary) for row in rows_of(person.pk)]


ACTS = {
    "edit": lambda p, u: (persons.edit_person, {"wanted": {"city": "Bend"}, "seen": {}}),
    "archive": lambda p, u: (leaving.archive_person, {"on": TODAY, "reason": ""}),
    "standing": lambda p, u: (standings.set_standing, {"standing": "contact", "from_on": TODAY}),
    "end standing": lambda p, u: (standings.end_standing, {"standing": "member", "on": TODAY}),
    "move": lambda p, u: (placements.move_person, {"unit_id": u.pk, "on": TODAY}),
    "place": lambda p, u: (placements.add_placement, {"unit_id": u.pk, "from_on": TODAY}),
    "qualify": lambda p, u: (qualifications.add_qualification, {"qualification": "speaker", "from_on": TODAY}),
    "office": lambda p, u: (offices.add_office, {"unit_id": u.pk, "role": "treasurer", "from_on": TODAY}),
    "end": lambda p, u: (corrections.end_spell, {"kind": "placement", "spell_id": placed(p), "on": TODAY}),
    "correct": lambda p, u: (
        corrections.correct_spell,
        {"kind": "placement", "spell_id": placed(p), "from_on": BEFORE, "to_on": None},
    ),
    "remove": lambda p, u: (corrections.remove_spell, {"kind": "placement", "spell_id": placed(p)}),
}


def placed(person):
    return next(row.id for row in rows_of(person.pk, ["placement"]))


@pytest.mark.parametrize("act", ACTS)
def test_alice_may_act_in_north_bob_and_charlie_may_not(act, nora, second, alice, bob, charlie, actor_of):
    before = rows_of(nora.pk)
    service, arguments = ACTS[act](nora, second)
    for user in (bob, charlie):
        with pytest.raises(NotAllowed):
            service(actor=actor_of(user), person_id=nora.pk, now=NOON, **arguments)
    assert (rows_of(nora.pk), Person.objects.unscoped("test").get().version) == (before, 1)
    assert Entry.objects.count() == 0

    service(actor=actor_of(alice), person_id=nora.pk, now=NOON, **arguments)

    assert rows_of(nora.pk) != before or Person.objects.unscoped("test").get().city == "Bend"
    assert list(Entry.objects.values_list("target", "actor_label")) == [(f"people.Person:{nora.pk}", str(alice))]


@pytest.mark.parametrize("act", ["move", "place", "office"])
def test_nobody_is_put_into_a_unit_where_the_actor_may_not_act(act, nora, south, alice, actor_of):
    service, arguments = ACTS[act](nora, south)

    with pytest.raises(NotAllowed):
        service(actor=actor_of(alice), person_id=nora.pk, now=NOON, **arguments)


def test_a_home_in_south_is_not_moved_by_who_acts_in_north_only(first, second, south, alice, actor_of):
    person = make_person("Two Places", unit=south)
    make_placement(person, first)

    with pytest.raises(NotAllowed):
        placements.move_person(actor=actor_of(alice), person_id=person.pk, unit_id=second.pk, on=TODAY, now=NOON)


def test_who_has_no_unit_is_changed_by_the_whole_organisations_officers_only(organisation, alice, dora, actor_of):
    loose = make_person("Dan Nowhere")
    arguments = {"person_id": loose.pk, "wanted": {"city": "Bend"}, "seen": {}, "now": NOON}

    with pytest.raises(NotAllowed):
        persons.edit_person(actor=actor_of(alice), **arguments)
    assert persons.edit_person(actor=actor_of(dora), **arguments) == ["city"]
    with pytest.raises(NotAllowed):
        persons.add_person(actor=actor_of(alice), fields={"given_name": "X"}, unit_id=None, on=TODAY, now=NOON)


def test_add_person_stores_keys_placement_and_standing(first, alice, bob, charlie, actor_of):
    arguments = {
        "fields": {
            "given_name": " Zoë ",
            "family_name": "O'Neil-Größe",
            "email": "Zoe@Example.org",
            "phone": "(503) 555-0123",
            "country": "us",
        },
        "unit_id": first.pk,
        "on": TODAY,
        "standing": "member",
        "tags": ["b", "a"],
        "now": NOON,
    }
    for user in (bob, charlie):
        with pytest.raises(NotAllowed):
            persons.add_person(actor=actor_of(user), **arguments)

    person = persons.add_person(actor=actor_of(alice), **arguments)

    stored = Person.objects.unscoped("test").get()
    assert stored == person
    assert (stored.given_name, stored.email, stored.country, stored.tags) == ("Zoë", "Zoe@Example.org", "US", "a;b")
    assert (stored.email_key, stored.phone_e164) == ("zoe@example.org", "+15035550123")
    assert stored.name_key.startswith("zoe o")
    assert spells_of(person) == [
        ("standing", "member", TODAY, None, False),
        ("placement", first.pk, TODAY, None, True),
    ]


@pytest.mark.parametrize(
    "sign", ["\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}", "\N{LATIN SMALL LIGATURE FFI}", "ß"]
)
def test_names_of_signs_that_stand_for_many_are_kept(sign, north, alice, actor_of):
    fields = {
        "given_name": sign * 120,
        "family_name": sign * 120,
        "email": f"a@{sign * 60}.{sign * 60}.{sign * 60}.org",
    }
    added = persons.add_person(
        actor=actor_of(alice), fields=fields, unit_id=north.pk, standing="member", on=TODAY, now=NOON
    )
    added.refresh_from_db()
    assert {name: getattr(added, name) for name in fields} == fields
    assert [line.id for line in search(actor_of(alice), sign * 100)] == [added.pk]


def test_nobody_is_added_without_a_name_or_into_a_closed_unit(north, alice, actor_of):
    closed = make_unit("Shut", parent=north, closed_on=TODAY)
    for fields, error in (({"email": "x@example.org"}, persons.NameMissing), ({"given_name": "X"}, UnitClosed)):
        with pytest.raises(error):
            persons.add_person(actor=actor_of(alice), fields=fields, unit_id=closed.pk, on=TODAY, now=NOON)
    assert Person.objects.unscoped("test").count() == 0


def test_no_address_is_kept_that_mail_would_not_reach(nora, north, alice, actor_of):
    actor, odd = actor_of(alice), {"email": "<x>@example.org"}
    with pytest.raises(persons.BadAddress, match="Write it such as name@example") as raised:
        persons.edit_person(actor=actor, person_id=nora.pk, wanted=odd, seen={"email": ""}, now=NOON)
    assert raised.value.field == "email"
    with pytest.raises(persons.BadAddress):
        persons.add_person(actor=actor, fields=odd | {"given_name": "X"}, unit_id=north.pk, on=TODAY, now=NOON)
    assert list(Person.objects.unscoped("test").values_list("email", flat=True)) == [""]
    # What stood there before keeps nobody from changing the rest.
    Person.objects.unscoped("test").update(**odd)
    wanted = odd | {"city": "Salem"}
    persons.edit_person(actor=actor, person_id=nora.pk, wanted=wanted, seen=odd | {"city": ""}, now=NOON)
    assert Person.objects.unscoped("test").get().city == "Salem"


def test_two_people_edit_at_once(nora, alice, actor_of):
    actor = actor_of(alice)
    seen = {"city": "", "occupation": ""}
    persons.edit_person(actor=actor, person_id=nora.pk, wanted={"city": "Salem"}, seen=seen, now=NOON)

    persons.edit_person(
        actor=actor, person_id=nora.pk, wanted={"city": "", "occupation": "Welder"}, seen=seen, now=NOON
    )
    with pytest.raises(ChangedSince, match="City"):
        persons.edit_person(actor=actor, person_id=nora.pk, wanted={"city": "Bend"}, seen=seen, now=NOON)

    stored = Person.objects.unscoped("test").get()
    assert (stored.city, stored.occupation, stored.version) == ("Salem", "Welder", 3)


def test_own_fields_are_kept_where_they_exist(nora, alice, actor_of):
    CustomField.objects.create(key="local", label="Union local")
    edit = {"actor": actor_of(alice), "person_id": nora.pk, "seen": {}, "now": NOON}

    assert persons.edit_person(**edit, wanted={"custom:local": "IBEW 48"}) == ["custom:local"]
    with pytest.raises(persons.UnknownField):
        persons.edit_person(**edit, wanted={"custom:none": "x"})

    assert Person.objects.unscoped("test").get().custom == {"local": "IBEW 48"}


def test_contact_and_private_fields_need_their_own_right_and_leave_no_values_in_the_trace(nora, alice, dora, actor_of):
    make_private(nora, street="Old Street 1")
    private = {"person_id": nora.pk, "wanted": {"street": "Elm 5"}, "seen": {"street": "Old Street 1"}, "now": NOON}
    with pytest.raises(NotAllowed):
        persons.edit_private(actor=actor_of(alice), **private)

    persons.edit_private(actor=actor_of(dora), **private)
    persons.edit_person(actor=actor_of(alice), person_id=nora.pk, wanted={"email": "n@example.org"}, seen={}, now=NOON)

    assert private_of(nora)["street"] == "Elm 5"
    assert [entry.details for entry in Entry.objects.order_by("pk")] == [
        {"changed": {"street": None}},
        {"changed": {"email": None}},
    ]


def test_a_member_leaves_and_returns(nora, alice, actor_of):
    act = {"actor": actor_of(alice), "person_id": nora.pk, "now": NOON}
    standings.end_standing(**act, standing="member", on=BEFORE, reason="moved abroad")
    with pytest.raises(DoesNotHold):
        standings.end_standing(**act, standing="member", on=TODAY)

    standings.set_standing(**act, standing="contact", from_on=BEFORE)
    standings.set_standing(**act, standing="member", from_on=TODAY)
    with pytest.raises(AlreadyHolds, match="Sun 1 Nov 2026"):
        standings.set_standing(**act, standing="member", from_on=TODAY)
    with pytest.raises(SpellsOverlap):
        standings.set_standing(**act, standing="member", from_on=BEFORE)

    assert [row[1:4] for row in spells_of(nora) if row[0] == "standing"] == [
        ("member", LONG_AGO, BEFORE),
        ("contact", BEFORE, TODAY),
        ("member", TODAY, None),
    ]
    assert rows_of(nora.pk, ["standing"])[0].reason == "moved abroad"


def test_a_wrong_date_is_put_right_and_both_states_stay_in_the_trace(nora, alice, actor_of):
    row = rows_of(nora.pk, ["standing"])[0]
    act = {"actor": actor_of(alice), "person_id": nora.pk, "kind": "standing", "spell_id": row.id, "now": NOON}

    corrections.correct_spell(**act, from_on=BEFORE, to_on=None)
    with pytest.raises(EndsTooEarly):
        corrections.correct_spell(**act, from_on=BEFORE, to_on=BEFORE)

    entry = Entry.objects.get()
    assert entry.action == "people.standing.corrected"
    assert [SpellRow.from_json(stored) for stored in entry.details["before"]] == [row]
    assert entry.details["after"][0]["from_on"] == BEFORE.isoformat()


@pytest.mark.parametrize("act", ["move", "standing", "end standing", "end", "remove", "archive"])
def test_undo_restores_exactly_and_once(act, nora, second, alice, dora, actor_of):
    before = rows_of(nora.pk)
    service, arguments = ACTS[act](nora, second)
    entry_id = service(actor=actor_of(alice), person_id=nora.pk, now=NOON, **arguments)
    assert rows_of(nora.pk) != before

    with pytest.raises(NotAllowed):
        undo.undo_change(actor=actor_of(dora), entry_id=entry_id, now=NOON)
    with pytest.raises(undo.CannotUndo):
        undo.undo_change(actor=actor_of(alice), entry_id=entry_id, now=NOON + timedelta(hours=1))
    undo.undo_change(actor=actor_of(alice), entry_id=entry_id, now=NOON)

    assert rows_of(nora.pk) == before
    with pytest.raises(undo.CannotUndo):
        undo.undo_change(actor=actor_of(alice), entry_id=entry_id, now=NOON)
    assert rows_of(nora.pk) == before


def test_what_was_typed_as_a_reason_stays_out_of_the_trace_and_comes_back(nora, alice, actor_of):
    act = {"actor": actor_of(alice), "person_id": nora.pk, "now": NOON}
    ended = standings.end_standing(**act, standing="member", on=BEFORE, reason="ill for long")
    left = rows_of(nora.pk)
    row = rows_of(nora.pk, ["standing"])[0]
    removed = corrections.remove_spell(**act, kind="standing", spell_id=row.id)
    assert (row.reason, rows_of(nora.pk, ["standing"])) == ("ill for long", [])
    assert not [entry for entry in Entry.objects.values() if "ill" in str(entry) or "reason" in str(entry)]

    undo.undo_change(actor=act["actor"], entry_id=removed, now=NOON)
    assert rows_of(nora.pk) == left
    undo.undo_change(actor=act["actor"], entry_id=ended, now=NOON)
    assert rows_of(nora.pk, ["standing"])[0].reason == ""

    undo.forget_old_reasons(now=NOON + timedelta(minutes=15))
    assert set(SaidReason.objects.values_list("pk", flat=True)) == {ended, removed}
    assert undo.forget_old_reasons(now=NOON + timedelta(minutes=15, seconds=1)) == 2


def test_undo_is_refused_after_a_later_change_and_after_rights_are_lost(nora, first, second, alice, actor_of):
    actor = actor_of(alice)
    entry_id = placements.move_person(actor=actor, person_id=nora.pk, unit_id=second.pk, on=BEFORE, now=NOON)
    fewer = make_user("eve", unit_organiser=second)
    of_fewer = Entry.objects.get(pk=entry_id)
    of_fewer.pk, of_fewer.position, of_fewer.user_id = None, None, fewer.pk
    of_fewer.save()
    with pytest.raises(NotAllowed):
        undo.undo_change(actor=actor_of(fewer), entry_id=of_fewer.pk, now=NOON)

    placements.move_person(actor=actor, person_id=nora.pk, unit_id=first.pk, on=TODAY, now=NOON)

    with pytest.raises(undo.CannotUndo):
        undo.undo_change(actor=actor, entry_id=entry_id, now=NOON)


def test_tags_are_put_on_many_or_nobody(nora, first, south, alice, bob, actor_of):
    other = make_person("Ole Berg", unit=first, tags="b;c")
    foreign = make_person("South Person", unit=south)
    for user, people in ((bob, [nora]), (alice, [nora, foreign])):
        with pytest.raises(NotAllowed):
            tags.tag_people(actor=actor_of(user), person_ids=[p.pk for p in people], add=["a"], now=NOON)
    with pytest.raises(BadTag):
        tags.tag_people(actor=actor_of(alice), person_ids=[nora.pk], add=["a;b"], now=NOON)

    done = tags.tag_people(
        actor=actor_of(alice), person_ids=[nora.pk, other.pk], add=["b ", "a"], remove=["c"], now=NOON
    )

    assert done == 2
    assert list(Person.objects.unscoped("test").order_by("pk").values_list("tags", flat=True)) == ["a;b", "a;b", ""]
