"""Whoever sees contact details and takes lists out may write letters too; before, they did so elsewhere."""

from django.db import migrations

BOTH = {"people.contact", "people.export"}
NEW = "mailings.send"


def forwards(apps, schema_editor):
    Role = apps.get_model("access", "Role")
    for role in Role.objects.order_by("pk"):
        if BOTH <= set(role.permissions) and NEW not in role.permissions:
            role.permissions = [*role.permissions, NEW]
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("access", "0008_contacts_admit")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
