"""Something one may not see and something that is not there: the same answer, letter by letter, for the same work."""

import time
from statistics import median

import pytest

from tests.matrix.asking import path_of, without_tokens
from tests.matrix.table import TABLE

pytestmark = [pytest.mark.web, pytest.mark.django_db]
SEEING = ("member", "viewer", "organiser", "north_officer", "north_administrator", "branch_viewer")
# What is the whole organisation's, or oneself's: it is nobody's alone.
SHARED = {
    "kind",
    "role",
    "office_role",
    "own_field",
    "kind_of_spell",
    "file_kind",
    "format",
    "picture",
    "figures_table",
    "passkey",
    "handle",
    # For everybody to read.
    "form",
}
NOWHERE = 987_654_321


def pairs_of_paths(world):
    """Yield (address, what lies elsewhere, what lies nowhere), for each thing in each address."""
    for name, row in sorted(TABLE.items()):
        for arg in row.args:
            if arg not in SHARED:
                ids = [world.ids | {arg: value} for value in (world.foreign[arg], NOWHERE)]
                yield name, *(path_of(name, row.args, each) for each in ids)


def answers(asker, role, method, path):
    data = {"unit": asker.world.ids["unit"], "on": "2026-11-01"} if method == "POST" else None
    answer = asker.ask(role, path, method, data=data, count=True)
    said = without_tokens(answer.text).replace(path, "PATH")
    return said, answer.queries, answer.beside.replace(path, "PATH"), answer.status


def told_apart(asker, roles):
    found, compared = [], 0
    for name, foreign, absent in pairs_of_paths(asker.world):
        for role in roles:
            for method in ("GET", "POST"):
                one, other = (answers(asker, role, method, path) for path in (foreign, absent))
                # What is refused as a whole, or not asked that way, was no comparison.
                compared += one[3] not in (403, 405)
                if one != other:
                    found.append((role, method, name, one[1:], other[1:]))
    return found, compared


def test_what_is_elsewhere_looks_like_what_is_nowhere(asker):
    found, compared = told_apart(asker, ["viewer", "north_administrator"])
    assert found == []
    assert compared >= 100


def test_what_is_there_looks_otherwise(asker):
    """The comparison can see: an administrator of everything gets another answer for what is there."""
    path = path_of("people:person_detail", ("person",), asker.world.foreign)
    nowhere = path_of("people:person_detail", ("person",), {"person": NOWHERE})
    assert answers(asker, "administrator", "GET", path)[3] == 200
    assert answers(asker, "administrator", "GET", nowhere)[3] == 404


@pytest.mark.prove
def test_for_everybody(asker, record_property, capsys):
    found, compared = told_apart(asker, SEEING)
    assert found == []
    assert compared >= 300
    # The clock says too much on a machine that does other things: it is told, and nothing hangs on it.
    with capsys.disabled():
        for name, *paths in list(pairs_of_paths(asker.world))[:20]:
            one, other = (median(_took(asker, path) for _ in range(5)) for path in paths)
            print(f"{name}: {one * 1000:.1f} ms elsewhere, {other * 1000:.1f} ms nowhere")


def _took(asker, path):
    begin = time.perf_counter()
    asker.ask("north_officer", path)
    return time.perf_counter() - begin
