"""Keeping a view of a list, changing it, removing it and taking that back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.core.errors import DomainError
from muster.units import queries as unit_queries
from muster.units.queries import load_tree
from muster.web.saved_views import forms, pages, queries, services

# A question of a thousand signs, each written as up to twelve.
LONGEST = 16_000


@require_http_methods(["GET", "POST"])
def view_save(request: ActorRequest) -> HttpResponse:
    if not request.actor.may("people.view"):
        raise NotAllowed("You may not see lists of people.")
    page = request.GET.get("page", "people:person_list")
    if page not in pages.PAGES:
        raise Http404("There is no such list.")
    query = pages.clean(page, request.GET.get("query", "")[:LONGEST])
    form = forms.ViewForm(request.POST or None, units=_units(request), initial={})
    if request.method == "POST" and form.is_valid():
        name, unit_id = form.cleaned_data["name"], form.cleaned_data.get("unit")
        try:
            view_id = services.save_view(
                actor=request.actor, page=page, name=name, query=query, unit_id=unit_id, now=timezone.now()
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"“{name}” now stands above the list.")
            return redirect(pages.address(page, query, view_id))
    shown = {"form": form, "view": None, "back": f"{reverse(page)}?{query}"}
    return render(request, "web/saved_views/view_form.html", shown)


@require_http_methods(["GET", "POST"])
def view_change(request: ActorRequest, view_id: int) -> HttpResponse:
    view = queries.saved_view(request.actor, view_id)
    if view is None:
        raise Http404("There is no such view.")
    if not queries.may_change(request.actor, view):
        raise NotAllowed("Only whoever keeps this view may change it.")
    units = _units(request, view.unit_id) if view.user_id == request.actor.user_id else []
    start = {"name": view.name, "unit": view.unit_id}
    form = forms.ViewForm(request.POST or None, units=units, initial=start)
    back = pages.address(view.page, view.query, view.pk)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_view(
                actor=request.actor,
                view_id=view_id,
                name=form.cleaned_data["name"],
                unit_id=form.cleaned_data.get("unit"),
                now=timezone.now(),
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect(back)
    return render(request, "web/saved_views/view_form.html", {"form": form, "view": view, "back": back})


@require_POST
def view_remove(request: ActorRequest, view_id: int) -> HttpResponse:
    view = queries.saved_view(request.actor, view_id)
    if view is None:
        raise Http404("There is no such view.")
    services.remove_view(actor=request.actor, view_id=view_id, now=timezone.now())
    undo = reverse("views:view_restore", args=[view_id])
    messages.success(request, f"“{view.name}” was removed.", extra_tags=f"undo:{undo}")
    return redirect(view.page)


@require_POST
def view_restore(request: ActorRequest, view_id: int) -> HttpResponse:
    try:
        view = services.restore_view(actor=request.actor, view_id=view_id, now=timezone.now())
    except services.NoSuchView as error:
        raise Http404(str(error)) from error
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people:person_list")
    messages.success(request, f"“{view.name}” is back.")
    return redirect(pages.address(view.page, view.query, view.pk))


def _units(request: ActorRequest, shared_with: int | None = None) -> list[tuple[int, str]]:
    """Return the units one may share with: where one stands and those above it, and the one it is shared with already."""
    actor, here = request.actor, scope.chosen_unit_id(request)
    path = [] if here is None else (actor.tree or load_tree()).above(here)
    wanted = {*path, *([shared_with] if shared_with else [])}
    return unit_queries.choices(pk for pk in wanted if actor.may("people.view", unit_id=pk))
