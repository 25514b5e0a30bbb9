"""The inbox of inquiries, and sending one on by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame, number_in
from muster.contacts.forms import AssignForm, TakeUpForm
from muster.contacts.queries import inbox
from muster.contacts.services import routing, taking_up
from muster.core.errors import DomainError
from muster.people.queries.duplicates import Alike

PERMISSION = "contacts.view"
TEXT_LENGTH = 100
# What the list can show, and what that is called.
SHOWN = {inbox.WAITING: "Waiting", inbox.DOUBTFUL: "To be looked at", inbox.ALL: "All", inbox.SPAM: "Spam"}


@require_GET
def inquiry_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may(PERMISSION):
        raise NotAllowed("You may not see inquiries.")
    here = actor.standing_in(scope.chosen_unit_id(request))
    show = request.GET.get("show", "") if request.GET.get("show", "") in SHOWN else inbox.WAITING
    after, before = number_in(request.GET, "after"), number_in(request.GET, "before")
    page = inbox.inbox(actor, here, show=show, after=after, before=before)
    unit = {"unit": request.GET["unit"]} if request.GET.get("unit") else {}
    kept = unit | ({"show": show} if show else {})
    elsewhere = 0 if page.lines else inbox.count_all(actor, actor, show=show)
    shown = {
        "page": page,
        "views": _views(unit, show, inbox.count_all(actor, here, show=inbox.DOUBTFUL)),
        "show": show,
        "previous": reverse("contacts:inquiry_list", query=kept | {"before": page.previous}) if page.previous else "",
        "next": reverse("contacts:inquiry_list", query=kept | {"after": page.next}) if page.next else "",
        "elsewhere": elsewhere,
        "cut": elsewhere > inbox.COUNTED_UP_TO,
        "everywhere_url": _list(
            ({"unit": actor.top_unit_id} if actor.top_unit_id else {}) | ({"show": show} if show else {})
        ),
        "may_import": actor.may("transfer.import"),
    }
    return render(request, "contacts/inquiry_list.html", shown)


@require_http_methods(["GET", "POST"])
def inquiry_assign(request: ActorRequest, inquiry_id: int) -> HttpResponse:
    line = _line_to_assign(request, inquiry_id)
    typed = request.POST if request.method == "POST" else request.GET
    text = typed.get("q", "").strip()[:TEXT_LENGTH]
    takers = inbox.takers(request.actor, text, present=line.unit_id, chosen=number_in(typed, "unit"))
    form = AssignForm(request.POST if request.method == "POST" else None, takers=takers)
    if request.method == "POST" and form.is_valid():
        unit_id = form.cleaned_data["unit"]
        try:
            before = routing.assign_inquiry(
                actor=request.actor, inquiry_id=inquiry_id, unit_id=unit_id, now=timezone.now()
            )
        except DomainError as error:
            blame(form, error)
        else:
            undo = (
                {"extra_tags": f"undo:{reverse('contacts:inquiry_back', args=[inquiry_id, before])}"} if before else {}
            )
            messages.success(request, f"Sent to {dict(takers)[unit_id]}.", **undo)
            return redirect("contacts:inquiry_list")
    return render(request, "contacts/inquiry_assign.html", {"form": form, "line": line, "text": text})


@require_POST
def inquiry_take_up(request: ActorRequest, inquiry_id: int) -> HttpResponse:
    line = inbox.line(request.actor, inquiry_id)
    if line is None:
        raise Http404("No such inquiry.")
    if not line.may_take_up:
        raise NotAllowed("You may not take this up.")
    alike = inbox.alike(request.actor, inquiry_id)
    form = TakeUpForm(request.POST, people=[(one.line.id, _in_words(one)) for one in alike])
    if form.is_valid() and (form.cleaned_data["sure"] or not alike):
        try:
            person_id = taking_up.take_up(
                actor=request.actor, inquiry_id=inquiry_id, person_id=form.cleaned_data["person"], now=timezone.now()
            )
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("contacts:inquiry_list")
        messages.success(request, "It is yours from now on.")
        return redirect("contacts:contact_detail", person_id)
    return render(request, "contacts/inquiry_take_up.html", {"form": form, "line": line})


@require_POST
def inquiry_back(request: ActorRequest, inquiry_id: int, unit_id: int) -> HttpResponse:
    _line_to_assign(request, inquiry_id)
    if unit_id not in dict(inbox.takers(request.actor, "", present=None, chosen=unit_id)):
        raise Http404("No such unit.")
    try:
        routing.assign_inquiry(actor=request.actor, inquiry_id=inquiry_id, unit_id=unit_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It is back where it was.")
    return redirect("contacts:inquiry_list")


def _views(unit: dict[str, Any], show: str, doubtful: int) -> list[tuple[Any, ...]]:
    found = []
    for code, words in SHOWN.items():
        pill = (words, _list(unit | ({"show": code} if code else {})), code == show)
        found.append((*pill, doubtful) if code == inbox.DOUBTFUL and doubtful else pill)
    return found


def _list(query: dict[str, Any]) -> str:
    return reverse("contacts:inquiry_list", query=query)


def _line_to_assign(request: ActorRequest, inquiry_id: int) -> inbox.Line:
    line = inbox.line(request.actor, inquiry_id)
    if line is None:
        raise Http404("No such inquiry.")
    if not line.may_assign:
        raise NotAllowed("You may not send this elsewhere.")
    return line


def _in_words(one: Alike) -> str:
    who = ", ".join(filter(None, (one.line.name, one.line.unit, one.line.city)))
    return f"{who}: {', '.join(one.reasons)}"
