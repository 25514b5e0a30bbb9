"""The inbox of inquiries, and sending one on by hand."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest
from muster.contacts.forms import AssignForm
from muster.contacts.queries import inbox
from muster.contacts.services import routing
from muster.core.errors import DomainError

PERMISSION = "contacts.view"
TEXT_LENGTH = 100


@require_GET
def inquiry_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may(PERMISSION):
        raise NotAllowed("You may not see inquiries.")
    here = actor.standing_in(scope.chosen_unit_id(request))
    page = inbox.inbox(actor, here, after=_number(request.GET, "after"), before=_number(request.GET, "before"))
    kept = {"unit": request.GET["unit"]} if request.GET.get("unit") else {}
    address = reverse("contacts:inquiry_list")
    elsewhere = 0 if page.lines else inbox.count_all(actor)
    shown = {
        "page": page,
        "previous": reverse("contacts:inquiry_list", query=kept | {"before": page.previous}) if page.previous else "",
        "next": reverse("contacts:inquiry_list", query=kept | {"after": page.next}) if page.next else "",
        "elsewhere": elsewhere,
        "cut": elsewhere > inbox.COUNTED_UP_TO,
        "everywhere_url": f"{address}?unit={actor.top_unit_id}" if actor.top_unit_id else address,
        "may_import": actor.may("transfer.import"),
    }
    return render(request, "contacts/inquiry_list.html", shown)


@require_http_methods(["GET", "POST"])
def inquiry_assign(request: ActorRequest, inquiry_id: int) -> HttpResponse:
    line = _line_to_assign(request, inquiry_id)
    typed = request.POST if request.method == "POST" else request.GET
    text = typed.get("q", "").strip()[:TEXT_LENGTH]
    takers = inbox.takers(request.actor, text, present=line.unit_id, chosen=_number(typed, "unit"))
    form = AssignForm(request.POST if request.method == "POST" else None, takers=takers)
    if request.method == "POST" and form.is_valid():
        unit_id = form.cleaned_data["unit"]
        try:
            before = routing.assign_inquiry(
                actor=request.actor, inquiry_id=inquiry_id, unit_id=unit_id, now=timezone.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            undo = (
                {"extra_tags": f"undo:{reverse('contacts:inquiry_back', args=[inquiry_id, before])}"} if before else {}
            )
            messages.success(request, f"Sent to {dict(takers)[unit_id]}.", **undo)
            return redirect("contacts:inquiry_list")
    return render(request, "contacts/inquiry_assign.html", {"form": form, "line": line, "text": text})


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


def _line_to_assign(request: ActorRequest, inquiry_id: int) -> inbox.Line:
    line = inbox.line(request.actor, inquiry_id)
    if line is None:
        raise Http404("No such inquiry.")
    if not line.may_assign:
        raise NotAllowed("You may not send this elsewhere.")
    return line


def _number(typed: QueryDict, name: str) -> int | None:
    text = typed.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None
