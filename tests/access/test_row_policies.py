"""PostgreSQL itself shows nobody more rows than they may see, whatever a query forgets."""

from datetime import date

import pytest
from django.apps import apps
from django.db import DataError, InternalError, connection, transaction
from django.db.models import Count

from muster.access import owner, row_policies, rows
from muster.access.actor import Actor, nobody
from muster.access.arrays import columns
from muster.access.querysets import ScopedQuerySet
from muster.transfer.engine.working import working
from tests.builders import TODAY, make_person, make_private
from tests.rows import as_application
from tests.test_architecture import rows_in, scoped_models

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no policies"),
]
LABELS = sorted(model._meta.label for model in scoped_models())


@pytest.fixture
def application():
    """What is asked is asked by the role that serves pages, and nobody has said anything yet."""
    with as_application():
        yield


@pytest.fixture
def nora(north):
    return make_person("Nora Berg", unit=north, member_from=date(2020, 1, 1))


def person_model():
    return apps.get_model("people.Person")


def names(actor, rows_of=None):
    """Return who is seen by a query that asks for no rights at all."""
    with rows.seen_by(actor):
        return sorted(map(str, (person_model() if rows_of is None else rows_of).objects.all()))


def seen_at_the_server(cursor, table):
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


@pytest.mark.parametrize("label", LABELS)
def test_every_scoped_table_has_its_policies(label):
    table = apps.get_model(label)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass(%s)", [table])
        assert cursor.fetchone() == (True, True)
        cursor.execute("SELECT policyname, cmd FROM pg_policies WHERE tablename = %s ORDER BY 1", [table])
        assert cursor.fetchall() == [(row_policies.OWNER_POLICY, "ALL"), (row_policies.POLICY, "ALL")]


@pytest.mark.parametrize("label", LABELS)
def test_a_table_shows_what_visible_to_shows(label, north, south, organisation, application):
    model = apps.get_model(label)
    north_rows, south_rows = rows_in(north), rows_in(south)
    permission = model.objects.all().view_permission
    actors = [Actor(label="x", on=TODAY, unit_ids={permission: frozenset({unit.pk})}) for unit in (north, south)]
    whole = Actor(label="x", on=TODAY, whole=frozenset({permission}))

    for actor in (*actors, whole, nobody(TODAY)):
        with rows.seen_by(actor):
            assert set(model.objects.all()) == set(model.objects.visible_to(actor))
    with rows.seen_by(actors[0]):
        assert north_rows[label] in model.objects.all()
        assert south_rows[label] not in model.objects.all()
    assert not model.objects.exists()


def test_rows_of_another_permission_are_shown_to_whoever_holds_it(north, south, nora, application):
    make_person("Sol Sand", unit=south)
    actor = Actor(
        label="x",
        on=TODAY,
        unit_ids={"people.view": frozenset({north.pk, south.pk}), "people.contact": frozenset({north.pk})},
    )
    model = person_model()
    with rows.seen_by(actor):
        assert sorted(map(str, model.objects.all())) == ["Nora Berg", "Sol Sand"]
        assert [str(found) for found in model.objects.visible_to(actor, "people.contact")] == ["Nora Berg"]
        # The filter itself need not be right.
        loose = Actor(label="x", on=TODAY, whole=frozenset({"people.contact"}))
        assert [str(found) for found in model.objects.visible_to(loose, "people.contact")] == ["Nora Berg"]
        with pytest.raises(LookupError):
            model.objects.visible_to(actor, "units.view")


def test_alice_and_bob_see_north_and_charlie_does_not(nora, alice, bob, charlie, dora, actor_of, application):
    make_private(nora)
    assert names(actor_of(alice)) == names(actor_of(bob)) == names(actor_of(dora)) == ["Nora Berg"]
    assert names(actor_of(charlie)) == []
    private = apps.get_model("people.PersonPrivate")
    assert [len(names(actor_of(user), private)) for user in (alice, bob, charlie, dora)] == [0, 0, 0, 1]


def test_who_was_placed_there_once_or_stands_nowhere_is_hidden(north, south, alice, dora, actor_of, application):
    moved = make_person("Mo Moved", unit=south)
    apps.get_model("people.Placement").objects.create(
        person=moved, unit=north, from_on=date(2015, 1, 1), to_on=date(2016, 1, 1)
    )
    make_person("Ada Alone")
    assert names(actor_of(alice)) == []
    assert names(actor_of(dora)) == ["Ada Alone", "Mo Moved"]


def test_where_nobody_said_anything_nothing_is_seen(nora, application):
    assert person_model().objects.count() == 0
    with connection.cursor() as cursor:
        assert seen_at_the_server(cursor, "people_person") == 0
        with rows.everyone("a test"):
            assert seen_at_the_server(cursor, "people_person") == 1
        assert seen_at_the_server(cursor, "people_person") == 0


def test_plain_sql_in_a_page_is_held_back_too(nora, alice, charlie, actor_of, application):
    with connection.cursor() as cursor:
        for user, expected in ((alice, 1), (charlie, 0)):
            with rows.seen_by(actor_of(user)):
                assert seen_at_the_server(cursor, "people_person") == expected
                assert seen_at_the_server(cursor, 'public."people_person" AS p') == expected
                cursor.execute("WITH p AS (SELECT * FROM people_person) SELECT count(*) FROM p")
                assert cursor.fetchone() == (expected,)
                cursor.execute("UPDATE people_person SET city = 'Elsewhere'")
                assert cursor.rowcount == expected


def test_what_is_said_to_be_for_everyone_is(nora, charlie, actor_of, application):
    people = person_model().objects
    spells = apps.get_model("people.Standing").objects
    with rows.seen_by(actor_of(charlie)):
        everybody = people.unscoped("a test")
        assert everybody.count() == 1
        assert everybody.filter(name_key__gt="").values("city").annotate(n=Count("pk")).count() == 1
        assert [spell.person for spell in spells.unscoped("a test").select_related("person")] == [nora]
        # Only that part of a question: what it narrows stays as it is.
        assert people.filter(pk__in=everybody.values("pk")).count() == 0
        assert everybody.exclude(pk__in=people.values("pk")).count() == 1
        with transaction.atomic():
            assert everybody.select_for_update().get() == nora


def test_rows_are_added_changed_and_removed_by_whoever_was_asked(north, charlie, actor_of, application):
    model = person_model()
    with rows.seen_by(actor_of(charlie)):
        # Standing nowhere yet, they are seen by nobody here.
        person = model.objects.create(family_name="New", created_at="2026-01-01T00:00Z")
        person.city = "Here"
        person.save()
        assert not model.objects.filter(pk=person.pk).exists()
        model.objects.filter(pk=person.pk).update(city="There")
        assert model.objects.unscoped("a test").get(pk=person.pk).city == "There"
        model.objects.bulk_create([model(family_name="Other", created_at="2026-01-01T00:00Z")])
        model.objects.unscoped("a test").all().delete()
    with rows.everyone("a test"):
        assert not model.objects.exists()


def test_rows_fetched_bit_by_bit_are_those_of_whoever_began(nora, alice, charlie, actor_of, application):
    def fetched(user):
        with rows.seen_by(actor_of(user)):
            return list(person_model().objects.iterator(1))

    assert fetched(alice) == [nora]
    assert fetched(charlie) == []


@pytest.mark.django_db(transaction=True)
def test_columns_come_as_bytes_of_the_rows_that_are_seen(nora, alice, charlie, actor_of, application):
    """They are sent another way, which takes one statement at a time."""
    ids = person_model().objects.values_list("pk").filter(name_key__contains="nora")

    def read(user):
        with rows.seen_by(actor_of(user)):
            return [column.tolist() for column in columns(ids, 1)]

    for user, expected in ((alice, [nora.pk]), (charlie, []), (alice, [nora.pk])):
        assert read(user) == [expected]
        with transaction.atomic():
            assert read(user) == [expected]
    assert not person_model().objects.exists()


def test_what_goes_wrong_with_the_settings_of_columns_is_an_error_of_the_database(nora, alice, actor_of, application):
    with transaction.atomic(), rows.seen_by(actor_of(alice)):
        with pytest.raises(DataError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        with pytest.raises(InternalError, match="current transaction is aborted"):
            columns(person_model().objects.values_list("pk"), 1)
        transaction.set_rollback(True)


def test_no_statement_with_what_was_typed_is_remembered(nora, alice, actor_of, application):
    rows._needed.cache_clear()
    for typed in ("nora", "berg", "people_person\" %s '; --"):
        with rows.seen_by(actor_of(alice)):
            found = columns(person_model().objects.values_list("pk").filter(name_key__contains=typed), 1)[0]
        assert found.tolist() == ([nora.pk] if typed in nora.name_key else [])
    assert rows._needed.cache_info().currsize <= 2


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_each_statement_has_its_own_settings(nora, alice, charlie, actor_of, application):
    """As in a page: nothing is left behind on the connection, and a list that is read while it is sent is its reader's."""
    people = person_model().objects
    for user, expected in ((alice, [nora]), (charlie, []), (alice, [nora])):
        with rows.seen_by(actor_of(user)):
            assert [*people.all()] == [*people.iterator(1)] == expected
            sent = rows.carried(person for person in people.iterator(1))
        with rows.everyone("somebody else's page in between"):
            assert people.count() == 1
        assert [*sent] == expected
        assert people.count() == 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('muster.everyone', true), current_setting('muster.people_view', true)"
            )
            assert {*cursor.fetchone()} <= {None, ""}


def test_a_rollback_leaves_no_settings_behind(nora, alice, charlie, actor_of, application):
    with rows.seen_by(actor_of(charlie)):
        with transaction.atomic():
            with rows.everyone("a test"):
                assert person_model().objects.count() == 1
            transaction.set_rollback(True)
        assert person_model().objects.count() == 0
    with rows.seen_by(actor_of(alice)):
        assert person_model().objects.count() == 1


@pytest.mark.parametrize(
    "rule",
    [
        lambda rows, units: rows.filter(unit_id__gt=min(units, default=0)),
        lambda rows, units: rows.filter(unit__parent_id__in=units),
    ],
)
def test_a_rule_that_no_setting_can_say_is_refused(rule, monkeypatch):
    monkeypatch.setattr(ScopedQuerySet, "_in_units", lambda self, unit_ids, actor: rule(self, unit_ids))
    with pytest.raises(row_policies.NotDerivable):
        row_policies.rule_of(apps.get_model("planning.Goal"), "planning.view", connection)


def test_policies_are_made_once_and_made_again_when_they_should_differ(django_assert_num_queries):
    using = connection.alias
    row_policies.put_up(using, application=None)
    with django_assert_num_queries(FEW, exact=False):
        row_policies.put_up(using, application=None)
    with transaction.atomic():
        row_policies.take_down(using)
        # A migration changes rows meanwhile.
        person = make_person("Nora Berg", member_from=date(2020, 1, 1))
        person_model().objects.filter(pk=person.pk).update(city="Here")
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_policies WHERE policyname LIKE 'muster%'")
            assert cursor.fetchone() == (0,)
        row_policies.put_up(using, application=None)
    test_every_scoped_table_has_its_policies(LABELS[0])


# The tables that are there, who owns them, and the mark; with two for the transaction.
FEW = 8


@pytest.mark.parametrize(
    ("ability", "why"), [("SUPERUSER", "is a superuser"), ("BYPASSRLS", "has BYPASSRLS"), ("", "owns the tables")]
)
def test_the_server_refuses_a_role_that_sees_everything(ability, why, settings):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE muster_test_mighty {ability}")
        if not ability:
            cursor.execute("ALTER TABLE people_person OWNER TO muster_test_mighty")
        cursor.execute("SET ROLE muster_test_mighty")
        settings.HTTPS = True
        assert f"muster_test_mighty, the role of DATABASE_URL, as it {why}. Give" in owner.why_not_to_serve()
        # Over plain http on one's own machine anything will do.
        settings.HTTPS = False
        assert owner.why_not_to_serve() == ""
        cursor.execute("RESET ROLE")


def test_the_server_starts_as_a_plain_role(application, settings):
    settings.HTTPS = True
    assert owner.why_not_to_serve() == ""


def test_an_import_is_worked_on_over_everybody(nora, charlie, actor_of, application):
    """Else an undo by somebody of one part would leave rows in another, and a new person would not be compared with all."""
    batch = apps.get_model("transfer.Batch").objects.create(
        name="x", path="x", source="x", state="DONE", created_at="2026-01-01T00:00Z"
    )
    with rows.seen_by(actor_of(charlie)):
        with working(batch, "DONE"):
            assert person_model().objects.count() == 1
        assert person_model().objects.count() == 0
