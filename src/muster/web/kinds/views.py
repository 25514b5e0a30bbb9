"""The kinds of unit: what they are called and what may stand below what."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from muster.access.http import ActorRequest, blame
from muster.core.errors import DomainError
from muster.units import queries as unit_queries
from muster.web.kinds.forms import KindForm
from muster.workflows import choices


@require_GET
def kind_list(request: ActorRequest) -> HttpResponse:
    request.actor.require("settings.edit", unit_id=None)
    return render(request, "web/kinds/kind_list.html", {"kinds": unit_queries.kinds_with_children()})


@require_http_methods(["GET", "POST"])
def kind_create(request: ActorRequest) -> HttpResponse:
    request.actor.require("settings.edit", unit_id=None)
    kinds = [(kind.pk, kind.name) for kind in unit_queries.kinds()]
    form = KindForm(request.POST or None, kinds=kinds, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            choices.add_kind(actor=request.actor, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"{form.cleaned_data['plural']} can be opened now.")
            return redirect("kinds:kind_list")
    return render(request, "web/kinds/kind_form.html", {"form": form, "kind": None})


@require_http_methods(["GET", "POST"])
def kind_edit(request: ActorRequest, kind_id: int) -> HttpResponse:
    request.actor.require("settings.edit", unit_id=None)
    found = {kind.pk: (kind, children) for kind, children in unit_queries.kinds_with_children()}
    if kind_id not in found:
        raise Http404
    kind, children = found[kind_id]
    start = {"name": kind.name, "plural": kind.plural, "children": [child.pk for child in children]}
    kinds = [(pk, each.name) for pk, (each, _) in found.items()]
    form = KindForm(request.POST or None, kinds=kinds, is_new=False, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            choices.change_kind(actor=request.actor, kind_id=kind_id, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("kinds:kind_list")
    return render(request, "web/kinds/kind_form.html", {"form": form, "kind": kind})
