"""Reasons that somebody typed stay out of the trace from now on, and are kept while a change may be undone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_private_part_sealed")]
    operations = [
        migrations.CreateModel(
            "SaidReason",
            [
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("said_at", models.DateTimeField()),
                ("before", models.JSONField(default=list)),
                ("after", models.JSONField(default=list)),
            ],
        ),
    ]
