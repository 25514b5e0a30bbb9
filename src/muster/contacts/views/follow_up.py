"""Whom to follow up: one's own, those of nobody, all."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest
from muster.contacts.queries import follow_up, following
from muster.contacts.views._shared import number

PERMISSION = "contacts.view"


@require_GET
def follow_up_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may(PERMISSION):
        raise NotAllowed("You may not see contacts.")
    here = actor.standing_in(scope.chosen_unit_id(request))
    shown = request.GET.get("show", "")
    shown = shown if shown in follow_up.SHOWN else next(iter(follow_up.SHOWN))
    stage_id = number(request.GET, "stage")
    page = follow_up.follow_up(
        actor, here, shown, stage_id=stage_id, after=number(request.GET, "after"), before=number(request.GET, "before")
    )
    kept = {name: request.GET[name] for name in ("unit", "stage") if request.GET.get(name)}
    address = "contacts:follow_up_list"
    context = {
        "page": page,
        "shown": shown,
        "views": [
            (words, reverse(address, query=kept | {"show": key}), key == shown, follow_up.count(actor, here, key))
            for key, words in follow_up.SHOWN.items()
        ],
        "stages": following.stages(actor, retired=True),
        "stage_id": stage_id,
        "unit": request.GET.get("unit", ""),
        "previous": reverse(address, query=kept | {"show": shown, "before": page.previous}) if page.previous else "",
        "next": reverse(address, query=kept | {"show": shown, "after": page.next}) if page.next else "",
    }
    return render(request, "contacts/follow_up_list.html", context)
