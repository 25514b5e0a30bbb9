"""Put an organisation of lists of dicts into the database."""

from datetime import UTC, datetime, time

from muster.units.models import Unit, UnitExternalId
from tests.builders import (
    make_former_kind,
    make_goal,
    make_inquiry,
    make_person,
    make_placement,
    make_qualification,
    make_standing,
    make_unit,
)


def store(organisation, root=None):
    """Return unit name → row, person name → row; `root` stands in for the first unit."""
    units, people = {}, {}
    for row in organisation["units"]:
        fields = {
            name: row[name] for name in ("opened_on", "closed_on", "city", "region", "country", "latitude", "longitude")
        }
        kept = row["name"] if root is None or row["parent"] else root.name
        if root is not None and not row["parent"]:
            Unit.objects.filter(pk=root.pk).update(**fields)
            made = root
        else:
            made = make_unit(kept, kind=row["kind"], parent=units.get(row["parent"]), **fields)
        UnitExternalId.objects.create(unit=made, source="folder", value=row["unit"])
        for was in row["was"]:
            make_former_kind(made, was["kind"], until=was["until"])
        units[row["unit"]] = made
    for row in organisation["people"]:
        people[row["person"]] = make_person(
            row["person"], **{name: row[name] for name in ("city", "region", "country")}
        )
    for row in organisation["members"]:
        make_standing(people[row["person"]], from_on=row["from"], to_on=row["to"])
    for row in organisation["placements"]:
        days = {"from_on": row["from"], "to_on": row["to"]}
        make_placement(people[row["person"]], units[row["unit"]], is_primary=row["primary"], **days)
    for row in organisation["organisers"]:
        make_qualification(people[row["person"]], from_on=row["from"], to_on=row["to"])
    asked = []
    for row in organisation["inquiries"]:
        at = datetime.combine(row["received_on"], time(12), tzinfo=UTC)
        first = asked[row["part_of"]] if row["part_of"] is not None else None
        asked.append(make_inquiry(received_at=at, person=people.get(row["person"]), part_of=first))
    for row in organisation["goals"]:
        make_goal(units[row["unit"]], **{name: value for name, value in row.items() if name != "unit"})
    return units, people
