"""Whoever talks to contacts and may change people decides on applications too, as before there was a right of its own to it."""

from django.db import migrations

from muster.access.migrations._roles import also_give


class Migration(migrations.Migration):
    dependencies = [("access", "0007_strangers")]
    operations = [migrations.RunPython(also_give("contacts.admit", {"contacts.work", "people.edit"}), migrations.RunPython.noop)]
