"""Administrators may do everything, letters as they came among it."""

from django.db import migrations

NEW = "contacts.raw"


def forwards(apps, schema_editor):
    Role = apps.get_model("access", "Role")
    for role in Role.objects.filter(code="administrator").order_by("pk"):
        if NEW not in role.permissions:
            role.permissions = [*role.permissions, NEW]
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("access", "0009_mailings_send")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
