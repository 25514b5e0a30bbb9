"""
A mark of an address that a mail server refused.

By SQL: Django would make the table anew on SQLite, and the triggers that keep the search index would be gone with the old one.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0009_reasons_out_of_the_trace'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE people_person ADD COLUMN email_refused varchar(12) NOT NULL DEFAULT ''",
                    "ALTER TABLE people_person DROP COLUMN email_refused",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='person',
                    name='email_refused',
                    field=models.CharField(blank=True, db_default='', default='', max_length=12),
                ),
            ],
        ),
    ]
