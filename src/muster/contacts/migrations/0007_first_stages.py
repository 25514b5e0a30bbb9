"""The stages and the scale a new organisation begins with; from here on they are data."""

from django.db import migrations

STAGES = (
    ("Inquiry", "open", ""),
    ("Contacted", "open", ""),
    ("Meeting held", "open", ""),
    ("Attending", "open", ""),
    ("Asked to join", "open", ""),
    ("Applicant", "open", "applicant"),
    ("Member", "joined", "member"),
    ("Not now", "later", ""),
    ("Do not contact", "never", ""),
)
SUPPORT = ("Active", "Supports us", "Undecided", "Against", "Hostile")


def forwards(apps, schema_editor):
    Stage, Scale = (apps.get_model("contacts", name) for name in ("Stage", "Scale"))
    for position, (name, kind, standing) in enumerate(STAGES, 1):
        Stage.objects.create(name=name, kind=kind, position=position, standing=standing)
    Scale.objects.create(name="Support", steps=list(SUPPORT))


class Migration(migrations.Migration):
    dependencies = [("contacts", "0006_cases")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
