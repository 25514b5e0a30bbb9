"""Keeping, sharing and removing views of lists."""

from datetime import datetime, timedelta

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.web.models import SavedView
from muster.web.saved_views import pages
from muster.web.saved_views.queries import may_change

MOST = 100
KEPT_FOR = timedelta(days=30)


class NameTaken(DomainError):
    """The same person has another view of that name on that list."""


class TooMany(DomainError):
    """Nobody finds anything among so many."""


class NoSuchView(DomainError):
    """It is not there, or not any more."""


@transaction.atomic
def save_view(*, actor: Actor, page: str, name: str, query: str, unit_id: int | None, now: datetime) -> int:
    """
    Keep filters, order and columns of a list under a name and return its id.

    :param page: one of `pages.PAGES`
    :param query: as in the address of the list; only what the list understands is kept
    :param unit_id: share it with whoever may see people in that unit; None: keep it for oneself
    :raises NotAllowed: nobody is signed in, or the actor may not see people in that unit
    :raises NameTaken, TooMany: as they say
    """
    if actor.user_id is None:
        raise NotAllowed("Sign in to keep a view.")
    if unit_id is not None:
        actor.require("people.view", unit_id=unit_id)
    own = _own(actor.user_id, page)
    # What was removed long ago is not asked back any more.
    own.filter(removed_at__lt=now - KEPT_FOR).delete()
    if own.filter(removed_at=None).count() >= MOST:
        raise TooMany(f"You keep {MOST} views here already. Remove one first.")
    _check_name(actor.user_id, page, name, unit_id)
    view = SavedView.objects.create(
        user_id=actor.user_id, page=page, name=name, query=pages.clean(page, query), unit_id=unit_id
    )
    _record(actor, "web.view.saved", view, now)
    return view.pk


@transaction.atomic
def change_view(*, actor: Actor, view_id: int, name: str, unit_id: int | None, now: datetime) -> None:
    """
    Rename a view, share it with a unit, or keep it for oneself (None).

    Where it is shared is decided by whoever keeps it; others who may rename it leave that as it is.

    :raises NoSuchView: not to be seen
    :raises NotAllowed: neither one's own nor shared where the actor may change people; or no people to be seen in the unit
    :raises NameTaken: as it says
    """
    view = _locked(actor, view_id)
    before = (view.name, view.unit_id)
    if view.user_id == actor.user_id and unit_id != view.unit_id:
        if unit_id is not None:
            actor.require("people.view", unit_id=unit_id)
        view.unit_id = unit_id
    view.name = name
    if (view.name, view.unit_id) != before:
        _check_name(view.user_id, view.page, name, view.unit_id)
    view.save(update_fields=["name", "unit"])
    _record(actor, "web.view.changed", view, now)


@transaction.atomic
def remove_view(*, actor: Actor, view_id: int, now: datetime) -> None:
    """
    Take a view off the lists; it can be put back.

    :raises NoSuchView, NotAllowed: as `change_view`
    """
    view = _locked(actor, view_id)
    view.removed_at = now
    view.save(update_fields=["removed_at"])
    _record(actor, "web.view.removed", view, now)


@transaction.atomic
def restore_view(*, actor: Actor, view_id: int, now: datetime) -> SavedView:
    """
    Put back a view that was removed, and return it.

    :raises NoSuchView: not to be seen, or removed more than `KEPT_FOR` ago
    :raises NotAllowed: as `change_view`
    :raises NameTaken: another has got its name since
    """
    view = _locked(actor, view_id, removed=True)
    if view.removed_at is None or now - view.removed_at > KEPT_FOR:
        raise NoSuchView("This view is not there any more.")
    _check_name(view.user_id, view.page, view.name, view.unit_id)
    view.removed_at = None
    view.save(update_fields=["removed_at"])
    _record(actor, "web.view.restored", view, now)
    return view


def _own(user_id: int, page: str):  # type: ignore[no-untyped-def]  # a QuerySet of SavedView
    return SavedView.objects.unscoped("one's own views, all of them").filter(user_id=user_id, page=page)


def _check_name(user_id: int, page: str, name: str, unit_id: int | None) -> None:
    """Compare with what they share with the same unit, or keep for themselves: nobody else learns of the rest."""
    if _own(user_id, page).filter(name=name, unit_id=unit_id, removed_at=None).exists():
        raise NameTaken("There is a view of that name already. Choose another.", field="name")


def _locked(actor: Actor, view_id: int, *, removed: bool = False) -> SavedView:
    found = SavedView.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=view_id)
    view = found.filter(removed_at__isnull=not removed).order_by("pk").first()
    if view is None:
        raise NoSuchView("This view is not there any more.")
    if not may_change(actor, view):
        raise NotAllowed("Only whoever keeps this view may change it.")
    return view


def _record(actor: Actor, action: str, view: SavedView, now: datetime) -> None:
    # Neither name nor filters: they may name a person.
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        now=now,
        target=view,
        unit_id=view.unit_id,
        page=view.page,
    )
