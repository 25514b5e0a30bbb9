"""The pages with the lists behind the numbers."""

from datetime import date

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from muster.access import exits, scope
from muster.access.http import ActorRequest
from muster.core.errors import DomainError
from muster.core.sheets import lists as files
from muster.people.calc.listing import Place
from muster.people.queries.listing import count_members
from muster.reports.behind import lists
from muster.web.balance_sheet import links
from muster.web.balance_sheet.forms import DatesForm
from muster.workflows import extracts


@require_GET
def behind(request: ActorRequest) -> HttpResponse:
    asked = _asked(request)
    try:
        found = lists.list_behind(request.actor, *asked, Place.from_query(request.GET))
    except DomainError as error:
        raise Http404(str(error)) from error
    unit_id, on, figure = asked
    to = links.Links(request.actor, unit_id, on)
    may_export = request.actor.may("people.export", unit_id=unit_id)
    shown = {
        "found": found,
        "on": on,
        "lines": [(row, to.row(row)) for row in found.rows],
        "columns": links.columns(found),
        "previous": to.list_of(figure, before=found.previous) if found.previous else "",
        "next": to.list_of(figure, after=found.next) if found.next else "",
        "exports": [(kind.upper(), to.file(figure, kind)) for kind in files.KINDS] if may_export else [],
        "sheet_url": to.sheet(),
    }
    return render(request, "web/balance_sheet_behind.html", shown)


@require_http_methods(["GET", "POST"])
def behind_file(request: ActorRequest, kind: str) -> HttpResponseBase:
    if kind not in files.KINDS:
        raise Http404("No such kind of file.")
    unit_id, on, figure = _asked(request)
    try:
        may_leave = exits.leave(
            request,
            count=extracts.count_people_behind(actor=request.actor, unit_id=unit_id, on=on, figure=figure),
            members=lambda: count_members(request.actor),
            unit_id=unit_id,
            back=links.Links(request.actor, unit_id, on).list_of(figure),
            now=timezone.now(),
        )
        if isinstance(may_leave, HttpResponse):
            return may_leave
        rows = may_leave.marked(
            extracts.take_out_figure(
                actor=request.actor, unit_id=unit_id, on=on, figure=figure, kind=kind, now=timezone.now()
            )
        )
    except DomainError as error:
        raise Http404(str(error)) from error
    return exits.as_file(rows, kind=kind, name=f"{figure.partition(':')[0]}-{on}", title="List")


def _asked(request: ActorRequest) -> tuple[int | None, date, str]:
    """Return unit, day and key of the figure that the address names."""
    on, _ = DatesForm(request.GET, today=timezone.localdate()).days()
    return scope.chosen_unit_id(request), on, request.GET.get("figure", "members")
