"""
Contacts as arrays, for figures and for planning: of people whose contacts the actor may see, where they are placed now.

Days are numbers since 1970, moments seconds since then; `NEVER` where something did not happen or is nobody's.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from muster.access.actor import Actor
from muster.access.arrays import DayNumber, Seconds, columns
from muster.contacts.models import Case, Conversation, Inquiry, InquiryLetter, StageChange
from muster.contacts.queries.inquiries import COUNTED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEVER = -1


def cases(actor: Actor) -> list[NDArray[np.int64]]:
    """Return id, person, moments of beginning and end, owner, and day of the next step of every case, in no order; one query."""
    rows = Case.objects.visible_to(actor)
    owner, closed = Coalesce("owner_id", Value(NEVER)), Coalesce(Seconds("closed_at"), Value(NEVER))
    return columns(rows.values_list("pk", "person_id", Seconds("opened_at"), closed, owner, DayNumber("next_on")), 6)


def stage_changes(actor: Actor) -> list[NDArray[np.int64]]:
    """Return case, stage and moment of every change of a stage, the beginning of a case among them, in no order; one query."""
    rows = StageChange.objects.visible_to(actor)
    return columns(rows.values_list("case_id", "stage_id", Seconds("changed_at")), 3)


def first_answers(actor: Actor, *, since: datetime) -> list[NDArray[np.int64]]:
    """
    Return when each inquiry since then was received and first answered, and whether it was taken up (1 or 0); one query.

    The first answer is the first conversation noted with its person from then on, reached or not, or the first e-mail that
    went out to it, whichever was sooner. Spam, what was sent twice, late answers and what nobody has looked at are left
    out.
    """
    import numpy as np

    talked = Conversation.objects.visible_to(actor).filter(
        person_id=OuterRef("person_id"), held_at__gte=OuterRef("received_at")
    )
    first = Subquery(talked.order_by("held_at", "pk").values("held_at")[:1])
    # Who may see an inquiry may read its letters.
    written = InquiryLetter.objects.filter(
        inquiry_id=OuterRef("pk"), is_ours=True, sent_at__gte=OuterRef("received_at")
    )
    mailed = Subquery(written.order_by("sent_at", "pk").values("sent_at")[:1])
    rows = Inquiry.objects.visible_to(actor).filter(COUNTED).once().filter(received_at__gte=since)
    taken_up = models.Case(models.When(case=None, then=Value(0)), default=Value(1))
    moments = (Coalesce(Seconds(moment), Value(NEVER)) for moment in (first, mailed))
    received, talk, letter, taken = columns(rows.values_list(Seconds("received_at"), *moments, taken_up), 4)
    answered = np.where(talk == NEVER, letter, np.where(letter == NEVER, talk, np.minimum(talk, letter)))
    return [received, answered, taken]


def talked_since(actor: Actor, *, since: datetime) -> dict[int, int]:
    """Return account → conversations it noted since then; one query."""
    rows = Conversation.objects.visible_to(actor).filter(held_at__gte=since).exclude(held_by=None).order_by()
    return dict(rows.values_list("held_by_id").annotate(Count("pk")))


def names_of_owners(actor: Actor) -> dict[int, str]:
    """Return account → name of whoever owns a case or noted a conversation; two queries."""
    owners = Case.objects.visible_to(actor).exclude(owner=None).order_by()
    callers = Conversation.objects.visible_to(actor).exclude(held_by=None).order_by()
    found = [
        *owners.values_list("owner_id", "owner__name").distinct(),
        *callers.values_list("held_by_id", "held_by__name").distinct(),
    ]
    return {pk: name if name and "@" not in name else f"account {pk}" for pk, name in found}


def people_of_cases(actor: Actor):  # type: ignore[no-untyped-def]  # a subquery of ids
    """Return a subquery of the ids of people who are or were followed up."""
    return Case.objects.visible_to(actor).values("person_id")
