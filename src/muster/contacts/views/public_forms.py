"""For officers: which public forms there are, what they say, and how one is put on a website."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from muster.access import queries as access
from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.contacts.queries import public_forms as queries
from muster.contacts.queries.public_forms import Line
from muster.contacts.services import public_forms as services
from muster.contacts.services.public_forms import Words
from muster.contacts.writing.forms import TRAP, OfficerForm
from muster.core.errors import DomainError


@require_GET
def public_form_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may(queries.VIEW):
        raise NotAllowed("You may not see inquiries.")
    unit_id = scope.chosen_unit_id(request)
    lines = queries.lines(actor, actor.standing_in(unit_id))
    # The form of where one stands, where there is none yet.
    may_add = unit_id not in {line.unit_id for line in lines} and actor.may(queries.EDIT, unit_id=unit_id)
    shown = {
        "lines": [(line, _address(request, line), _snippet(request, line)) for line in lines],
        "is_on": lines[0].is_open,
        "add": reverse("contacts:public_form_edit", args=[unit_id]) if may_add and lines[0].is_open else "",
    }
    return render(request, "contacts/public_form_list.html", shown)


@require_http_methods(["GET", "POST"])
def public_form_edit(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = access.units(request.actor).filter(pk=unit_id).first()
    if unit is None:
        raise Http404("No such unit.")
    stored, is_whole = queries.form_of(request.actor, unit_id), unit.parent_id is None
    words = asdict(services.FIRST_WORDS) if is_whole else {"title": f"Write to {unit.name}"[:120]}
    initial = {name: getattr(stored, name) for name in OfficerForm.base_fields} if stored else words
    form = OfficerForm(request.POST or None, is_whole=is_whole, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed: dict[str, Any] = dict(form.cleaned_data)
        is_on = typed.pop("is_on")
        try:
            services.set_form(
                actor=request.actor, unit_id=unit_id, is_on=is_on, words=Words(**typed), now=timezone.now()
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("contacts:public_form_list")
    return render(request, "contacts/public_form_edit.html", {"form": form, "unit": unit})


def _address(request: ActorRequest, line: Line) -> str:
    path = reverse("writing:unit", args=[line.called]) if line.called else reverse("writing:whole")
    return request.build_absolute_uri(path)


def _snippet(request: ActorRequest, line: Line) -> str:
    """Return plain HTML for a page of another site: no script, nothing that is loaded from here."""
    shown = queries.open_form(request.actor, line.called) if line.is_open else None
    if shown is None:
        return ""
    context = {"shown": shown, "address": _address(request, line), "trap": TRAP}
    return render_to_string("contacts/writing/snippet.html", context)
