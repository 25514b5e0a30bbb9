"""What several pages about people need."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from muster.access import limits
from muster.access import queries as access_queries
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest
from muster.people.queries import record
from muster.people.queries.record import PersonRecord


def person_or_404(request: ActorRequest, person_id: int, right: str = "") -> PersonRecord:
    """
    Return what the page of a person shows.

    :param right: a field of `Rights` that is needed too
    :raises Http404: not there, or not to be seen: both look the same
    :raises NotAllowed: to be seen, but the right is missing
    """
    found = record.person_record(request.actor, person_id)
    if found is None:
        raise Http404("No such person.")
    if right and not getattr(found.rights, right):
        raise NotAllowed("You may not do this here.")
    return found


def unit_choices(request: ActorRequest, permission: str = "people.edit") -> list[tuple[int, str]]:
    """Return the open units in which the permission is held, by name."""
    units = access_queries.units(request.actor, permission).filter(closed_on=None)
    return list(units.values_list("pk", "name"))


def shown_in_form(request: ActorRequest, show: Callable[..., Any], person_id: int) -> Any:
    """
    Return what a form shows of contact details or the private part: a look like any other, in the trace and in the limit.

    :raises TooOften: the actor looked too often
    """
    assert request.actor.user_id is not None  # only who is signed in comes here
    limits.spend(user_id=request.actor.user_id, kind="contact", now=time.time())
    return show(actor=request.actor, person_id=person_id, now=timezone.now())


def said(request: ActorRequest, person_id: int, text: str, entry_id: int | None = None) -> HttpResponse:
    """Say what was done, with a way back for ten seconds, and go to the person or, if they are out of sight now, the list."""
    extra: dict[str, Any] = {}
    if entry_id is not None:
        extra["extra_tags"] = f"undo:{reverse('people:change_undo', args=[entry_id])}"
    messages.success(request, text, **extra)
    if record.visible_person(request.actor, person_id) is None:
        return redirect("people:person_list")
    return redirect("people:person_detail", person_id)
