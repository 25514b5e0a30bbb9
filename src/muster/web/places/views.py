"""The places of other countries: what there is, what a file would change, storing it and taking it back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access.http import ActorRequest, blame
from muster.core.errors import DomainError
from muster.core.sheets.problems import SheetError
from muster.web.places.forms import PlacesForm
from muster.workflows import places

CHANGES = 50


@require_http_methods(["GET", "POST"])
def place_list(request: ActorRequest) -> HttpResponse:
    countries = places.countries(request.actor)
    form = PlacesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_id = _proposed(request, **form.cleaned_data)
        except SheetError as error:
            form.add_error("cities" if error.problem.file.startswith("cities") else "file", str(error))
        except DomainError as error:
            blame(form, error)
        else:
            return redirect("places:change_show", change_id)
    changes = places.changes(request.actor, most=CHANGES)
    return render(request, "web/places/place_list.html", {"form": form, "countries": countries, "changes": changes})


def _proposed(request: ActorRequest, file: Any, cities: Any, country: str) -> int:
    sent = [(one.name or "", one.chunks()) for one in (file, cities) if one]
    read = places.read_uploads(request.actor, sent, country=country)
    return places.propose(actor=request.actor, name=file.name or "A file", read=read, now=timezone.now())


@require_POST
def place_remove(request: ActorRequest) -> HttpResponse:
    try:
        change_id = places.propose_removal(
            actor=request.actor, country=request.POST.get("country", "")[:2], now=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("places:place_list")
    return redirect("places:change_show", change_id)


@require_GET
def change_show(request: ActorRequest, change_id: int) -> HttpResponse:
    found = places.change(request.actor, change_id, now=timezone.now())
    if found is None:
        raise Http404("No such change.")
    return render(request, "web/places/change_show.html", {"change": found})


@require_POST
def change_store(request: ActorRequest, change_id: int) -> HttpResponse:
    try:
        places.store(actor=request.actor, change_id=change_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        undo = {"extra_tags": f"undo:{reverse('places:change_undo', args=[change_id])}"}
        messages.success(request, "Stored, and inquiries are sent on.", **undo)
    return redirect("places:change_show", change_id)


@require_POST
def change_drop(request: ActorRequest, change_id: int) -> HttpResponse:
    try:
        places.drop(actor=request.actor, change_id=change_id)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("places:place_list")


@require_POST
def change_undo(request: ActorRequest, change_id: int) -> HttpResponse:
    try:
        places.undo(actor=request.actor, change_id=change_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The places from before hold again, and inquiries are sent on.")
    return redirect("places:change_show", change_id)
