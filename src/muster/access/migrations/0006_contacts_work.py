"""Whoever sees inquiries and may change people talks to contacts too, as before there was a right of its own to it."""

from django.db import migrations

from muster.access.migrations._roles import also_give


class Migration(migrations.Migration):
    dependencies = [("access", "0005_releases")]
    operations = [migrations.RunPython(also_give("contacts.work", {"contacts.view", "people.edit"}), migrations.RunPython.noop)]
