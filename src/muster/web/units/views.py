"""The tree of units, a unit's page, and what one may do to a unit."""

import csv
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import queries as access_queries
from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame, number_in
from muster.core.errors import DomainError
from muster.core.sheets.formulas import escape_formula
from muster.units import queries as unit_queries
from muster.units.services.tree import UNDO_FOR
from muster.web.context import terms_of
from muster.web.navigation import address
from muster.web.units import forms, queries
from muster.workflows import extracts
from muster.workflows import units as acts

TEXT_LENGTH = 100
COLUMNS = ("name", "opened_on", "closed_on", "city", "region", "postcode", "country", "latitude", "longitude")


def _unit_or_404(request: ActorRequest, unit_id: int) -> Any:
    return get_object_or_404(access_queries.units(request.actor), pk=unit_id)


def _unit_to_change(request: ActorRequest, unit_id: int) -> Any:
    unit = _unit_or_404(request, unit_id)
    request.actor.require("units.edit", unit_id=unit_id)
    return unit


@require_GET
def unit_tree(request: ActorRequest) -> HttpResponse:
    if not request.actor.may("units.view"):
        raise NotAllowed
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    with_closed = "closed" in request.GET
    at = scope.chosen_unit_id(request)
    shown: dict[str, Any] = {"text": text, "with_closed": with_closed, "found": None, "tree": None, "scope_id": at}
    if text:
        found = queries.find_units(request.actor, text, with_closed=with_closed)
        shown |= {"found": found, "cut": len(found) == queries.FOUND}
    else:
        at = number_in(request.GET, "at") or at
        shown["tree"] = queries.tree_page(request.actor, at=at, with_closed=with_closed)
    shown["sees_people"] = request.actor.may("people.view")
    return render(request, "web/units/unit_tree.html", shown)


@require_GET
def unit_detail(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit_or_404(request, unit_id)
    actor = request.actor
    may_change = actor.may("units.edit", unit_id=unit_id)
    page = queries.unit_page(actor, unit, terms_of(request), undo_since=timezone.now() - UNDO_FOR)
    shown = {
        "page": page,
        "figures": queries.figures(actor, page, terms_of(request)),
        "is_closed": unit.closed_on is not None and unit.closed_on <= actor.on,
        "may_change": may_change,
        "may_move": unit.parent_id is not None and may_change and actor.may("units.edit", unit_id=unit.parent_id),
        "may_split": unit.parent_id is not None
        and all(
            actor.may(needed, unit_id=touched)
            for needed in ("units.edit", "people.edit")
            for touched in (unit_id, unit.parent_id)
        ),
        "may_grant": actor.may("access.grant", unit_id=unit_id),
        "address": address,
    }
    return render(request, "web/units/unit_detail.html", shown)


@require_GET
def unit_csv(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit_or_404(request, unit_id)
    rows = list(queries.units_below(request.actor, unit.pk))
    extracts.note_file(
        actor=request.actor,
        action="units.list.exported",
        target=unit,
        unit_id=unit_id,
        count=len(rows),
        kind="csv",
        now=timezone.now(),
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="units-{unit_id}.csv"'
    writer = csv.writer(response)
    writer.writerow(["unit", "kind", "parent", *COLUMNS, "members"])
    for row, parent, members in rows:
        cells = [row.ref, row.kind.code, parent, *(getattr(row, column) for column in COLUMNS), members]
        writer.writerow(["" if cell is None else escape_formula(str(cell)) for cell in cells])
    return response


@require_http_methods(["GET", "POST"])
def unit_open(request: ActorRequest, unit_id: int) -> HttpResponse:
    parent = _unit_to_change(request, unit_id)
    kinds = [(kind.pk, kind.name) for kind in unit_queries.kinds_allowed_below(parent.kind_id)]
    start = {"opened_on": request.actor.on, "country": parent.country}
    form = forms.UnitForm(request.POST or None, kinds=kinds, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            new_id = acts.open_unit(actor=request.actor, parent_id=unit_id, details=form.details(), now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"{form.cleaned_data['name']} is open.")
            return redirect("units:unit_detail", new_id)
    return render(request, "web/units/unit_form.html", {"form": form, "unit": parent, "is_new": True, "kinds": kinds})


@require_http_methods(["GET", "POST"])
def unit_edit(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit_to_change(request, unit_id)
    kinds = [(kind.pk, kind.name) for kind in unit_queries.kinds()]
    start = {column: getattr(unit, column) for column in COLUMNS} | {"kind": unit.kind_id, "version": unit.version}
    form = forms.UnitForm(request.POST or None, kinds=kinds, initial=start)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            acts.edit_unit(
                actor=request.actor, unit_id=unit_id, version=version, details=form.details(), now=timezone.now()
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("units:unit_detail", unit_id)
    return render(request, "web/units/unit_form.html", {"form": form, "unit": unit, "is_new": False, "kinds": kinds})


@require_http_methods(["GET", "POST"])
def unit_move(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit_to_change(request, unit_id)
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    parents = queries.new_parents(request.actor, unit, text, number_in(request.POST, "parent"))
    form = forms.MoveForm(request.POST if request.method == "POST" else None, parents=parents)
    if request.method == "POST" and form.is_valid():
        parent_id = form.cleaned_data["parent"]
        try:
            before = acts.move_unit(actor=request.actor, unit_id=unit_id, parent_id=parent_id, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            undo = reverse("units:unit_move_back", args=[unit_id, before])
            messages.success(request, f"{unit.name} was moved.", extra_tags=f"undo:{undo}")
            return redirect("units:unit_detail", unit_id)
    return render(request, "web/units/unit_move.html", {"form": form, "unit": unit, "text": text})


@require_POST
def unit_move_back(request: ActorRequest, unit_id: int, parent_id: int) -> HttpResponse:
    unit = _unit_to_change(request, unit_id)
    _unit_or_404(request, parent_id)
    try:
        acts.move_unit(actor=request.actor, unit_id=unit_id, parent_id=parent_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{unit.name} is back where it was.")
    return redirect("units:unit_detail", unit_id)


@require_http_methods(["GET", "POST"])
def unit_close(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit_to_change(request, unit_id)
    typed = request.POST if request.method == "POST" else request.GET
    text = typed.get("q", "").strip()[:TEXT_LENGTH]
    takers = queries.takers(request.actor, unit, text, number_in(typed, "move_people_to"))
    start = {"closed_on": request.actor.on} | request.GET.dict()
    has_below = queries.has_open_below(request.actor, unit_id)
    form = forms.CloseForm(
        request.POST if request.method == "POST" else None, initial=start, takers=takers, has_below=has_below
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data | {"on": form.cleaned_data["closed_on"]}
        asked.pop("closed_on")
        try:
            done = acts.close_unit(actor=request.actor, unit_id=unit_id, now=timezone.now(), **asked)
        except DomainError as error:
            blame(form, error)
        else:
            undo = reverse("units:closing_undo", args=[done.closing_id])
            messages.success(request, f"{unit.name} is closed.", extra_tags=f"undo:{undo}")
            return redirect("units:unit_detail", unit_id)
    return render(
        request, "web/units/unit_close.html", {"form": form, "unit": unit, "text": text, "has_below": has_below}
    )


@require_POST
def closing_undo(request: ActorRequest, closing_id: int) -> HttpResponse:
    closing = unit_queries.closing(closing_id, unit_ids=access_queries.unit_ids(request.actor))
    if closing is None:
        raise Http404
    unit = _unit_to_change(request, closing.unit_id)
    try:
        acts.undo_close(actor=request.actor, closing_id=closing_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{unit.name} is open again, with everybody who was there.")
    return redirect("units:unit_detail", unit.pk)


@require_POST
def unit_reopen(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit_to_change(request, unit_id)
    try:
        acts.reopen_unit(actor=request.actor, unit_id=unit_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{unit.name} is open again.")
    return redirect("units:unit_detail", unit_id)
