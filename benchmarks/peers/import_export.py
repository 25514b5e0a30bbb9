"""
Import a sheet with django-import-export: `python -m benchmarks.peers.import_export SHEET ROWS default|bulk`.

It writes the same table of people, and only that: no spells, no private part, no trace. Rows are found again by an id
that stands in a unique index.
"""

import csv
import os
import sys
from itertools import islice

FIELDS = {
    "First Name": "given_name",
    "Last Name": "family_name",
    "Email": "email",
    "Phone": "phone",
    "City": "city",
    "State": "region",
    "Zip": "postcode",
    "Country": "country",
}


def main(sheet: str, rows: int, way: str) -> None:
    """Import the first rows of the sheet and print how many were new."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.config.settings")
    import django

    django.setup()
    import tablib
    from django.utils import timezone
    from import_export import resources

    from muster.people.models import Person

    class PersonResource(resources.ModelResource):
        class Meta:
            model = Person
            fields = ("ref", *FIELDS.values(), "created_at")
            import_id_fields = ("ref",)
            use_bulk = way == "bulk"
            batch_size = 1000
            skip_diff = way == "bulk"

    now = timezone.now().strftime("%Y-%m-%d %H:%M:%S")
    with open(sheet, encoding="utf-8", newline="") as file:
        data = tablib.Dataset(headers=["ref", *FIELDS.values(), "created_at"])
        for number, row in enumerate(islice(csv.DictReader(file), rows)):
            data.append([f"peer-{number}", *(row[header] for header in FIELDS), now])
    result = PersonResource().import_data(data, use_transactions=True, raise_errors=True)
    print(result.totals["new"])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
