"""PostgreSQL answers what is asked of tags and cities from indexes alone, instead of reading everybody."""

from django.db import migrations, models


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # As Django writes `iexact`.
        schema_editor.execute("CREATE INDEX person_in_city ON people_person (upper(city::text), id)")


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX person_in_city")


class Migration(migrations.Migration):
    dependencies = [("people", "0011_households")]
    operations = [
        migrations.RemoveIndex("person", "person_by_tags"),
        migrations.AddIndex(
            "person",
            models.Index(fields=["tags", "id"], name="person_by_tags", condition=~models.Q(tags="")),
        ),
        migrations.RunPython(forwards, backwards),
    ]
