"""Folders that nobody thought of: what goes in comes out byte for byte, counts are what the preview said, undo is exact."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.sheets.formulas import escape_formula
from muster.transfer import services
from muster.transfer.exports import export_folder
from tests.builders import NOON
from tests.transfer.helpers import SYSTEM, counts, dump, files_of, preview

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
HEADERS = {
    "units": "unit,name,kind,parent,opened_on,closed_on,city,region,postcode,country,latitude,longitude",
    "people": (
        "person,given_name,family_name,preferred_name,email,phone,street,city,region,postcode,country,birth_date,language,"
        "gender,ethnicity,occupation,source,email_opt_in,phone_opt_in,tags,notes"
    ),
    "standings": "person,standing,from,to,reason",
    "placements": "person,unit,from,to,primary",
    "roles": "person,unit,role,from,to",
    "qualifications": "person,qualification,from,to",
    "inquiries": (
        "inquiry,received_at,channel,name,email,phone,city,region,postcode,country,message,person,unit,routed_by,reason,taken_up,"
        "part_of,repeats,mark"
    ),
    "goals": "unit,measure,start_on,due_on,start_value,target",
    "unit_kinds": "unit,until,kind",
    "meetings": "unit,held_on,people",
    "cases": "person,opened_at,stage,stage_since,owner,next_step,next_on,closed_at",
    "stages": "person,opened_at,stage,at,by",
    "conversations": "person,held_at,way,result,by,note",
    "assessments": "person,scale,value,made_on,by",
    "applications": (
        "person,applied_on,outcome,decided_at,decided_by,dues,dues_every,dues_paid_on,said,reason,made_at,made_by"
    ),
}
# An inquiry that names no place goes to the whole organisation.
NOWHERE = ["U0", "national", "It says of no place where it comes from"]
ANY = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z", "Cn", "Co"]), min_size=1, max_size=9)
WORDS = st.lists(
    ANY | st.sampled_from(["=1+1", "'=", "-", "@x", '"', "a,b", "; |", "NULL", "0"]), min_size=1, max_size=3
).map(" ".join)
TEXT = WORDS | st.just("")
DAY = st.dates(min_value=NOON.date().replace(year=1990), max_value=NOON.date().replace(year=2030)).map(str)
SPELL = st.lists(DAY, min_size=2, max_size=2, unique=True).map(sorted).flatmap(
    lambda days: st.sampled_from([days, [days[0], ""]])
)  # fmt: skip

PAST = st.dates(min_value=NOON.date().replace(year=1990), max_value=NOON.date().replace(month=10)).map(str)
MOMENT = st.builds("{}T{:02}:30:00{}Z".format, PAST, st.integers(0, 23), st.sampled_from(["", ".120003"]))
SAID = TEXT | st.just("one\n\ntwo")


@st.composite
def work_on(draw, person):
    """Return kind → what was done for a contact."""
    rows = {"cases": [], "stages": []}
    begun, since = draw(st.lists(MOMENT, max_size=3, unique=True)), "2026-10-30T08:00:00Z"
    for opened in begun:
        closed = "" if opened == begun[-1] and draw(st.booleans()) else "2026-10-31T09:00:00Z"
        stage = draw(st.sampled_from(["Attending", "Not now", *(["Do not contact"] if closed else [])]))
        rows["cases"].append([person, opened, stage, since, "", draw(TEXT), draw(DAY), closed])
        rows["stages"] += [[person, opened, "Inquiry", opened, ""], [person, opened, stage, since, ""]]
    ways, results = st.sampled_from(["call", "meeting"]), st.sampled_from(["reached", "no_answer"])
    spoken = draw(st.lists(st.tuples(MOMENT, ways, results, st.just(""), SAID).map(list), max_size=3))
    # The same may stand twice.
    rows["conversations"] = [[person, *row] for row in spoken + spoken[:1]]
    judged = draw(st.lists(st.tuples(st.just("Support"), st.sampled_from("12345"), PAST).map(list), max_size=3))
    rows["assessments"] = [[person, *row, ""] for row in judged + judged[:1]]
    asked = [
        [person, draw(PAST), outcome, draw(MOMENT), "", *draw(st.sampled_from([("", "month"), ("12.5", "year"), ("7", "month")])),
         draw(st.sampled_from(["", "2020-02-29"])), draw(SAID), draw(SAID), draw(MOMENT), ""]
        for outcome in draw(st.lists(st.sampled_from(["accepted", "rejected", "withdrawn"]), max_size=2))
    ]  # fmt: skip
    if draw(st.booleans()):
        asked.append([person, draw(PAST), "", "", "", "", "quarter", "", draw(SAID), "", draw(MOMENT), ""])
    return rows | {"applications": asked}


def join(draw, inquiries):
    """Say which are one message, which repeat another and which are to be looked at."""
    for place in (16, 17):
        # Any of them may be the first of others, wherever it stands.
        firsts = [row[0] for row in inquiries if draw(st.booleans())]
        for inquiry in inquiries:
            if inquiry[0] not in firsts:
                inquiry[place] = draw(st.sampled_from(["", *firsts]))
    for inquiry in inquiries:
        inquiry[18] = draw(st.sampled_from(["", "suspected"]))


@st.composite
def folders(draw):
    """Return kind → rows as an export writes them, in its order."""
    unit_count, people_count = draw(st.integers(0, 3)), draw(st.integers(1, 5))
    units = [["U0", draw(WORDS), "organisation", "", *[""] * 8]]
    for number in range(unit_count):
        above = draw(st.sampled_from([row[0] for row in units]))
        latitude = draw(st.sampled_from(["", "45.5", "-33.25"]))
        units.append(
            [f"U{number + 1}", draw(WORDS), "region", above, *draw(SPELL), draw(TEXT), "", "", "US", latitude, latitude]
        )
    names = draw(st.lists(WORDS, min_size=people_count, max_size=people_count, unique_by=str.casefold))
    people = [
        [
            f"P{number}", name, f"F{number}", draw(TEXT), draw(st.sampled_from(["", "a@example.org", f"p{number}@example.org"])),
            draw(st.sampled_from(["", "+13125550123"])), draw(TEXT), draw(TEXT), "", "", draw(st.sampled_from(["", "SE"])),
            draw(st.sampled_from(["", "1980", "1980-05-17"])), "", draw(TEXT), "", draw(TEXT), "",
            draw(st.sampled_from(["", "yes", "no"])), "", draw(st.sampled_from(["", "paper", "paper;stall"])),
            draw(TEXT | st.just("one\n\ntwo")),
        ]
        for number, name in enumerate(names)
    ]  # fmt: skip
    rows = {"units": units, "people": people, **{kind: [] for kind in HEADERS if kind not in ("units", "people")}}
    for unit, *_ in units:
        days = st.lists(PAST, max_size=3, unique=True)
        rows["unit_kinds"] += [[unit, day, draw(st.sampled_from(["group", "branch"]))] for day in draw(days)]
        rows["meetings"] += [[unit, day, str(draw(st.integers(1, 10_000)))] for day in draw(days)]
    for person, *_ in people:
        unit = draw(st.sampled_from(units))[0]
        begin, end = draw(SPELL)
        if draw(st.booleans()):
            rows["standings"].append([person, draw(st.sampled_from(["contact", "member"])), begin, end, draw(TEXT)])
            rows["placements"].append([person, unit, begin, end, draw(st.sampled_from(["yes", "no"]))])
            rows["roles"].append([person, unit, draw(WORDS), begin, end])
            rows["qualifications"].append([person, draw(WORDS), begin, end])
            sent = draw(st.sampled_from([NOWHERE, NOWHERE, [unit, "hand", draw(WORDS)]]))
            said = [draw(TEXT), draw(TEXT), *[""] * 6, draw(TEXT)]
            rows["inquiries"].append([f"I{person}", f"{begin}T10:00:00Z", *said, person, *sent, *[""] * 4])
            rows["goals"].append([unit, "members", f"20{person[1:]:0>2}-01-01", "2031-01-01", "0", "12.5"])
        for kind, found in draw(work_on(person)).items():
            rows[kind] += found
        cases = [row[1] for row in rows["cases"] if row[0] == person]
        for inquiry in rows["inquiries"]:
            if inquiry[11] == person and cases:
                inquiry[15] = draw(st.sampled_from(["", *cases]))
    join(draw, rows["inquiries"])
    return rows


def write(folder, rows):
    for kind, header in HEADERS.items():
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows([[escape_formula(cell) for cell in row] for row in rows[kind]])
        (folder / f"{kind}.csv").write_text(text.getvalue(), encoding="utf-8")


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=folders())
def test_any_folder_goes_in_and_out_unchanged(transactional_db, rows):
    before = dump()
    with tempfile.TemporaryDirectory() as place:
        given_folder, taken_out = Path(place, "in"), Path(place, "out")
        given_folder.mkdir()
        write(given_folder, rows)
        batch = preview(given_folder)
        assert batch.result["problems"] == []
        assert counts(batch) == {kind: (len(found), 0, 0, 0) for kind, found in rows.items() if found}
        services.publish_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
        try:
            after = dump()
            stored = [
                len(after[table]) - len(before[table]) for table in ("people_person", "units_unit", "people_standing")
            ]
            assert stored == [len(rows["people"]), len(rows["units"]), len(rows["standings"])]
            export_folder(actor=SYSTEM, folder=taken_out, now=NOON)
            assert files_of(taken_out) == files_of(given_folder)
            again = preview(given_folder)
            assert counts(again) == {kind: (0, 0, len(found), 0) for kind, found in rows.items() if found}
            services.cancel_batch(actor=SYSTEM, batch_id=again.pk, now=NOON)
        finally:
            services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
        assert dump() == before
