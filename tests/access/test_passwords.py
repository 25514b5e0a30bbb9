"""Which passwords are refused, and that whatever is not easy to guess is taken as it stands."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.builders import make_unit, make_user

pytestmark = [pytest.mark.db, pytest.mark.django_db]

GUESSABLE = [
    "short",
    "qwertyuiop12",  # on Django's list once the figures are off
    "Password12345!",
    "2024-football-2024",
    "sunshine.dragon",
    "aaaaaaaaaaaaa",
    "abc1abc1abc1abc1",
    "WorkersTogether2026",
    "together!!1999",
    "muster-welcome1",
    "Members2026members",
]
FINE = [
    "correct horse battery staple",
    "three Unlikely figs",
    "ünïcödé ÅÄÖ ✊ only",
    "8374 2910 4731",
    "  kept with its spaces  ",
    "w" + "q9-Zt" * 12 + "v",  # 62 letters
    "x7" * 5 + "long enough to be a sentence of its own, and then some more " * 3,
]


@pytest.fixture(autouse=True)
def named(db):
    make_unit("Workers Together", kind="organisation")


@pytest.mark.parametrize("password", GUESSABLE)
def test_what_others_would_try_first_is_refused(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert all(message.endswith(".") for message in refused.value.messages)


@pytest.mark.parametrize("password", FINE)
def test_anything_else_is_taken_whatever_it_is_made_of(password, client):
    validate_password(password)
    user = make_user("ada")
    user.set_password(password)
    user.save()
    answer = client.post("/account/login/", {"login": user.email, "password": password})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_not_a_letter_less_opens_the_account(client):
    user = make_user("ada")
    user.set_password(FINE[-1])
    user.save()
    for other in (FINE[-1][:-1], FINE[-1][:72], FINE[-1].upper()):
        assert client.post("/account/login/", {"login": user.email, "password": other}).status_code == 200
