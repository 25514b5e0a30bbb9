"""Whoever sees contact details and takes lists out may write letters too; before, they did so elsewhere."""

from django.db import migrations

from muster.access.migrations._roles import also_give


class Migration(migrations.Migration):
    dependencies = [("access", "0008_contacts_admit")]
    operations = [migrations.RunPython(also_give("mailings.send", {"people.contact", "people.export"}), migrations.RunPython.noop)]
