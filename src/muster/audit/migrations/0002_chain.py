"""Where an entry comes from, its place in the chain, and details as the text that is sealed."""

import muster.audit.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        # The column stays as it is; that it must name an account that exists goes away.
        migrations.RenameField("entry", "user", "user_id"),
        migrations.AlterField("entry", "user_id", models.BigIntegerField(null=True)),
        migrations.AlterField("entry", "details", muster.audit.models.JSONText(default=dict)),
        migrations.AddField(
            "entry",
            "channel",
            models.CharField(
                blank=True,
                choices=[("page", "page"), ("command", "command"), ("job", "job"), ("", "not known")],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField("entry", "address", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("entry", "position", models.BigIntegerField(null=True, unique=True)),
        migrations.AddField("entry", "key_id", models.CharField(default="", max_length=30)),
        migrations.AddField("entry", "mac", models.BinaryField(default=b"")),
        migrations.AddIndex("entry", models.Index(fields=["user_id", "id"], name="audit_entry_of_user")),
        migrations.AddIndex("entry", models.Index(fields=["action", "id"], name="audit_entry_of_action")),
        migrations.AddIndex("entry", models.Index(fields=["unit_id", "id"], name="audit_entry_of_unit")),
        migrations.AddIndex(
            "entry",
            models.Index(condition=models.Q(("position", None)), fields=["id"], name="audit_entry_waiting"),
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("position", models.BigIntegerField()),
                ("mac", models.BinaryField()),
                ("key_id", models.CharField(max_length=30)),
                ("signature", models.BinaryField()),
            ],
        ),
    ]
