"""What contacts know of a group that grows: the meetings it held, and who has paid dues."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from muster.access.actor import Actor
from muster.contacts.models import Application, UnitMeeting

SHOWN = 20


def last_meetings(actor: Actor, unit_id: int) -> list[UnitMeeting]:
    """Return the last `SHOWN` meetings of a unit, the latest first, none where the actor may not see contacts; one query."""
    found = UnitMeeting.objects.visible_to(actor).filter(unit_id=unit_id)
    return list(found.order_by("-held_on", "-pk")[:SHOWN])


def meetings_held(actor: Actor, unit_ids: Collection[int], since: date, until: date) -> dict[int, int]:
    """Return unit → how many meetings it held in these days, both included; units with none are left out. One query."""
    found = UnitMeeting.objects.visible_to(actor).filter(unit_id__in=unit_ids, held_on__range=(since, until))
    return dict(found.order_by().values("unit_id").annotate(number=Count("pk")).values_list("unit_id", "number"))


def paid_since(actor: Actor, ids: Collection[int]) -> dict[int, date]:
    """Return person → when they first paid dues, of those of whom that is noted and the actor may see it; one query."""
    paid = Application.objects.visible_to(actor).filter(person_id__in=ids, state=Application.State.ACCEPTED)
    rows = paid.exclude(dues_paid_on=None).order_by("-dues_paid_on", "pk").values_list("person_id", "dues_paid_on")
    return {person_id: on for person_id, on in rows if on is not None}


def paid_by(actor: Actor, on: date) -> QuerySet[Any, Any]:
    """Return the ids of those who have paid dues by a day, as far as that was noted and the actor may see; a subquery."""
    paid = Application.objects.visible_to(actor).filter(state=Application.State.ACCEPTED, dues_paid_on__lte=on)
    return paid.order_by().values("person_id")
