"""Claims of units: each change is proposed, shown with what it moves, stored, and can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.contacts.calc.claims import (
    Asked,
    ClaimRow,
    Key,
    ReadClaims,
    Shapes,
    back,
    claims_after,
    differences,
    place_words,
)
from muster.contacts.models import Claim, ClaimChange
from muster.contacts.queries import claims as queries
from muster.contacts.queries import plans
from muster.contacts.queries import routing as routing_queries
from muster.contacts.queries.plans import Effects, Plan
from muster.contacts.services import routing
from muster.core.errors import DomainError
from muster.core.sheets.problems import SheetProblem

PERMISSION = queries.EDIT
_CHUNK = 2_000
# A file whose every row is wrong must not fill the database.
_MOST_LEFT_OUT = 500
_NAME_LENGTH = 120
KEEP_PROPOSED = timedelta(days=7)


class ClaimNotTaken(DomainError):
    """What was typed names no unit or no place."""


class NoSuchClaim(DomainError):
    """There is no such claim, or the actor may not see it."""


class WrongStep(DomainError):
    """The change cannot be stored or taken back any more."""


def preview_claims(*, actor: Actor, rows: Sequence[ClaimRow], replace: bool = False) -> Plan:
    """
    Work out what `set_claims` would do, and do nothing.

    :raises NotAllowed: the actor may not change units everywhere
    """
    actor.require(PERMISSION, unit_id=None)
    return plans.plan(actor, rows, replace=replace)


@transaction.atomic
def set_claims(
    *, actor: Actor, rows: Sequence[ClaimRow], name: str = "A list", replace: bool = False, now: datetime
) -> Plan:
    """
    Store a list of claims and send on the inquiries it alters, and those that wait; return what was done.

    Rows that cannot be taken are left out, and told. What was assigned by hand stays where it is.

    :param replace: the list is all there is: other claims go. Without it they stay
    :raises NotAllowed: the actor may not change units everywhere
    """
    actor.require(PERMISSION, unit_id=None)
    read = plans.read_list(actor, rows)
    made = _propose(name, read.claims, now, shapes=read.shapes, whole=replace, left_out=_left_out(read, ()))
    done = _store(actor, made, now)
    return Plan(done.routed, done.moved, done.units, read.claims, read.unknown, read.rejected)


@transaction.atomic
def propose_list(
    *,
    actor: Actor,
    name: str,
    rows: Sequence[ClaimRow],
    problems: Sequence[SheetProblem] = (),
    whole: bool = False,
    now: datetime,
) -> int:
    """
    Keep a list of claims to be looked at, and return the id of the change; rows that cannot be taken are left out, and told.

    :param problems: rows that could not be read
    :param whole: the list is all there is
    :raises NotAllowed: the actor may not change units everywhere
    :raises ClaimNotTaken: no row of it can be taken
    """
    actor.require(PERMISSION, unit_id=None)
    read = plans.read_list(actor, rows)
    left_out = _left_out(read, problems)
    if not read.claims:
        first = f" Row {left_out[0][0]}: {left_out[0][3]}" if left_out else ""
        raise ClaimNotTaken(f"No row of it can be taken.{first}", field="file")
    return _propose(name, read.claims, now, shapes=read.shapes, whole=whole, left_out=left_out).pk


@transaction.atomic
def propose_claim(*, actor: Actor, unit: str, kind: str, value: str, country: str, now: datetime) -> int:
    """
    Keep one claim to be looked at, and return the id of the change.

    :param unit: its number, that of another system, or its name
    :param country: as written, '' for the organisation's own
    :raises NotAllowed: the actor may not change units everywhere
    :raises ClaimNotTaken: it names no unit or no place
    """
    actor.require(PERMISSION, unit_id=None)
    read = plans.read_list(actor, [ClaimRow(1, unit, kind, value, country)])
    if read.unknown:
        raise ClaimNotTaken(f"There is no unit “{unit}”.", field="unit")
    if read.rejected:
        problem = read.rejected[0]
        field = problem.column if problem.column in ("unit", "country") else "value"
        raise ClaimNotTaken(problem.message, field=field)
    ((key, _),) = read.claims.items()
    return _propose(f"{place_words(kind, key[2], key[1])} to {unit}", read.claims, now).pk


@transaction.atomic
def propose_removal(*, actor: Actor, claim_id: int, now: datetime) -> int:
    """
    Keep to be looked at that a claim goes, and return the id of the change.

    :raises NoSuchClaim: there is none that the actor may see
    :raises NotAllowed: the actor may not change units everywhere
    """
    found = Claim.objects.visible_to(actor).filter(pk=claim_id).order_by("pk").first()
    if found is None:
        raise NoSuchClaim("There is no such claim.")
    actor.require(PERMISSION, unit_id=None)
    asked = {(found.kind, found.country, found.value): None}
    return _propose(f"{place_words(found.kind, found.value, found.country)} to nobody", asked, now).pk


@transaction.atomic
def store_change(*, actor: Actor, change_id: int, now: datetime) -> Effects:
    """
    Store what was proposed, as things are now, and send on the inquiries it alters, and those that wait.

    :raises NotAllowed: the actor may not change units everywhere
    :raises WrongStep: it was stored already, or is not there any more
    """
    return _store(actor, _locked(actor, change_id, queries.PROPOSED), now)


@transaction.atomic
def drop_change(*, actor: Actor, change_id: int) -> None:
    """
    Forget what was proposed.

    :raises NotAllowed: the actor may not change units everywhere
    :raises WrongStep: it was stored already, or is not there any more
    """
    _locked(actor, change_id, queries.PROPOSED).delete()


@transaction.atomic
def undo_change(*, actor: Actor, change_id: int, now: datetime) -> int:
    """
    Give the places back to whom they belonged before, and send on the inquiries; return how many of them stay as they are.

    Places that were given elsewhere since stay there. Inquiries go where the rules say now.

    :raises NotAllowed: the actor may not change units everywhere
    :raises WrongStep: it is not stored, or was stored more than thirty days ago
    """
    made = _locked(actor, change_id, queries.STORED)
    if made.stored_at is None or now - made.stored_at > timedelta(days=queries.UNDO_DAYS):
        raise WrongStep(f"This was stored more than {queries.UNDO_DAYS} days ago and cannot be taken back.")
    done = {(kind, country, value): (before, after) for kind, country, value, before, after in made.done}
    stored, shapes = routing_queries.stored_claims(actor)
    asked = queries.with_unit(actor, back(stored, done))
    effects = _write(actor, stored, claims_after(stored, asked), shapes | queries.shapes_of(actor, made), now)
    made.undone_at = now
    made.save(update_fields=["undone_at"])
    _trace(actor, "contacts.claims.undone", now, len(asked), effects, {"name": made.name})
    return len(done) - len(asked)


def forget_old_changes(*, now: datetime) -> int:
    """Forget what nobody stored, and of the rest what an undo would need when it is too late for one; return how many."""
    proposed = ClaimChange.objects.filter(stored_at=None, made_at__lt=now - KEEP_PROPOSED)
    old = ClaimChange.objects.filter(stored_at__lt=now - timedelta(days=queries.UNDO_DAYS))
    return proposed.delete()[0] + old.delete()[0]


def _propose(
    name: str,
    asked: Asked,
    now: datetime,
    *,
    shapes: Shapes | None = None,
    whole: bool = False,
    left_out: Sequence[Sequence[object]] = (),
) -> ClaimChange:
    return ClaimChange.objects.create(
        name=name[:_NAME_LENGTH],
        made_at=now,
        asked=[[*key, unit_id] for key, unit_id in asked.items()],
        shapes=_as_rows(shapes or {}),
        is_whole=whole,
        left_out=list(left_out[:_MOST_LEFT_OUT]),
    )


def _as_rows(shapes: Shapes) -> list[list[object]]:
    return [[value, shape] for (_, _, value), shape in shapes.items()]


def _left_out(read: ReadClaims, problems: Sequence[SheetProblem]) -> list[tuple[int, str, str, str]]:
    found = [(problem.row or 0, problem.column, problem.value, problem.message) for problem in problems]
    found += [(one.row, one.column, one.value, one.message) for one in read.rejected]
    found += [(row, "unit", one.unit, "There is no such unit.") for one in read.unknown for row in one.rows]
    return sorted(found)


def _locked(actor: Actor, change_id: int, state: str) -> ClaimChange:
    actor.require(PERMISSION, unit_id=None)
    found = ClaimChange.objects.select_for_update().filter(pk=change_id).order_by("pk").first()
    if found is None or queries.state_of(actor, found) != state:
        raise WrongStep("Somebody has done this already, or it is not there any more.")
    return found


def _store(actor: Actor, made: ClaimChange, now: datetime) -> Effects:
    stored, shapes = routing_queries.stored_claims(actor)
    after = claims_after(stored, queries.asked_of(actor, made), whole=made.is_whole)
    shapes |= queries.shapes_of(actor, made)
    effects = _write(actor, stored, after, shapes, now)
    changed = differences(stored, after)
    made.shapes = _as_rows({key: shape for key, shape in shapes.items() if key in changed})
    made.done = [[*key, *both] for key, both in changed.items()]
    made.moved = {"people": effects.moved.people, "inquiries": effects.moved.inquiries}
    details = {"claims": len(made.asked), "replaced": made.is_whole, "name": made.name}
    made.stored_at, made.asked = now, []
    made.save()
    removed = sum(later is None for _, later in changed.values())
    _trace(actor, "contacts.claims.set", now, len(changed), effects, details | {"removed": removed})
    return effects


def _write(actor: Actor, stored: Mapping[Key, int], after: Mapping[Key, int], shapes: Shapes, now: datetime) -> Effects:
    effects = plans.effects(actor, stored, after, shapes)
    changed = differences(stored, after)
    Claim.objects.bulk_create(
        (
            Claim(kind=key[0], country=key[1], value=key[2], unit_id=unit, shape=shapes.get(key))
            for key, (_, unit) in changed.items()
            if unit is not None
        ),
        batch_size=_CHUNK,
        update_conflicts=True,
        unique_fields=["kind", "country", "value"],
        update_fields=["unit"],
    )
    _remove({key for key, (_, unit) in changed.items() if unit is None})
    routing.send(actor=actor, routed=effects.routed, now=now)
    return effects


def _trace(
    actor: Actor, action: str, now: datetime, count: int, effects: Effects, details: Mapping[str, object]
) -> None:
    told: dict[str, Any] = {**details, "moved": effects.moved.inquiries, "people": effects.moved.people}
    audit.record(user_id=actor.user_id, actor_label=actor.label, action=action, now=now, count=count, **told)


def _remove(gone: set[Key]) -> None:
    if not gone:
        return
    claims = Claim.objects.unscoped("the right to change all claims was checked")
    stored = claims.order_by("pk").values_list("pk", "kind", "country", "value")
    ids = [pk for pk, *key in stored if tuple(key) in gone]
    for start in range(0, len(ids), _CHUNK):
        claims.filter(pk__in=ids[start : start + _CHUNK]).delete()
