"""Call lists: made, worked on, closed."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import queries as access
from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.contacts.forms import CallListForm
from muster.contacts.queries import calling
from muster.contacts.services import calling as services
from muster.core.errors import DomainError
from muster.people.calc.questions import WrongQuestion
from muster.units import queries as units

PERMISSION = "contacts.work"
CHOICES = 12


@require_GET
def call_list_list(request: ActorRequest) -> HttpResponse:
    _require(request)
    here = request.actor.standing_in(scope.chosen_unit_id(request))
    return render(request, "contacts/call_list_list.html", {"lists": calling.call_lists(request.actor, here)})


@require_http_methods(["GET", "POST"])
def call_list_create(request: ActorRequest) -> HttpResponse:
    _require(request)
    at = scope.chosen_unit_id(request)
    found = access.units(request.actor, PERMISSION)
    choices = access.open_choices(
        request.actor, found, "", chosen=at if at in set(found.values_list("pk", flat=True)) else None, most=CHOICES
    )
    first = {"ask": request.GET.get("ask", ""), "unit": at, "cooldown_days": 14}
    form = CallListForm(request.POST or None, units=choices, initial=first)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made, count = services.make_list(
                actor=request.actor,
                unit_id=typed.pop("unit"),
                now=timezone.now(),
                terms=units.terms(request.organisation),
                **typed,
            )
        except WrongQuestion as error:
            form.add_error("ask", str(error))
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"{count:,} {'person' if count == 1 else 'people'} to call.")
            return redirect("contacts:call_list_detail", made.pk)
    return render(request, "contacts/call_list_create.html", {"form": form})


@require_GET
def call_list_detail(request: ActorRequest, list_id: int) -> HttpResponse:
    found = calling.call_list(request.actor, list_id, now=timezone.now(), hold=services.HOLD)
    if found is None:
        raise Http404("No such call list.")
    page = "contacts/_call_progress.html" if request.headers.get("HX-Request") else "contacts/call_list_detail.html"
    return render(request, page, {"progress": found})


@require_POST
def call_hand_out(request: ActorRequest, list_id: int) -> HttpResponse:
    _seen(request, list_id)
    try:
        person_id = services.hand_out(actor=request.actor, list_id=list_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("contacts:call_list_list")
    return to_next(request, list_id, person_id)


@require_POST
def call_pass_over(request: ActorRequest, list_id: int, person_id: int) -> HttpResponse:
    _seen(request, list_id)
    try:
        following = services.pass_over(actor=request.actor, list_id=list_id, person_id=person_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("contacts:call_list_detail", list_id)
    return to_next(request, list_id, following)


@require_POST
def call_list_close(request: ActorRequest, list_id: int) -> HttpResponse:
    _seen(request, list_id)
    try:
        services.close_list(actor=request.actor, list_id=list_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Closed. What was noted stays.")
    return redirect("contacts:call_list_list")


def to_next(request: ActorRequest, list_id: int, person_id: int | None) -> HttpResponse:
    """Go to whom to call next, or back to the list where nobody is left."""
    if person_id is None:
        messages.success(request, "Nobody is left to call for now.")
        return redirect("contacts:call_list_detail", list_id)
    return redirect(reverse("contacts:contact_detail", args=[person_id], query={"list": list_id}))


def _require(request: ActorRequest) -> None:
    if not request.actor.may(PERMISSION):
        raise NotAllowed("You may not call contacts.")


def _seen(request: ActorRequest, list_id: int) -> None:
    if calling.call_list(request.actor, list_id, now=timezone.now(), hold=services.HOLD) is None:
        raise Http404("No such call list.")
