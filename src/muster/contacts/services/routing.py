"""Sending inquiries to units: by the rules, all that wait at once; or one by hand."""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection, transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.contacts.calc.routing import Address, Decision
from muster.contacts.models import Inquiry, InquiryQuerySet
from muster.contacts.queries import inbox
from muster.contacts.queries import routing as queries
from muster.core.errors import DomainError
from muster.units import queries as units
from muster.units.places import ground
from muster.units.services import tree

EDIT = "people.edit"
# Many at once: each statement in a savepoint costs SQLite a walk over all that was changed in it before.
AT_ONCE = 2_000
_SEND = (
    'UPDATE "contacts_inquiry" SET unit_id = sent.column2, routed_by = sent.column3, routed_because = sent.column4,'
    " routed_at = %s FROM (VALUES {}) AS sent WHERE \"contacts_inquiry\".id = sent.column1 AND routed_by <> 'hand'"
)


class NoSuchInquiry(DomainError):
    """There is no such inquiry, or the actor may not see it."""


@transaction.atomic
def route_inquiries(*, actor: Actor, among: Collection[int] | range | None = None, now: datetime) -> int:
    """
    Send the inquiries that wait where the rules say, and return how many those were; five queries and one write.

    Nobody is asked for rights: where an inquiry goes is the organisation's rule, whoever brought it in.

    :param among: only these ids
    """
    if among is not None and not among:
        return 0
    on = ground()
    waiting = queries.addresses(actor, among, waiting=True, on=on)
    if not waiting:
        return 0
    asked = queries.routes_now(actor, on=on)
    send(actor=actor, routed=queries.decisions(actor, asked, waiting, on), now=now)
    return len(waiting)


@transaction.atomic
def route_changed(*, actor: Actor, before: Mapping[int, Address], now: datetime) -> int:
    """
    Send on the inquiries that say of another place now where they come from, and return how many; four queries and one write.

    What was assigned by hand stays. Nobody is asked for rights, as in `route_inquiries`.

    :param before: inquiry id → where it came from until now
    """
    if not before:
        return 0
    on = ground()
    found = queries.addresses(actor, before, waiting=False, on=on)
    changed = {pk: address for pk, address in found.items() if before[pk] != address}
    if not changed:
        return 0
    asked = queries.routes_now(actor, on=on)
    send(actor=actor, routed=queries.decisions(actor, asked, changed, on), now=now)
    return len(changed)


@transaction.atomic
def route_elsewhere(*, actor: Actor, unit_id: int, back_to: int, because: str, now: datetime) -> int:
    """
    Send on the inquiries of a unit that is open no more, and return how many; five queries and two writes.

    They go where the rules say now; what was assigned there by hand goes by hand to the unit `back_to`. Nobody is asked for
    rights, as in `route_inquiries`: whoever calls has checked the right to both units.

    :param because: why those by hand go there
    """
    there = Inquiry.objects.unscoped("the right to both units was checked").filter(unit_id=unit_id)
    return _send_on(actor, there, {unit_id: (back_to, because)}, now)


@transaction.atomic
def leave_closed(*, actor: Actor, unit_ids: Collection[int] | None = None, now: datetime) -> int:
    """
    Send on what waits in units that are closed on the actor's day, and return how many; eleven queries, two writes or more.

    It goes where the rules say now; what was given there by hand goes to the nearest open unit above. What somebody took up
    stays. Nobody is asked for rights, as in `route_inquiries`.

    :param unit_ids: only out of these units
    """
    # A file may close even the whole organisation: it takes in what no rule sends elsewhere, closed or not.
    below = units.closed_on(units.units(), actor.on).exclude(parent=None)
    closed = dict(below.order_by("pk").values_list("pk", "name"))
    rows = Inquiry.objects.unscoped("a rule of the organisation's").filter(
        unit_id__in=closed if unit_ids is None else closed.keys() & unit_ids
    )
    there = inbox.untaken(actor, rows, known=None).exclude(mark=Inquiry.Mark.SPAM)
    found = list(there.order_by("unit_id").values_list("unit_id", flat=True).distinct())
    if not found:
        return 0
    tree = units.load_tree()
    above = {unit_id: next(step for step in reversed(tree.above(unit_id)) if step not in closed) for unit_id in found}
    hands = {unit_id: (to, f"{closed[unit_id]}, where it was, is closed") for unit_id, to in above.items()}
    return _send_on(actor, there, hands, now)


def _send_on(actor: Actor, found: InquiryQuerySet, by_hand: Mapping[int, tuple[int, str]], now: datetime) -> int:
    """Send inquiries on by the rules, and where they were given to a unit by hand where `by_hand` says, and why."""
    count, ids = 0, list(found.exclude(routed_by=Inquiry.Rule.HAND).order_by("pk").values_list("pk", flat=True))
    for unit_id, (to, because) in by_hand.items():
        given = found.filter(unit_id=unit_id, routed_by=Inquiry.Rule.HAND)
        count += given.update(unit_id=to, routed_because=because[:400], routed_at=now)
    if not ids:
        return count
    on = ground()
    addresses = queries.addresses(actor, ids, waiting=False, on=on)
    send(actor=actor, routed=queries.decisions(actor, queries.routes_now(actor, on=on), addresses, on), now=now)
    return count + len(addresses)


def send(*, actor: Actor, routed: Mapping[int, Decision], now: datetime) -> None:
    """
    Write down where inquiries go, those left out that were assigned by hand meanwhile; whoever calls has checked the right to.

    :param routed: inquiry id → where it goes
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    rows = sorted((pk, made.unit_id, made.rule, made.because) for pk, made in routed.items())
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            values = ", ".join(["(%s, %s, %s, %s)"] * len(part))
            given: list[Any] = [moment, *chain.from_iterable(part)]
            cursor.execute(_SEND.format(values), given)


@transaction.atomic
def assign_inquiry(*, actor: Actor, inquiry_id: int, unit_id: int, now: datetime) -> int | None:
    """
    Give an inquiry to a unit by hand, where it stays whatever the rules say; return the unit it was in before.

    :raises NoSuchInquiry: there is none that the actor may see
    :raises NotAllowed: the actor may not change people in the unit it is in, or in the new one
    :raises UnitClosed: the new unit is closed
    """
    seen = Inquiry.objects.visible_to(actor).filter(pk=inquiry_id)
    if not seen.exists():
        raise NoSuchInquiry("There is no such inquiry.")
    rows = Inquiry.objects.unscoped("it was seen just now").select_for_update()
    inquiry = rows.get(pk=inquiry_id)
    before = inquiry.unit_id
    for touched in (before, unit_id):
        actor.require(EDIT, unit_id=touched)
    tree.check_open(unit_id=unit_id, on=actor.on)
    name = dict(units.choices([unit_id]))[unit_id]
    inquiry.unit_id, inquiry.routed_by, inquiry.routed_at = unit_id, Inquiry.Rule.HAND, now
    inquiry.routed_because = f"Given to {name} by hand"
    inquiry.save(update_fields=["unit", "routed_by", "routed_because", "routed_at"])
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="contacts.inquiry.assigned",
        now=now,
        target=inquiry,
        unit_id=unit_id,
        unit=[before, unit_id],
    )
    return before
