"""What Django cannot say for both databases: spells that must not overlap, and the index that search reads."""

from django.db import migrations

# table → (name of the rule, columns that must be equal for an overlap to be meaningless, extra condition or None)
RULES = [
    ("people_standing", "standing_no_overlap", ("person_id", "standing"), None),
    ("people_placement", "placement_no_overlap", ("person_id", "unit_id"), None),
    ("people_placement", "placement_one_primary", ("person_id",), "is_primary"),
    ("people_qualification", "qualification_no_overlap", ("person_id", "qualification"), None),
    ("people_office", "office_no_overlap", ("person_id", "unit_id", "role"), None),
]
SEARCHED = ("name_key", "email_key", "phone_e164")


def sqlite_rule(table, name, columns, condition):
    same = " AND ".join(f"o.{column} = NEW.{column}" for column in columns)
    only = f" AND NEW.{condition} AND o.{condition}" if condition else ""
    touched = ", ".join((*columns, "from_on", "to_on", *((condition,) if condition else ())))
    body = (
        f"SELECT 1 FROM {table} o WHERE {same}{only} AND o.id IS NOT NEW.id"
        " AND (o.to_on IS NULL OR o.to_on > NEW.from_on) AND (NEW.to_on IS NULL OR NEW.to_on > o.from_on)"
    )
    for moment, suffix in (("BEFORE INSERT", "insert"), (f"BEFORE UPDATE OF {touched}", "update")):
        yield (
            f"CREATE TRIGGER {name}_{suffix} {moment} ON {table} WHEN EXISTS ({body}) "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )


def postgres_rule(table, name, columns, condition):
    same = ", ".join(f"{column} WITH =" for column in columns)
    where = f" WHERE ({condition})" if condition else ""
    # Checked at the end of each statement, so that one UPDATE may shift several spells at once.
    yield (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ({same}, daterange(from_on, to_on) WITH &&){where}"
        " DEFERRABLE INITIALLY IMMEDIATE"
    )


def sqlite_search():
    columns = ", ".join(SEARCHED)
    new = ", ".join(f"new.{column}" for column in SEARCHED)
    old = ", ".join(f"old.{column}" for column in SEARCHED)
    add = f"INSERT INTO people_search(rowid, {columns}) VALUES (new.id, {new});"
    remove = f"INSERT INTO people_search(people_search, rowid, {columns}) VALUES ('delete', old.id, {old});"
    yield (
        f"CREATE VIRTUAL TABLE people_search USING fts5({columns}, content='people_person', content_rowid='id', "
        "tokenize='trigram')"
    )
    # Deleted words must leave the file, not only the answers.
    yield "INSERT INTO people_search(people_search, rank) VALUES ('secure-delete', 1)"
    yield f"CREATE TRIGGER people_search_insert AFTER INSERT ON people_person BEGIN {add} END"
    yield f"CREATE TRIGGER people_search_delete AFTER DELETE ON people_person BEGIN {remove} END"
    yield f"CREATE TRIGGER people_search_update AFTER UPDATE OF {columns} ON people_person BEGIN {remove} {add} END"


def postgres_search():
    operators = ", ".join(f"{column} gin_trgm_ops" for column in SEARCHED)
    yield f"CREATE INDEX people_search ON people_person USING gin ({operators})"


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        statements = ["CREATE EXTENSION IF NOT EXISTS btree_gist", "CREATE EXTENSION IF NOT EXISTS pg_trgm"]
        rule, search = postgres_rule, postgres_search
    else:
        statements, rule, search = [], sqlite_rule, sqlite_search
    for parts in RULES:
        statements += rule(*parts)
    for statement in [*statements, *search()]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
