"""The roles a new organisation begins with; from here on they are data."""

from django.db import migrations

from muster.access.permissions import DEFAULT_ROLES


def forwards(apps, schema_editor):
    Role = apps.get_model("access", "Role")
    for code, (name, permissions) in DEFAULT_ROLES.items():
        Role.objects.create(code=code, name=name, permissions=list(permissions))


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
