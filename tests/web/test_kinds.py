import pytest

from muster.units.models import UnitKind

pytestmark = pytest.mark.web


def children_of(code):
    return set(UnitKind.objects.get(code=code).allowed_children.values_list("code", flat=True))


def test_a_kind_is_added_renamed_and_may_hold_others(client, dora):
    client.force_login(dora)
    ids = {kind.code: kind.pk for kind in UnitKind.objects.all()}
    form = {"name": "Workplace group", "plural": "Workplace groups", "parents": [ids["branch"]]}
    added = client.post("/settings/kinds/new/", form)
    again = client.post("/settings/kinds/new/", form)
    new = UnitKind.objects.get(code="workplace-group")
    saved = client.post(
        f"/settings/kinds/{new.pk}/", {"name": "Shop group", "plural": "Shop groups", "children": [ids["committee"]]}
    )
    html = client.get("/settings/kinds/").content.decode()

    assert (added.status_code, saved.status_code, again.status_code) == (302, 302, 200)
    assert "There is a kind called “Workplace group” already." in again.content.decode()
    assert children_of("branch") == {"group", "committee", "workplace-group"}
    assert children_of("workplace-group") == {"committee"}
    assert 'Shop groups</td><td data-label="Below it">Committee</td>' in html
    assert client.get("/settings/kinds/999/").status_code == 404
