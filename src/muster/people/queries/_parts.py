"""Parts of one person's record that several queries read, once it is sure that the person may be seen."""

from dataclasses import dataclass
from datetime import date

from muster.people.calc.spells import OFFICE, PLACEMENT, QUALIFICATION, STANDING, SpellRow
from muster.people.models import CustomField, Office, Person, Placement, Qualification, Standing


@dataclass(frozen=True, slots=True)
class SpellLine:
    """One spell with the name of its unit ('' where it has none), and whether the reader may change it."""

    row: SpellRow
    unit: str
    is_now: bool
    may_change: bool = False

    @property
    def title(self) -> str:
        """Return such as `Member`, `Treasurer in North 1`, `North 2 (home)`."""
        if self.row.kind == PLACEMENT:
            return f"{self.unit} (home)" if self.row.is_primary else self.unit
        return f"{self.row.what.capitalize()} in {self.unit}" if self.unit else self.row.what.capitalize()


def own_fields_of(person: Person) -> dict[str, str]:
    """Return label → value of the organisation's own fields that are filled for a person one may see; one query."""
    filled = {key: str(value) for key, value in person.custom.items() if value}
    labels = dict(CustomField.objects.filter(key__in=filled).values_list("key", "label")) if filled else {}
    return {labels.get(key, key): filled[key] for key in sorted(filled)}


def spell_lines(person_id: int, on: date) -> list[SpellLine]:
    """Return the spells of a person one may see, the latest first; four queries."""
    held: list[tuple[SpellRow, str]] = []
    for spell in (
        Standing.objects.unscoped("spells of a person the actor may see").filter(person_id=person_id).order_by("pk")
    ):
        row = SpellRow(STANDING, spell.from_on, spell.to_on, what=spell.standing, reason=spell.reason, id=spell.pk)
        held.append((row, ""))
    for place in (
        Placement.objects.unscoped("spells of a person the actor may see")
        .filter(person_id=person_id)
        .select_related("unit")
        .order_by("pk")
    ):
        row = SpellRow(
            PLACEMENT, place.from_on, place.to_on, unit_id=place.unit_id, is_primary=place.is_primary, id=place.pk
        )
        held.append((row, place.unit.name))
    for skill in (
        Qualification.objects.unscoped("spells of a person the actor may see")
        .filter(person_id=person_id)
        .order_by("pk")
    ):
        row = SpellRow(QUALIFICATION, skill.from_on, skill.to_on, what=skill.qualification, id=skill.pk)
        held.append((row, ""))
    for office in (
        Office.objects.unscoped("spells of a person the actor may see")
        .filter(person_id=person_id)
        .select_related("unit")
        .order_by("pk")
    ):
        row = SpellRow(OFFICE, office.from_on, office.to_on, what=office.role, unit_id=office.unit_id, id=office.pk)
        held.append((row, office.unit.name))
    held.sort(key=lambda pair: (pair[0].from_on, pair[0].id or 0), reverse=True)
    return [SpellLine(row, unit, row.holds_on(on)) for row, unit in held]
