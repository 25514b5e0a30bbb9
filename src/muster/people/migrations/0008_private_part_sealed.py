"""The private part of people is sealed with keys that lie outside the database (docs/adr/0014)."""

from django.db import migrations, models

from muster.people import private

PLAIN = ("birth_date", "street", "gender", "ethnicity", "notes")


def by_thousands(apps):
    rows = apps.get_model("people", "PersonPrivate")._base_manager.order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:1_000]):
        yield rows, chunk
        last = chunk[-1].pk


def seal(apps, schema_editor):
    for rows, chunk in by_thousands(apps):
        for row in chunk:
            row.sealed, row.birth_mark = private.seal(row.pk, {name: getattr(row, name) for name in PLAIN})
        rows.bulk_update(chunk, ["sealed", "birth_mark"])


def unseal(apps, schema_editor):
    for rows, chunk in by_thousands(apps):
        for row in chunk:
            for name, text in private.opened(row.pk, row.sealed).items():
                setattr(row, name, text)
        rows.bulk_update(chunk, PLAIN)


class Migration(migrations.Migration):
    dependencies = [("people", "0007_beginnings_of_names")]
    operations = [
        migrations.AddField("personprivate", "sealed", models.TextField(default=""), preserve_default=False),
        migrations.AddField("personprivate", "birth_mark", models.CharField(max_length=12, blank=True, default=""), preserve_default=False),
        migrations.RunPython(seal, unseal),
        *(migrations.RemoveField("personprivate", name) for name in PLAIN),
    ]
