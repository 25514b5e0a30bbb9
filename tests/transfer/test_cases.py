"""Cases that a file changes: since when they are at a stage, and what becomes of those that are over."""

from datetime import UTC, datetime

import pytest

from muster.contacts.models import Case, StageChange
from muster.contacts.queries import following
from muster.contacts.services._cases import NotFollowedUp
from muster.contacts.services.cases import move_stage, open_case
from muster.contacts.services.leaving import let_leave
from muster.people.models import Person
from tests.builders import NOON, TODAY, make_person, make_standing
from tests.transfer.followed import EARLIER, FILES, MODELS, all_of, of, rows, taken_out
from tests.transfer.helpers import SYSTEM, counts, dump, files_of, problems, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
CASE = "person,opened_at,stage,stage_since,closed_at\nP1,2026-05-01T10:00:00Z"
WAY = "person,opened_at,stage,at\nP1,2026-05-01T10:00:00Z"


@pytest.mark.parametrize(
    ("line", "way", "since"),
    [
        # Nothing is said: on the day of the import, and not when the case was opened.
        ("Meeting held,,", "", NOON),
        ("Meeting held,2026-07-01T09:00:00Z,", "Meeting held,2026-08-01", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ("Meeting held,,", "Meeting held,2026-08-01", datetime(2026, 8, 1, tzinfo=UTC)),
        # A way that leads past where they stand, or was gone before they stood where they did, does not say it.
        ("Meeting held,,", "Contacted,2026-08-01", NOON),
        ("Meeting held,,", "Meeting held,2026-04-01", NOON),
        ("Member,,2026-09-01", "", datetime(2026, 9, 1, tzinfo=UTC)),
        # Whoever stays at a stage is there since when they came.
        ("Attending,,", "Attending,2026-08-01", datetime(2026, 5, 1, 10, tzinfo=UTC)),
    ],
)
def test_who_comes_to_another_stage_by_a_file_came_there_now_unless_it_says_when(
    line, way, since, organisation, tmp_path
):
    publish(write_files(tmp_path / "in", **FILES))
    more = {"stages": f"{WAY},{way}"} if way else {}
    later = write_files(tmp_path / "later", people="person\nP1", cases=f"{CASE},{line}", **more)
    batch = publish(later)
    assert problems(batch) == []
    ana = all_of(Person).order_by("pk").first()
    case = of(ana, Case).get()
    assert (str(case.stage), case.stage_since) == (line.partition(",")[0], since)
    # Written down once, the last but what the way says besides.
    came = [(str(one.stage), one.changed_at) for one in of(ana, StageChange)]
    assert came.count((str(case.stage), since)) == 1
    before = dump()
    assert counts(publish(later))["cases"] == (0, 0, 1, 0)
    assert dump() == before


@pytest.mark.parametrize("line", ["Inquiry,,", "Inquiry,2026-10-30,2026-10-30", "Do not contact,,2026-10-30"])
def test_a_case_that_is_over_comes_to_no_other_stage(line, north, alice, actor_of, tmp_path):
    """As on the page, where it has to be begun anew; who left is at the stage at which they were."""
    mia, way = make_person("Mia Holm", unit=north), {one.name: one.pk for one in following.stages(SYSTEM)}
    make_standing(mia, "member")
    open_case(actor=actor_of(alice), person_id=mia.pk, now=EARLIER)
    move_stage(actor=actor_of(alice), person_id=mia.pk, stage_id=way["Attending"], now=EARLIER)
    let_leave(actor=actor_of(alice), person_id=mia.pk, on=TODAY, why="moved", now=NOON)
    case = of(mia, Case).get()
    assert (str(case.stage), case.stage.closes, case.closed_at) == ("Attending", False, NOON)
    with pytest.raises(NotFollowedUp):
        move_stage(actor=SYSTEM, person_id=mia.pk, stage_id=way["Inquiry"], now=NOON)

    one, before = taken_out(tmp_path / "one"), dump()
    assert problems(publish(one)) == []
    said = f"person,opened_at,stage,stage_since,closed_at\n{mia.ref},{rows(one, 'cases')[0][1]},{line}"
    batch = publish(write_files(tmp_path / "in", people=f"person\n{mia.ref}", cases=said))
    assert (counts(batch)["cases"], problems(batch)) == (
        (0, 0, 0, 1),
        [("cases.csv", 2, "stage", "This case is over, and over it stays. Begin a new one.")],
    )
    assert dump() == before
    # Elsewhere it comes in as it is here: over, at a stage on the way.
    for model in MODELS:
        all_of(model).delete()
    publish(one)
    assert files_of(taken_out(tmp_path / "two")) == files_of(one)
