"""Whoever talks to contacts and may change people decides on applications too, as before there was a right of its own to it."""

from django.db import migrations

BOTH = {"contacts.work", "people.edit"}
NEW = "contacts.admit"


def forwards(apps, schema_editor):
    Role = apps.get_model("access", "Role")
    for role in Role.objects.order_by("pk"):
        if BOTH <= set(role.permissions) and NEW not in role.permissions:
            role.permissions = [*role.permissions, NEW]
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("access", "0007_strangers")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
