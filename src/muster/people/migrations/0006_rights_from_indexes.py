"""Let rights be read from indexes alone, and drop the indexes that only repeat the beginning of another."""

import django.db.models.deletion
from django.db import migrations, models

# Altering the fields would make the tables anew on SQLite, and lose the rules that 0002 hung on them.
REPEATED = [
    ("people_duplicatepair", "first_id", "10e3156a"),
    ("people_office", "person_id", "e3705a14"),
    ("people_placement", "person_id", "173f9f4f"),
    ("people_placement", "unit_id", "43f408d6"),
    ("people_qualification", "person_id", "315859f8"),
    ("people_standing", "person_id", "3caf8f43"),
]
OF_PERSON = models.ForeignKey(
    "people.person", django.db.models.deletion.CASCADE, related_name="+", db_index=False
)
IN_UNIT = models.ForeignKey("units.unit", django.db.models.deletion.PROTECT, related_name="+", db_index=False)


def dropped(table, column, digest):
    name = f"{table}_{column}_{digest}"
    return migrations.RunSQL(f'DROP INDEX "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")')


class Migration(migrations.Migration):
    dependencies = [("people", "0005_overlaps_by_person"), ("units", "0003_closing")]
    operations = [
        migrations.RemoveIndex("placement", "placement_of_person"),
        migrations.RemoveIndex("standing", "standing_of_person"),
        migrations.RemoveIndex("standing", "standing_by_day"),
        migrations.AddIndex(
            "placement", models.Index(fields=["person", "from_on", "to_on", "unit"], name="placement_of_person")
        ),
        migrations.AddIndex(
            "placement",
            models.Index(fields=["unit", "person", "from_on", "to_on", "is_primary"], name="placement_in_unit"),
        ),
        migrations.AddIndex(
            "standing", models.Index(fields=["person", "standing", "from_on", "to_on"], name="standing_of_person")
        ),
        migrations.AddIndex(
            "standing", models.Index(fields=["standing", "from_on", "person", "to_on"], name="standing_by_day")
        ),
        migrations.SeparateDatabaseAndState(
            [dropped(*index) for index in REPEATED],
            [
                migrations.AlterField("duplicatepair", "first", OF_PERSON),
                migrations.AlterField("office", "person", OF_PERSON),
                migrations.AlterField("placement", "person", OF_PERSON),
                migrations.AlterField("placement", "unit", IN_UNIT),
                migrations.AlterField("qualification", "person", OF_PERSON),
                migrations.AlterField("standing", "person", OF_PERSON),
            ],
        ),
    ]
