"""Fields of the organisation's own."""

from django.db import connection


def custom_labels() -> frozenset[str]:
    """Return the names of the fields there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT label FROM people_customfield")
        return frozenset(label for (label,) in cursor.fetchall())
