import pytest
from django.conf import settings

from muster.access.actor import actor_for
from muster.accounts.models import User
from muster.units.models import Unit
from tests.builders import TODAY, make_unit

pytestmark = pytest.mark.web
ANSWERS = {
    "name": "Tenants United",
    "country": "de",
    "email": "sam@example.org",
    "password": "a quiet morning in May",
    "begin": "empty",
}


def setup_url(key=None):
    return f"/setup/?key={settings.SETUP_KEY if key is None else key}"


def test_an_empty_installation_is_set_up_and_signed_in(client, db):
    assert client.get(setup_url()).status_code == 200
    response = client.post(setup_url(), ANSWERS)

    assert (response.status_code, response["Location"]) == (302, "/")
    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert list(Unit.objects.values_list("name", "kind__code")) == [("Tenants United", "organisation")]
    assert actor_for(user, on=TODAY).may("access.grant") is False  # the grant begins today, not on the tests' day
    # A password alone opens no page to an officer, and nobody sets the organisation up a second time.
    assert client.get("/")["Location"] == client.get(setup_url())["Location"] == "/account/second-factor/"
    client.logout()
    assert client.get(setup_url()).status_code == 404


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_the_key_there_is_no_such_page(client, db, key):
    assert client.get(setup_url(key)).status_code == 404
    assert client.post(setup_url(key), ANSWERS).status_code == 404
    assert not Unit.objects.exists()


def test_a_second_organisation_cannot_be_set_up(client, db):
    make_unit("First", kind="organisation")
    assert client.post(setup_url(), ANSWERS).status_code == 404
    assert not User.objects.exists()


def test_what_was_typed_is_still_there_after_an_error(client, db):
    html = client.post(setup_url(), {**ANSWERS, "password": "short"}).content.decode()
    assert 'value="Tenants United"' in html
    assert "at least 12 characters" in html
    assert not Unit.objects.exists()
