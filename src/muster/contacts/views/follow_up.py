"""Whom to follow up: one's own, those of nobody, all."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame, number_in
from muster.contacts.forms import HandOverForm
from muster.contacts.queries import follow_up, following, handing_over
from muster.contacts.services import handing_over as services
from muster.contacts.views._lists import shown_list
from muster.core.errors import DomainError


@require_GET
def follow_up_list(request: ActorRequest) -> HttpResponse:
    stage_id = number_in(request.GET, "stage")
    page = partial(follow_up.follow_up, stage_id=stage_id)
    context = shown_list(request, "contacts:follow_up_list", follow_up.SHOWN, page, follow_up.count, also=("stage",))
    context |= {"stages": following.stages(request.actor, retired=True), "stage_id": stage_id}
    context["unit"] = request.GET.get("unit", "")
    return render(request, "contacts/follow_up_list.html", context)


@require_http_methods(["GET", "POST"])
def hand_over(request: ActorRequest) -> HttpResponse:
    if not request.actor.may(following.WORK):
        raise NotAllowed("You may not talk to contacts.")
    givers = [(pk, f"{name}: {count:,} to do") for pk, name, count in handing_over.givers(request.actor)]
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
