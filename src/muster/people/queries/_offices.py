"""What `access` asks about offices (`access.offices`): the one place where an office lets a grant count."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from muster.people.models import Office, SpellQuerySet


class HeldOffices:
    """Conditions on a grant that came with an office; see `access.offices.Offices`."""

    def held(self, day: date) -> Exists:
        """The grant's user is the person who holds that very office, of that name and in that unit, on the day."""
        return Exists(_of_the_grant().on(day))

    def not_over(self, day: date) -> Exists:
        """The same on that day or later."""
        return Exists(_of_the_grant().filter(Q(to_on=None) | Q(to_on__gt=day)))


def _of_the_grant() -> SpellQuerySet[Office]:
    offices = Office.objects.unscoped("whether a right holds does not hang on who asks")
    return offices.filter(
        pk=OuterRef("office_id"),
        role=OuterRef("office"),
        unit_id=OuterRef("unit_id"),
        person__user_id=OuterRef("user_id"),
    )
