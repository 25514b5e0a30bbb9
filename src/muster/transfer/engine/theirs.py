"""What stays with people elsewhere when an import names somebody here as who wrote an inquiry."""

from muster.transfer.engine.context import Context
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import all_columns

# Inquiries of people out of sight that the import gives to somebody else, each with the first row that does.
_TAKEN = (
    "SELECT i.id, min(x.n) AS n FROM {s}inquiries_x x JOIN contacts_inquiry i ON i.id = x.id WHERE x.fate = 'U'"
    " AND i.person_id IS NOT NULL AND i.person_id NOT IN (SELECT person_id FROM {s}visible) GROUP BY i.id"
)
_HOME = (
    "COALESCE((SELECT p.unit_id FROM people_placement p WHERE p.person_id = m.person_id AND p.from_on <= %s"
    " AND (p.to_on IS NULL OR p.to_on > %s) ORDER BY p.is_primary DESC, p.id LIMIT 1),"
    " (SELECT id FROM units_unit WHERE parent_id IS NULL ORDER BY id LIMIT 1))"
)


def leave_inquiries(stage: Stage, context: Context, base: int | None, now: object) -> None:
    """
    Leave in the records of people out of sight what they wrote, as `contacts.services.taking_up` does; then it is nobody's.

    Whoever imports is told the same as of a stranger's inquiry: it is changed, and is from then on whose they say. An undo
    gives it back as a stranger's too: what happens elsewhere to what stays there stands in no way of it.

    :param base: what stays of the staged row n becomes the row base + n: numbers that are kept free whether anything stays or
        not; None where no inquiry is stored
    """
    if context.scope is None or base is None:
        return
    taken = _TAKEN.format(s=stage.s)
    given = {
        **{column: f'm."{column}"' for column in all_columns("contacts_inquiry")},
        "ref": "t.ref",
        "unit_id": _HOME,
        "routed_by": "'hand'",
        "routed_because": "'Stays where they are known'",
        "routed_at": "%s",
        # Counted with the other as one, where both are.
        "part_of_id": "COALESCE(m.part_of_id, m.id)",
    }
    today = context.today.isoformat()
    stage.run(
        "INSERT INTO contacts_inquiry (id, {columns}) SELECT {base} + q.n, {values} FROM contacts_inquiry m"
        " JOIN ({taken}) q ON q.id = m.id JOIN {s}inquiries t ON t.n = q.n ORDER BY q.n",
        [today, today, now],
        columns=", ".join(f'"{column}"' for column in given),
        values=", ".join(given.values()),
        base=base,
        taken=taken,
    )
    # What a system elsewhere calls it goes along.
    stage.run(
        "UPDATE contacts_inquiryexternalid AS e SET inquiry_id = {base} + q.n FROM ({taken}) q"
        " WHERE e.inquiry_id = q.id AND e.source NOT IN ({marks})",
        context.sources,
        base=base,
        taken=taken,
        marks=context.marks,
    )
    stage.run(
        "UPDATE contacts_inquiry SET person_id = NULL, case_id = NULL WHERE id IN (SELECT q.id FROM ({taken}) q)",
        taken=taken,
    )
