import pytest

from muster.access.actor import NotAllowed
from muster.people.queries import own_fields as queries
from muster.people.services import own_fields as services
from muster.people.services.own_fields import BadFieldName, FieldExists
from tests.builders import NOON

pytestmark = pytest.mark.db


@pytest.fixture
def admin(dora, actor_of):
    return actor_of(dora)


def labels(actor):
    return [(field.key, field.label) for field in queries.own_fields(actor)]


def test_a_field_is_added_renamed_and_removed(admin):
    shirt = services.add_field(actor=admin, label="  Size of   shirt ", now=NOON)
    services.add_field(actor=admin, label="Can drive", now=NOON)
    services.rename_field(actor=admin, field_id=shirt, label="T-shirt", now=NOON)

    assert labels(admin) == [("Can drive", "Can drive"), ("Size of shirt", "T-shirt")]
    services.remove_field(actor=admin, field_id=shirt, now=NOON)
    assert labels(admin) == [("Can drive", "Can drive")]


@pytest.mark.parametrize(
    ("label", "problem"),
    [(" ", BadFieldName), ("x" * 61, BadFieldName), ("shirt", FieldExists), ("e-mail", FieldExists)],
)
def test_names_that_cannot_be(admin, label, problem):
    services.add_field(actor=admin, label="Shirt", now=NOON)

    with pytest.raises(problem):
        services.add_field(actor=admin, label=label, now=NOON)


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_only_who_may_change_the_settings_has_a_say(who, admin, actor_of, request):
    field = services.add_field(actor=admin, label="Shirt", now=NOON)
    actor = actor_of(request.getfixturevalue(who))

    with pytest.raises(NotAllowed):
        services.add_field(actor=actor, label="Hat", now=NOON)
    with pytest.raises(NotAllowed):
        services.rename_field(actor=actor, field_id=field, label="Hat", now=NOON)
    with pytest.raises(NotAllowed):
        services.remove_field(actor=actor, field_id=field, now=NOON)
    assert labels(actor) == [("Shirt", "Shirt")]
