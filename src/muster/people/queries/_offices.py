"""What `access` asks about people (`access.offices`): the one place where an office lets a grant count."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from muster.access.actor import Actor
from muster.people.models import Office, Person, Placement, SpellQuerySet

# What it takes to make an account one's own: to give its owner roles, and to see what their own page shows.
_OVER_OWNER = ("access.grant", "people.view", "people.contact", "people.private")


class HeldOffices:
    """Conditions on a grant that came with an office, and whose record an account opens; see `access.offices.Offices`."""

    def held(self, day: date) -> Exists:
        """The grant's user is the person who holds that very office, of that name and in that unit, on the day."""
        return Exists(_of_the_grant().on(day))

    def not_over(self, day: date) -> Exists:
        """The same on that day or later."""
        return Exists(_of_the_grant().filter(Q(to_on=None) | Q(to_on__gt=day)))

    def opens_a_record_beyond(self, actor: Actor, user_id: int) -> bool:
        """Its owner is placed in a unit where one of `_OVER_OWNER` is missing today, or nowhere: that only the top reaches."""
        everybody = Person.objects.unscoped("whether somebody's record is out of reach")
        owners = list(everybody.filter(user_id=user_id).order_by("pk").values_list("pk", flat=True))
        if not owners or all(map(actor.has_whole, _OVER_OWNER)):
            return False
        placed = Placement.objects.unscoped("where the owner of an account belongs").on(actor.on)
        units = frozenset(placed.filter(person_id__in=owners).order_by("pk").values_list("unit_id", flat=True))
        return not units or not all(
            actor.has_whole(needed) or units <= actor.units_for(needed) for needed in _OVER_OWNER
        )


def _of_the_grant() -> SpellQuerySet[Office]:
    offices = Office.objects.unscoped("whether a right holds does not hang on who asks")
    return offices.filter(
        pk=OuterRef("office_id"),
        role=OuterRef("office"),
        unit_id=OuterRef("unit_id"),
        person__user_id=OuterRef("user_id"),
    )
