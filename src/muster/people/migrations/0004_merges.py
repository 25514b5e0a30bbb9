from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_indexes_of_lists")]
    operations = [
        migrations.RemoveField("merge", "undone_at"),
        migrations.AddField("merge", "dropped_id", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AlterField("merge", "before", models.JSONField(default=dict)),
        migrations.AddField("merge", "after", models.JSONField(default=dict)),
        migrations.AddIndex("merge", models.Index(fields=["dropped_ref"], name="merge_by_ref")),
        migrations.AddIndex("merge", models.Index(fields=["dropped_id"], name="merge_by_id")),
        migrations.AlterField(
            "duplicatepair",
            "state",
            models.CharField(
                choices=[("OPEN", "To be decided"), ("APART", "Two people")], default="OPEN", max_length=10
            ),
        ),
    ]
