"""Administrators may erase people; whoever else should is up to the organisation."""

from django.db import migrations


def forwards(apps, schema_editor):
    for role in apps.get_model("access", "Role").objects.filter(code="administrator"):
        role.permissions = sorted({*role.permissions, "people.erase"})
        role.save()


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_erasures"), ("access", "0002_default_roles")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
