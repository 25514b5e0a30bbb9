"""An officer without a second factor gets nothing of any address, in any form, until one is set up."""

import pytest
from django.urls import reverse

from muster.access.guards import WITHOUT_SECOND_FACTOR
from tests.builders import require_second_factor
from tests.matrix.asking import addresses
from tests.matrix.cells import questions

pytestmark = [pytest.mark.web, pytest.mark.django_db]


@pytest.mark.parametrize("role", ["viewer", "organiser", "officer", "administrator"])
def test_required_blocks_every_address(asker, role):
    require_second_factor()
    names = [name for name in addresses() if name not in WITHOUT_SECOND_FACTOR]
    answers = {
        question: asker.ask(role, question.path, question.method) for question in questions(asker, names, roles=[role])
    }
    through = {asked for asked, answer in answers.items() if "'Location': '/account/second-factor/'" not in answer.text}
    assert through == set()
    assert len(answers) >= 120
    assert not any(asker.world.leaks("member", answer.text) for answer in answers.values())


def test_what_is_open_before_shows_nothing_of_the_organisation(asker):
    require_second_factor()
    statuses = {}
    for name in sorted(WITHOUT_SECOND_FACTOR - {"account_reauthenticate"}):
        answer = asker.ask("administrator", reverse(name))
        statuses[name] = answer.status
        assert asker.world.leaks("member", answer.text) == []
        assert "/search/palette" not in answer.text
    assert statuses == {
        "account_logout": 200,
        "mfa_activate_totp": 200,
        "mfa_add_webauthn": 200,
        "mfa_index": 200,
        "mfa_list_webauthn": 302,
    }
