"""The inbox: what came in, newest first, as far as the reader may know of it; and where one of it may be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from muster.access import queries as access
from muster.access.actor import Actor
from muster.access.keyset import slice_of
from muster.contacts.calc.strangers import fields_of
from muster.contacts.models import Inquiry, InquiryLetter, InquiryQuerySet
from muster.contacts.queries import following
from muster.contacts.queries.following import WORK
from muster.people.queries import duplicates, persons
from muster.people.queries.duplicates import Alike

SIZE = 50
COUNTED_UP_TO = 1_000
# Units offered at once; more are found by a part of their name.
CHOICES = 12
EDIT, REACH = "people.edit", "people.contact"
# Whoever came so far has been answered.
DONE = ("applicant", "member")
# What a page may show: what is to be answered; all but spam; what is doubtful; spam.
WAITING, ALL, DOUBTFUL, SPAM = "", "all", "doubtful", "spam"


@dataclass(frozen=True, slots=True)
class Line:
    """
    One inquiry.

    :ivar name: who wrote, as they called themselves; '' where they did not
    :ivar person_id: their record, None where there is none that the reader may see
    :ivar waits: it was not sent anywhere yet
    :ivar unit: the unit it was sent to, '' where the reader may not see that; `because` then is empty too
    :ivar may_assign: the reader may send it elsewhere
    :ivar may_reach: it says how who wrote is reached, and the reader may ask to see that
    :ivar is_taken_up: somebody follows it up; `may_take_up`: the reader may begin to
    :ivar is_doubtful, is_spam: how it is marked; `why` says what made us doubt, '' where nothing did
    :ivar is_repeat: the same was sent before
    :ivar agrees: what they agreed to on the form, in words
    :ivar may_judge: the reader may say that it is spam, or that it is none
    """

    id: int
    received_at: datetime
    channel: str
    name: str
    place: str
    message: str
    person_id: int | None
    waits: bool
    unit: str
    unit_id: int | None
    because: str
    may_assign: bool
    may_reach: bool
    is_taken_up: bool
    may_take_up: bool
    is_doubtful: bool
    is_spam: bool
    why: str
    is_repeat: bool
    agrees: str
    may_judge: bool


@dataclass(frozen=True, slots=True)
class Page:
    """
    Some inquiries, the newest first.

    :ivar previous, next: id of the inquiry before or after which the page beside this one begins, None: there is none
    """

    lines: list[Line]
    previous: int | None
    next: int | None


def inbox(actor: Actor, here: Actor, *, show: str = ALL, after: int | None = None, before: int | None = None) -> Page:
    """
    Return `SIZE` inquiries; four queries at most.

    :param show: `WAITING`: nobody took it up, it is of nobody who is a member or asked to be unless there is a letter of theirs,
        and neither doubtful nor a repeat; `ALL`: whatever is no spam; `DOUBTFUL`; `SPAM`
    :param here: the actor narrowed to where they stand: which inquiries are shown. What of each follows from all their rights
    :param after: only those behind (older than) this one; `before`: those in front of it. One they may not see is no place
    """
    seen = _shown(actor, here, show)
    found = slice_of(seen, ("-received_at", "-pk"), size=SIZE, after=after, before=before)
    return Page(_lines(actor, found.rows), found.previous, found.next)


def line(actor: Actor, inquiry_id: int) -> Line | None:
    """Return one inquiry, None where there is none that the actor may see; three queries."""
    found = Inquiry.objects.visible_to(actor, row_by_row=True).filter(pk=inquiry_id)
    return next(iter(_lines(actor, list(found.order_by("pk")))), None)


def count_all(actor: Actor, here: Actor, *, show: str = ALL) -> int:
    """Return how many inquiries `inbox` shows on all its pages, at most `COUNTED_UP_TO` + 1; one query."""
    return _shown(actor, here, show).order_by()[: COUNTED_UP_TO + 1].count()


def alike(actor: Actor, inquiry_id: int) -> list[Alike]:
    """
    Return who may have written an inquiry, where it does not say to this reader; eight queries at most.

    Only people whom the actor may talk to, so that taking it up for them will be allowed.
    """
    inquiry = Inquiry.objects.visible_to(actor, row_by_row=True).filter(pk=inquiry_id).order_by("pk").first()
    if inquiry is None or following.writer_of(actor, inquiry) is not None:
        return []
    found = duplicates.find_duplicates(actor, fields_of(inquiry))
    ids = {one.line.id for one in found}
    reached = set(persons.ids_for(actor, WORK).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    return [one for one in found if one.line.id in reached]


def takers(actor: Actor, search: str, *, present: int | None, chosen: int | None) -> list[tuple[int, str]]:
    """
    Return the first open units that the actor may send an inquiry to, as (id, name with the unit above); three queries.

    :param search: a part of the name
    :param present: where it is now, which is left out
    :param chosen: always among them
    """
    found = access.units(actor, EDIT).exclude(pk=present)
    return access.open_choices(actor, found, search, chosen=chosen, most=CHOICES)


def _shown(actor: Actor, here: Actor, show: str) -> InquiryQuerySet:
    seen, mark = Inquiry.objects.visible_to(here), Inquiry.Mark
    if show == SPAM:
        return seen.filter(mark=mark.SPAM)
    if show == DOUBTFUL:
        return seen.filter(mark=mark.SUSPECTED)
    if show == ALL:
        return seen.exclude(mark=mark.SPAM)
    # Of whoever stands elsewhere the list must not tell that they are members: to who may not see them they are anybody.
    waiting = untaken(actor, seen, known=persons.ids_for(actor, "people.view"))
    return waiting.filter(mark="", repeats=None)


def untaken(actor: Actor, found: InquiryQuerySet, *, known: QuerySet[Any, Any] | None) -> InquiryQuerySet:
    """
    Keep the inquiries that nobody took up or need not, doubtful ones and repeats among them; no rights are checked.

    :param known: ids of the people of whom it may be told that they are members, or asked to be; None for all
    """
    done = [persons.ids_with_standing(actor, standing).filter(person_id=OuterRef("person_id")) for standing in DONE]
    if known is not None:
        done = [rows.filter(person_id__in=known) for rows in done]
    # What came as a letter may say anything, also from a member: it waits until somebody takes it up.
    written = InquiryLetter.objects.filter(inquiry_id=OuterRef("pk"), is_ours=False)
    waits = Exists(written) | ~(Exists(done[0]) | Exists(done[1]))
    return found.filter(waits, case=None)


def _lines(actor: Actor, rows: Sequence[Inquiry]) -> list[Line]:
    unit_ids = {row.unit_id for row in rows if row.unit_id}
    person_ids = {row.person_id for row in rows if row.person_id}
    names = dict(access.units(actor).filter(pk__in=unit_ids).values_list("pk", "name")) if unit_ids else {}
    people = (
        {person.pk: str(person) for person in persons.people(actor).filter(pk__in=person_ids)} if person_ids else {}
    )
    return [
        Line(
            id=row.pk,
            received_at=row.received_at,
            channel=row.channel,
            name=row.name or people.get(row.person_id or 0, ""),
            place=", ".join(filter(None, (row.city, row.region, row.postcode))),
            message=row.message,
            person_id=row.person_id if row.person_id in people else None,
            waits=row.unit_id is None,
            unit=names.get(row.unit_id, ""),
            unit_id=row.unit_id,
            because=row.routed_because if row.unit_id in names else "",
            may_assign=_may(actor, EDIT, row.unit_id),
            may_reach=bool(row.email or row.phone) and _may(actor, REACH, row.unit_id),
            is_taken_up=row.case_id is not None,
            # Somebody new, or known elsewhere only, is added in the unit; else their own units count, which the service asks.
            may_take_up=row.case_id is None
            and row.mark != Inquiry.Mark.SPAM
            and (
                _may(actor, WORK, row.unit_id) and _may(actor, EDIT, row.unit_id)
                if row.person_id not in people
                else actor.may(WORK)
            ),
            is_doubtful=row.mark == Inquiry.Mark.SUSPECTED,
            is_spam=row.mark == Inquiry.Mark.SPAM,
            why=row.suspected_because if row.mark else "",
            is_repeat=row.repeats_id is not None,
            agrees=_agrees(row),
            # One of somebody known elsewhere is judged like a stranger's, which tells nothing.
            may_judge=row.case_id is None and row.person_id not in people and _may(actor, WORK, row.unit_id),
        )
        for row in rows
    ]


def _agrees(row: Inquiry) -> str:
    ways = {"written to": row.email_opt_in, "called": row.phone_opt_in}
    agreed = [way for way, said in ways.items() if said]
    return f"Agreed to be {' and '.join(agreed)}" if agreed else ""


def _may(actor: Actor, permission: str, unit_id: int | None) -> bool:
    return actor.may(permission, unit_id=unit_id) if unit_id else actor.has_whole(permission)
