"""An officer without a second factor gets nothing of any address, in any form, until one is set up."""

import pytest
from django.urls import reverse

from muster.access.guards import WITHOUT_SECOND_FACTOR
from tests.builders import make_user, require_second_factor
from tests.matrix.table import TABLE
from tests.matrix.test_urls import METHODS, addresses, ask, readable
from tests.matrix.world import build

pytestmark = pytest.mark.web


@pytest.mark.parametrize("role", ["viewer", "organiser", "officer", "administrator"])
def test_required_blocks_every_address(client, db, role):
    world = build()
    require_second_factor()
    client.force_login(world.users[role])
    answers = {
        (name, method): ask(client, world, name, TABLE[name], method)
        for name in addresses()
        for method in METHODS
        if name not in WITHOUT_SECOND_FACTOR
    }
    through = {key for key, answer in answers.items() if answer.headers.get("Location") != "/account/second-factor/"}
    assert through == set()
    assert len(answers) >= 120
    assert not any(world.leaks("member", readable(answer)) for answer in answers.values())


def test_what_is_open_before_shows_nothing_of_the_organisation(client, db):
    world = build()
    require_second_factor()
    client.force_login(world.users["administrator"])
    statuses = {}
    for name in sorted(WITHOUT_SECOND_FACTOR - {"account_reauthenticate"}):
        answer = client.get(reverse(name))
        statuses[name] = answer.status_code
        assert world.leaks("member", readable(answer)) == []
        assert "/search/palette" not in readable(answer)
    assert statuses == {
        "account_logout": 200,
        "mfa_activate_totp": 200,
        "mfa_add_webauthn": 200,
        "mfa_index": 200,
        "mfa_list_webauthn": 302,
    }


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
