"""Linking an account to the person it is of: then offices give it rights, and its owner sees what is held about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from muster.access import queries as access_queries
from muster.access.actor import Actor, NotAllowed
from muster.access.services import offices
from muster.access.services.accounts import require_over_account
from muster.accounts import queries as account_queries
from muster.accounts import services as accounts
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.people.models import Merge, Person, Placement
from muster.people.queries.merging import UNDO_DAYS
from muster.people.services import _spells as spells


class AccountTaken(DomainError):
    """The person has an account, or the account has a person."""


class NotKnownHere(DomainError):
    """The actor may give roles in a part of the organisation only, and the address has none there."""


@dataclass(frozen=True, slots=True)
class Linked:
    """:ivar password_path: where a new user sets the password, once; '' for an account that was there before"""

    user_id: int
    password_path: str


@transaction.atomic
def link_account(*, actor: Actor, person_id: int, email: str, now: datetime) -> Linked:
    """
    Link the account with that address to a person; where there is none it is made.

    Whoever may not give roles everywhere links accounts that have a role where they may: what they are told of any other
    address does not say whether it has an account.

    Offices the person holds already go on waiting for somebody's word (`offices.confirm_office`).

    :raises NotAllowed: the actor may not give roles in every unit the person is placed in, the account reaches further, or its
        owner is somebody the actor may not see
    :raises AccountTaken: one of the two is linked already, to somebody the actor may see, or would be by taking a merge back
    :raises NotKnownHere: as it says
    :raises BadEmail: the address cannot be one
    """
    person = _locked(actor, person_id)
    if person.user_id is not None:
        raise AccountTaken("This person is linked to an account already.")
    user = account_queries.find_by_email(email)
    is_new = user is None
    # Asked of nobody too: whether there is such an account must not show in the work.
    known = access_queries.has_role_where_may_give(actor, user.pk if user else 0)
    if not known and not actor.has_whole("access.grant"):
        raise NotKnownHere("This address has no role here. Give it one first, then link it.", field="email")
    if user is None:
        user = accounts.create_account(email=email, name=str(person), password=None)
        _record(actor, "access.account.made", user, person, now)
    require_over_account(actor=actor, user_id=user.pk)
    if Person.objects.visible_to(actor).filter(user_id=user.pk).exists():
        raise AccountTaken("That account is linked to somebody else.", field="email")
    if Person.objects.unscoped("whether an account is taken, by whomever").filter(user_id=user.pk).exists():
        # As of an account that reaches further: that its owner stands in the register is nothing to who may not see them.
        raise NotAllowed("You may not do this here.")
    _require_not_left_over(actor, person, user.pk, now)
    _set_account(person, user.pk)
    _record(actor, "people.account.linked", person, person, now, user=user.pk)
    return Linked(user.pk, accounts.password_path(user_id=user.pk) if is_new else "")


@transaction.atomic
def unlink_account(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Part an account from a person: what it could do by the person's offices ends today, what was given by hand stays.

    :raises NotAllowed: the actor may not give roles in every unit the person is placed in, or the account reaches further
    :raises AccountTaken: the person has no account
    """
    person = _locked(actor, person_id)
    if person.user_id is None:
        raise AccountTaken("This person is not linked to an account.")
    require_over_account(actor=actor, user_id=person.user_id)
    user_id, ended = person.user_id, offices.end_with_account(actor=actor, user_id=person.user_id)
    _set_account(person, None)
    _record(actor, "people.account.unlinked", person, person, now, user=user_id, grants=ended)


@transaction.atomic
def end_sign_ins(*, actor: Actor, person_id: int, now: datetime, but: str | None = None) -> int:
    """
    Sign the account of a person out everywhere, and return of how many browsers; it may sign in again.

    :param but: key of the session of whoever asks, who may ask for their own account
    :raises NotAllowed: the actor may not give roles in every unit the person is placed in, or the account reaches further
    :raises AccountTaken: the person has no account
    """
    person = _locked(actor, person_id)
    if person.user_id is None:
        raise AccountTaken("This person is not linked to an account.")
    require_over_account(actor=actor, user_id=person.user_id)
    count = accounts.end_sessions(user_id=person.user_id, but=but)
    _record(actor, "access.sign_ins.ended", person, person, now, user=person.user_id, count=count)
    return count


def _locked(actor: Actor, person_id: int) -> Person:
    """Return the person, held, if the actor may give roles in every unit they are placed in now."""
    person = spells.locked_person(actor, person_id, "access.grant")
    placed = Placement.objects.unscoped("units of a person that was checked").on(actor.on).filter(person_id=person_id)
    for unit_id in placed.order_by("pk").values_list("unit_id", flat=True):
        actor.require("access.grant", unit_id=unit_id)
    return person


def _require_not_left_over(actor: Actor, person: Person, user_id: int, now: datetime) -> None:
    """Keep an account that a merge left over for whose it was: were it somebody's elsewhere, taking the merge back would tell."""
    had = Q(before__person__0__user_id=user_id) | Q(before__person__1__user_id=user_id)
    late = now - timedelta(days=UNDO_DAYS)
    merges = Merge.objects.filter(had, merged_at__gte=late).exclude(kept=person).order_by("pk")
    kept = [merge.kept_id for merge in merges if merge.after["person"][0]["user_id"] != user_id]
    if not kept:
        return
    if Person.objects.visible_to(actor).filter(pk__in=kept).exists():
        told = "That account is of a record that was merged, and is kept while that can be taken back."
        raise AccountTaken(told, field="email")
    raise NotAllowed("You may not do this here.")


def _set_account(person: Person, user_id: int | None) -> None:
    person.user_id = user_id
    person.version += 1
    person.save(update_fields=["user", "version"])


def _record(actor: Actor, action: str, target: Any, person: Person, now: datetime, **details: Any) -> None:
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=target,
        unit_id=spells.home_unit_id(person.pk, actor.on),
        now=now,
        **details,
    )
