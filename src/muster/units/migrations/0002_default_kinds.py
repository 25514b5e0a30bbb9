"""The kinds of unit a new organisation begins with."""

from django.db import migrations

KINDS = [
    ("organisation", "Organisation", "Organisations", ("region", "branch", "group", "committee")),
    ("region", "Region", "Regions", ("region", "branch", "group", "committee")),
    ("branch", "Branch", "Branches", ("group", "committee")),
    ("group", "Group in formation", "Groups in formation", ()),
    ("committee", "Committee", "Committees", ("committee",)),
]


def forwards(apps, schema_editor):
    Kind = apps.get_model("units", "UnitKind")
    made = {
        code: Kind.objects.create(code=code, name=name, plural=plural, position=10 * (position + 1))
        for position, (code, name, plural, _) in enumerate(KINDS)
    }
    for code, _, _, children in KINDS:
        made[code].allowed_children.set([made[child] for child in children])


class Migration(migrations.Migration):
    dependencies = [("units", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
