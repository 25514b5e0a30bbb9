"""Let SQLite look for overlapping placements among those of the person, not among everybody ever placed in the unit."""

from django.db import migrations

NAME = "placement_no_overlap_%"
# The plus keeps its planner, which knows no numbers, from the index of units.
BEFORE, AFTER = "o.unit_id = NEW.unit_id", "+o.unit_id = NEW.unit_id"


def replace(schema_editor, old, new):
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [NAME])
        triggers = cursor.fetchall()
    for name, sql in triggers:
        schema_editor.execute(f"DROP TRIGGER {name}")
        schema_editor.execute(sql.replace(old, new), params=None)


def forwards(apps, schema_editor):
    replace(schema_editor, BEFORE, AFTER)


def backwards(apps, schema_editor):
    replace(schema_editor, AFTER, BEFORE)


class Migration(migrations.Migration):
    dependencies = [("people", "0004_merges")]
    operations = [migrations.RunPython(forwards, backwards)]
