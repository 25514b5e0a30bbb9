"""Roles that come with an office: which office gives which role, and the word of whoever may give it there."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from muster.access.actor import Actor, NotAllowed
from muster.access.models import Grant, OfficeRole, Role
from muster.access.offices import key_of
from muster.access.services.grants import check_holds
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.core.spells import Spell


class BadOffice(DomainError):
    """An office needs a name."""


class OfficeGivesNothing(DomainError):
    """The office gives no role, or is over."""


@transaction.atomic
def set_office_role(*, actor: Actor, office: str, role_id: int, now: datetime) -> OfficeRole:
    """
    Let an office give a role from now on; whoever has the role of that office by somebody's word has the new one at once.

    :raises NotAllowed: the actor may not give roles in the whole organisation, or holds less there than the role
    :raises BadOffice: it has no name
    """
    actor.require("access.grant", unit_id=None)
    name, key = " ".join(office.replace("\x00", "").split())[:60], key_of(office)
    if not key:
        raise BadOffice("Name the office.", field="office")
    role = Role.objects.get(pk=role_id)
    if not all(actor.has_whole(permission) for permission in role.permissions):
        raise NotAllowed("Nobody can give more than they hold.")
    known = OfficeRole.objects.select_for_update().select_related("role").filter(key=key).first()
    before = known.role.code if known else None
    if known is not None and before == role.code:
        return known
    count = 0
    if known is None:
        known = OfficeRole.objects.create(office=name, key=key, role=role)
    else:
        known.role = role
        known.save(update_fields=["role"])
        count = _give_instead(actor, key, role)
    _record(actor, "access.office.set", now, office=name, role=[before, role.code], grants=count)
    return known


@transaction.atomic
def remove_office_role(*, actor: Actor, office_role_id: int, now: datetime) -> int:
    """
    Let an office give no role any more, and return how many grants that ended.

    :raises NotAllowed: the actor may not give roles in the whole organisation
    """
    actor.require("access.grant", unit_id=None)
    known = OfficeRole.objects.select_for_update().select_related("role").get(pk=office_role_id)
    count = _give_instead(actor, known.key, None)
    _record(actor, "access.office.removed", now, office=known.office, role=known.role.code, grants=count)
    known.delete()
    return count


@transaction.atomic
def give_with_office(
    *,
    actor: Actor,
    user_id: int,
    office_id: int,
    office: str,
    unit_id: int,
    from_on: date,
    to_on: date | None,
    now: datetime,
) -> Grant:
    """
    Give a user the role of an office they hold, on the days of the office that are still to come.

    :param office_id: the `people.Office`; the caller has made sure that this user holds it in that unit on those days
    :raises NotAllowed: the actor may not give roles there, or the role holds more than the actor does there
    :raises OfficeGivesNothing: it gives no role, or is over
    """
    actor.require("access.grant", unit_id=unit_id)
    known = OfficeRole.objects.select_related("role").filter(key=key_of(office)).first()
    if known is None or (to_on is not None and to_on <= actor.on):
        raise OfficeGivesNothing("This office gives no role, or is over.")
    check_holds(actor=actor, permissions=known.role.permissions, unit_id=unit_id)
    begin = max(from_on, actor.on)
    fitting = {"role_id": known.role_id, "unit_id": unit_id, "office": office}
    rows = Grant.objects.filter(user_id=user_id, office_id=office_id).exclude(to_on__lt=begin).order_by("from_on", "pk")
    same = []
    for row in rows:
        if any(getattr(row, name) != value for name, value in fitting.items()):
            _end(row, begin)
        elif to_on is None or row.from_on <= to_on:
            same.append(row)
    ends = [to_on, *(row.to_on for row in same)]
    grant, *others = same or [Grant(user_id=user_id, office_id=office_id, from_on=begin, **fitting)]
    for row in others:
        row.delete()
    grant.from_on = min(begin, grant.from_on)
    # Days given before stay given: should the office be put back as it was, so are the rights.
    grant.to_on = None if None in ends else max(end for end in ends if end)
    grant.granted_by_id = actor.user_id
    grant.save()
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="access.role.granted",
        target=grant,
        unit_id=unit_id,
        now=now,
        role=known.role.code,
        user=user_id,
        office=office,
    )
    return grant


@transaction.atomic
def keep_to_days(*, actor: Actor, days: Mapping[int, Spell]) -> None:
    """
    Let no grant reach beyond the days its office has: called before an office is changed, so that days it gains need a new
    word.

    No right is lost by it: a grant gives nothing on days on which its office is not held. One query as a rule.

    :param days: id of an office → the days on which it is held
    """
    for grant in Grant.objects.filter(office_id__in=days).exclude(to_on__lte=actor.on):
        office = days[grant.office_id or 0]
        if office.to_on is not None and (grant.to_on is None or grant.to_on > office.to_on):
            _end(grant, office.to_on)
        if grant.pk and office.from_on > max(grant.from_on, actor.on):
            _begin_later(grant, office.from_on, today=actor.on)


@transaction.atomic
def end_with_account(*, actor: Actor, user_id: int) -> int:
    """
    End what a user has by offices, because the account no longer belongs to who holds them; return how many that were.

    The caller has checked the actor and leaves the trace.
    """
    ending = list(Grant.objects.not_over(actor.on).filter(user_id=user_id, office_id__isnull=False))
    for grant in ending:
        _end(grant, actor.on)
    return len(ending)


def _live(actor: Actor, key: str) -> QuerySet[Grant]:
    named = Grant.objects.filter(office_id__isnull=False).exclude(to_on__lte=actor.on)
    written = {office for office in named.values_list("office", flat=True) if key_of(office) == key}
    return named.filter(office__in=written)


def _give_instead(actor: Actor, key: str, role: Role | None) -> int:
    """End the grants of an office, and give another role for the same days; return how many those were."""
    live = list(_live(actor, key))
    for old in live:
        begin, end = max(old.from_on, actor.on), old.to_on
        _end(old, actor.on)
        if role is not None:
            Grant.objects.create(
                user_id=old.user_id,
                office_id=old.office_id,
                office=old.office,
                role=role,
                unit_id=old.unit_id,
                from_on=begin,
                to_on=end,
                granted_by_id=actor.user_id,
            )
    return len(live)


def _end(grant: Grant, on: date) -> None:
    if grant.from_on >= on:
        grant.delete()
    else:
        grant.to_on = on
        grant.save(update_fields=["to_on"])


def _begin_later(grant: Grant, on: date, *, today: date) -> None:
    """Take out the days from today to a later one; what was before today stays as it was."""
    if grant.from_on < today:
        past = Grant(**{field.attname: getattr(grant, field.attname) for field in Grant._meta.fields})
        past.pk, past.to_on = None, today
        past.save()
    if grant.to_on is not None and grant.to_on <= on:
        grant.delete()
    else:
        grant.from_on = on
        grant.save(update_fields=["from_on"])


def _record(actor: Actor, action: str, now: datetime, **details: Any) -> None:
    audit.record(user_id=actor.user_id, actor_label=actor.label, action=action, now=now, **details)
