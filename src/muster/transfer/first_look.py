"""A made-up organisation to look around in, brought in and taken back like any other import."""

from datetime import datetime

from django.utils import timezone

from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.people.queries import persons
from muster.transfer import services, uploads
from muster.transfer.demo.folder import write_folder
from muster.transfer.engine.context import EDIT, PERMISSION
from muster.transfer.models import Batch

NAME = "A made-up organisation"
# It has units and goals.
_NEEDS = (PERMISSION, EDIT, "planning.view", "planning.edit")


class NotEmpty(DomainError):
    """Made-up people would stand among real ones."""


def is_offered(actor: Actor) -> bool:
    """Say whether the actor may bring all of it in everywhere and nobody is in the register yet; one query at most."""
    return all(map(actor.has_whole, _NEEDS)) and not persons.is_anybody_there(actor)


def start_demo(*, actor: Actor, now: datetime) -> Batch:
    """
    Write a made-up organisation of some 600 members and begin its import; some seconds.

    :raises NotAllowed: the actor may not bring all of it in everywhere
    :raises NotEmpty: there are people here already
    """
    for permission in _NEEDS:
        actor.require(permission, unit_id=None)
    if persons.is_anybody_there(actor):
        raise NotEmpty("There are people here already. Made-up ones would stand among them.")
    folder = uploads.new_folder() / "demo"
    write_folder(folder, until=timezone.localdate(now))
    return services.start_batch(actor=actor, path=folder, name=NAME, now=now)
