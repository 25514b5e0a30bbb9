"""What following contacts up asks all along: the stages, who may, where somebody belongs."""

from muster.access import queries as access
from muster.access.actor import Actor
from muster.contacts.models import Inquiry, Scale, Stage
from muster.people.queries import persons
from muster.units import queries as units

WORK = "contacts.work"


def stages(actor: Actor, *, retired: bool = False) -> list[Stage]:
    """Return the stages in their order; what they are called is no secret. One query."""
    found = Stage.objects.order_by("position", "pk")
    return list(found if retired else found.filter(retired_on=None))


def scales(actor: Actor, *, retired: bool = False) -> list[Scale]:
    """Return the scales by name; what they are called is no secret. One query."""
    found = Scale.objects.order_by("name", "pk")
    return list(found if retired else found.filter(retired_on=None))


def owners(actor: Actor, person_id: int) -> list[tuple[int, str]]:
    """
    Return (id, name) of the accounts that may talk to a person, by name; three queries.

    Whoever sees a person may know who else does; the caller has checked that.
    """
    found = access.holders(actor, (WORK,), frozenset(persons.unit_ids_of(actor, person_id)))
    return list({grant.user_id: grant.user.trace_label for grant in found}.items())


def home_of(actor: Actor, person_id: int) -> int | None:
    """Return the unit a person's entries of the trace belong to: that of the primary placement, else any; one query."""
    return next(iter(persons.unit_ids_of(actor, person_id)), None)


def writer_of(actor: Actor, inquiry: Inquiry) -> int | None:
    """
    Return whose an inquiry is, None where that is not known or is somebody whom the actor may not see; one query.

    Somebody elsewhere is as a stranger: what can be done with the inquiry must not tell that they are known.
    """
    # Asked of nobody too: whether there is anybody must not show in the work.
    is_seen = persons.people(actor).filter(pk=inquiry.person_id or 0).exists()
    return inquiry.person_id if is_seen else None


def unit_for_new(actor: Actor, inquiry: Inquiry) -> int | None:
    """Return where somebody new who wrote this is placed: where it was sent, None (at large) for the whole; one query."""
    root_id = (actor.tree or units.load_tree()).root_id
    return None if inquiry.unit_id == root_id else inquiry.unit_id
