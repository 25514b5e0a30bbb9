"""How contacts become members, as a page and as files."""

import csv

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.core.sheets.formulas import escape_formula
from muster.reports import way_in
from muster.reports.calc.days import months_back
from muster.reports.way_in_tables import for_file, in_words, tables
from muster.units import queries as units
from muster.web.contact_figures.forms import SinceForm
from muster.web.contact_figures.shown import bars_of_stages, figures
from muster.workflows import extracts

MONTHS = 11


@require_GET
def contact_figures(request: ActorRequest) -> HttpResponse:
    form = SinceForm(request.GET, usual=months_back(request.actor.on, MONTHS))
    found = _found(request, form)
    terms = units.terms()
    query = {name: request.GET[name] for name in ("unit", "since") if request.GET.get(name)}
    context = {
        "form": form,
        "found": found,
        "tables": tables(found, terms),
        "figures": figures(found, terms),
        "bars": bars_of_stages(found),
        "words": in_words,
        "query": query,
        "unit": request.GET.get("unit", ""),
    }
    return render(request, "web/contact_figures.html", context)


@require_GET
def contact_figures_file(request: ActorRequest, key: str) -> HttpResponse:
    form = SinceForm(request.GET, usual=months_back(request.actor.on, MONTHS))
    found = _found(request, form)
    table = next((table for table in tables(found, units.terms()) if table.key == key), None)
    if table is None:
        raise Http404("No such table.")
    heads, rows = for_file(table)
    extracts.note_file(
        actor=request.actor,
        action="reports.contacts.exported",
        unit_id=scope.chosen_unit_id(request),
        count=len(rows),
        kind="csv",
        now=timezone.now(),
        table=key,
    )
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="contacts-{key}-{found.on}.csv"'
    writer = csv.writer(answer, lineterminator="\n")
    writer.writerow([escape_formula(head) for head in heads])
    writer.writerows([escape_formula(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return answer


def _found(request: ActorRequest, form: SinceForm) -> way_in.WayIn:
    """Return the figures since the day of the form; where that cannot be, since the usual one, with the form saying why."""
    actor, unit_id, now = request.actor, scope.chosen_unit_id(request), timezone.now()
    if not actor.may(way_in.PERMISSION):
        raise NotAllowed("You may not see contacts.")
    try:
        return way_in.build(actor, unit_id, form.day(), actor.on, now=now)
    except way_in.NoSuchPeriod as error:
        blame(form, error)
        return way_in.build(actor, unit_id, form.usual, actor.on, now=now)
