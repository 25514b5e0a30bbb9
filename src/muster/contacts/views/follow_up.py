"""Whom to follow up: one's own, those of nobody, all."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame, number_in
from muster.contacts.forms import HandOverForm
from muster.contacts.queries import follow_up, following, handing_over
from muster.contacts.services import handing_over as services
from muster.core.errors import DomainError

PERMISSION = "contacts.view"


@require_GET
def follow_up_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may(PERMISSION):
        raise NotAllowed("You may not see contacts.")
    here = actor.standing_in(scope.chosen_unit_id(request))
    shown = request.GET.get("show", "")
    shown = shown if shown in follow_up.SHOWN else next(iter(follow_up.SHOWN))
    stage_id = number_in(request.GET, "stage")
    places = {name: number_in(request.GET, name) for name in ("after", "before")}
    page = follow_up.follow_up(actor, here, shown, stage_id=stage_id, **places)
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


@require_http_methods(["GET", "POST"])
def hand_over(request: ActorRequest) -> HttpResponse:
    if not request.actor.may(following.WORK):
        raise NotAllowed("You may not talk to contacts.")
    givers = [
        (pk, f"{name}: {count:,} {'contact' if count == 1 else 'contacts'}")
        for pk, name, count in handing_over.givers(request.actor)
    ]
    takers = handing_over.takers(request.actor)
    form = HandOverForm(request.POST or None, givers=givers, takers=takers)
    if request.method == "POST" and form.is_valid():
        giver, taker = form.cleaned_data["giver"], form.cleaned_data["taker"]
        try:
            done = services.hand_over(actor=request.actor, from_user_id=giver, to_user_id=taker, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            left = f" {done.left:,} stay: they may not talk to those." if done.left else ""
            messages.success(request, f"Handed over: {done.count:,}.{left}")
            return redirect("contacts:follow_up_list")
    return render(request, "contacts/hand_over.html", {"form": form, "givers": givers})
