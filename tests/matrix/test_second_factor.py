"""Fragments are held up as whole pages are, and nobody else is held up."""

import pytest

from tests.builders import make_user, require_second_factor

pytestmark = pytest.mark.web


def test_the_palette_and_fragments_are_no_side_door(client, alice):
    require_second_factor()
    client.force_login(alice)
    for path in ("/search/palette?q=a", "/people/?q=a", "/people/export.csv"):
        answer = client.get(path, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["Location"], answer.content) == (302, "/account/second-factor/", b"")


def test_members_and_organisations_that_only_offer_it_are_not_held_up(client, alice, north):
    client.force_login(alice)
    assert client.get("/people/").status_code == 200
    require_second_factor()
    assert client.get("/people/").status_code == 302
    client.force_login(make_user("mia", member=north))
    assert client.get("/me/").status_code == 200
