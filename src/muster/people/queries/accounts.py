"""The account of a person, for whoever may link and part the two."""

from dataclasses import dataclass
from typing import Any

from muster.access import queries as access_queries
from muster.access.actor import Actor
from muster.people.models import Person
from muster.people.queries.offices import Waiting, waiting


@dataclass(frozen=True)
class Account:
    """
    :ivar email, label: of the account, '' where the person has none
    :ivar grants: what it may do, in units where the actor may give roles
    :ivar waiting: offices of the person whose role waits for a word
    """

    email: str
    label: str
    grants: list[Any]
    waiting: list[Waiting]


def account_of(actor: Actor, person_id: int) -> Account:
    """Return the account of a person that the caller has found the actor may link; six queries at most."""
    people = Person.objects.visible_to(actor, "access.grant").select_related("user")
    user = people.get(pk=person_id).user
    if user is None:
        return Account("", "", [], [])
    grants = access_queries.grants(actor, ended=False).filter(user_id=user.pk)
    return Account(user.email, str(user), list(grants), waiting(actor, person_id=person_id))
