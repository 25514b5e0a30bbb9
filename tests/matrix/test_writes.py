"""Whatever somebody of North sends to any address, with ids from elsewhere in every field, no row outside North changes."""

from random import Random

import pytest

from tests.matrix.asking import Asker, path_of, taken_back
from tests.matrix.forms import form_sent_to, sent
from tests.matrix.hashes import Outside
from tests.matrix.pairs import filled_in
from tests.matrix.table import TABLE

pytestmark = [pytest.mark.web, pytest.mark.django_db]
# Who may change something in North, and one who may not.
WRITERS = ("north_administrator", "north_officer", "organiser", "member")
POSTED = sorted(
    name
    for name, row in TABLE.items()
    # At the public form everybody is a stranger, whom the rules send where they like (tests/contacts/test_writing.py).
    if not name.startswith(("account_", "mfa_", "writing:")) and row.expected("administrator", "POST") != 405
)
# What a field may be called that no form has, and what stands in it.
STRAY = {
    "unit": "unit",
    "unit_id": "unit",
    "people_to": "unit",
    "parent": "region",
    "person": "person",
    "person_id": "person",
    "pick": "person",
    "user": "user",
    "user_id": "user",
    "batch": "batch",
    "view": "view",
}


@pytest.fixture(scope="module")
def outside(asker):
    return Outside(asker.world)


def sendings(asker: Asker, role: str, name: str):
    """Yield (path, data): ids from elsewhere in the address, and one by one and all at once in the fields."""
    row, world = TABLE[name], asker.world
    own = path_of(name, row.args, world.ids)
    page = asker.ask(role, own)
    form = form_sent_to(page.text, own) if page.status == 200 else None
    data = (
        {**filled_in(form, first=True)}
        if form
        else {key: world.ids.get(value, value) for key, value in row.data.items()}
    )
    for changed in [*row.args, ""] if row.args else []:
        ids = world.ids | ({changed: world.foreign[changed]} if changed else world.foreign)
        path = path_of(name, row.args, ids)
        if path != own:
            yield path, data
    stray = {field: world.foreign[value] for field, value in STRAY.items()}
    yield own, stray | data
    yield own, data | stray
    for field, each in (form.fields if form else dict.fromkeys(data)).items():
        for value in _foreign(world, each.kind if each else ""):
            yield own, data | {field: value}
    if form:
        yield own, dict.fromkeys(dict(sent(form.fields)), world.foreign["unit"])


def _foreign(world, kind):
    if kind == "email":
        return [world.users["foreign"].email]
    if kind in ("date", "checkbox"):
        return []
    return [world.foreign[name] for name in ("unit", "region", "person")]


def changes(asker, outside, before, asked):
    """Return what was sent that changed something outside."""
    found = []
    for role, path, data in asked:
        with taken_back():
            asker.do(role, path, "POST", data=data)
            after = outside.hashes()
        changed = [table for table in after if after[table] != before[table]]
        if changed:
            found.append((role, path, data, changed))
    return found


def asked(asker, roles):
    return [(role, path, data) for role in roles for name in POSTED for path, data in sendings(asker, role, name)]


def test_no_row_outside_changes(asker, outside):
    everything = asked(asker, ["north_administrator", "north_officer"])
    chosen = Random(7).sample(everything, 150)
    assert changes(asker, outside, outside.hashes(), chosen) == []
    assert outside.count() >= 25


def test_the_hashes_see_a_change(asker, outside):
    """Whoever may change South does so by the very same requests, and one row more or less shows."""
    world = asker.world
    path = path_of("people:person_archive", ("person",), world.foreign)
    own = path_of("people:person_archive", ("person",), world.ids)
    sent_in = [("administrator", path, {"on": "2026-11-26"}), ("north_officer", own, {"on": "2026-11-26"})]
    (found,) = changes(asker, outside, outside.hashes(), sent_in)
    assert found[1] == path
    assert {"people.Placement", "people.Standing"} <= set(found[3])


@pytest.mark.prove
@pytest.mark.parametrize("role", WRITERS)
def test_no_row_outside_changes_by_anything(role, asker, outside):
    everything = asked(asker, [role])
    assert changes(asker, outside, outside.hashes(), everything) == []
    assert len(everything) >= (300 if role != "member" else 100)
