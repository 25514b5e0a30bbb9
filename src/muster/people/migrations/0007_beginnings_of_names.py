"""PostgreSQL looks beginnings up in an index only if that is ordered by letters' numbers, which few locales do."""

from django.db import migrations


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX person_name_begins ON people_person (name_key varchar_pattern_ops)")


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX person_name_begins")


class Migration(migrations.Migration):
    dependencies = [("people", "0006_rights_from_indexes")]
    operations = [migrations.RunPython(forwards, backwards)]
