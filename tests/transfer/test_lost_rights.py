"""An import has the rights of whoever asked for it when the worker does it, and says nothing of what they may not see."""

import pytest
from django.utils import timezone

from muster.access.actor import actor_for
from muster.access.models import Grant, Role
from muster.people.models import Person, PersonExternalId
from muster.transfer import services, tasks
from tests.builders import NOON, make_person, make_unit, make_user
from tests.transfer.helpers import preview, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
WAYS = {
    "the grant": lambda user: Grant.objects.filter(user=user).update(to_on=timezone.localdate()),
    "the role": lambda user: Role.objects.filter(code="national_officer").update(permissions=["people.view"]),
    "the account": lambda user: type(user).objects.filter(pk=user.pk).update(is_active=False),
}


def sheet(folder, unit):
    people = "person,given_name,family_name,email,phone\nP1,Ada,Late,probe@example.org,+1 212 555 0142\nP2,Bo,Late,,"
    placements = f"person,unit,from,primary\nP1,{unit.ref},2026-01-01,yes\nP2,{unit.ref},2026-01-01,yes"
    return write_files(folder, people=people, placements=placements)


def late():
    return Person.objects.unscoped("a test").filter(family_name="Late")


@pytest.mark.parametrize("way", [None, *WAYS])
def test_an_import_that_waits_for_the_worker_needs_its_rights_then(way, north, tmp_path):
    user = make_user("nat", national_officer=north)
    batch = preview(sheet(tmp_path, north), actor=actor_for(user, on=timezone.localdate()))
    assert batch.state == "PREVIEW"
    if way is not None:
        WAYS[way](user)
    tasks.publish.func(batch.pk, user.pk)
    assert late().count() == (2 if way is None else 0)


def test_an_import_does_not_tell_who_is_elsewhere(north, south, tmp_path):
    actor = actor_for(make_user("nat", national_officer=north), on=timezone.localdate())

    def told():
        batch = preview(sheet(tmp_path, north), actor=actor, source="other")
        services.cancel_batch(actor=actor, batch_id=batch.pk, now=NOON)
        return batch.result | {"batch": None}

    before = told()
    there = make_unit("South 1", parent=south)
    known = make_person("Ada Late", unit=there, email="probe@example.org", email_key="probe@example.org")
    PersonExternalId.objects.create(person=known, source="other", value="P1")
    other = make_person("Bo Late", unit=there, phone="+1 212 555 0142", phone_e164="+12125550142")
    PersonExternalId.objects.create(person=other, source="other", value="P2")
    assert told() == before

    stored = list(late().order_by("pk").values())
    batch = preview(sheet(tmp_path, north), actor=actor, source="other")
    services.publish_batch(actor=actor, batch_id=batch.pk, now=NOON)
    assert list(late().filter(pk__in=[known.pk, other.pk]).order_by("pk").values()) == stored
    assert late().count() == 4
