"""The balance sheet as a page, as files, and the lists behind its numbers."""

import csv
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from muster.access import scope
from muster.access.http import ActorRequest
from muster.core.errors import DomainError
from muster.core.sheets.formulas import escape_formula
from muster.reports import balance_sheet as reports
from muster.reports import figures, pictures
from muster.reports.calc.sheet import BalanceSheet
from muster.reports.renderings.render import FORMATS
from muster.reports.renderings.render import render as write
from muster.reports.report import Report
from muster.web.balance_sheet.forms import DatesForm
from muster.web.balance_sheet.goals import bars
from muster.web.balance_sheet.links import Links
from muster.workflows import extracts


def _report(request: ActorRequest, form: DatesForm) -> Report:
    on, compared_with = form.days()
    unit_id = scope.chosen_unit_id(request)
    return reports.build(request.actor, unit_id, on, compared_with=compared_with, contacts=True)


@require_GET
def balance_sheet(request: ActorRequest) -> HttpResponse:
    form = DatesForm(request.GET, today=timezone.localdate())
    report = _report(request, form)
    to, before_to = (_links(request, sheet) for sheet in (report.sheet, report.before or report.sheet))
    shown = {
        "form": form,
        "report": report,
        "strip": figures.strip(report),
        "sections": figures.sections(report),
        "pictures": pictures.pictures(report.sheet, report.sentences.titles),
        "goals": bars(report.sheet, to),
        "to": to,
        "before_to": before_to,
        "zip": zip,
        "formats": FORMATS,
        "query": _query(request),
        "since": form.since(),
    }
    return render(request, "web/balance_sheet.html", shown)


@require_GET
def balance_sheet_file(request: ActorRequest, format: str) -> HttpResponse:
    if format not in FORMATS:
        raise Http404
    form = DatesForm(request.GET, today=timezone.localdate())
    report = _report(request, form)
    try:
        content = write(report, format)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("reports:balance_sheet")
    _note(request, "reports.sheet.exported", report, kind=format)
    _, media_type, ending = FORMATS[format]
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="balance-sheet-{report.sheet.as_of}.{ending}"'
    return answer


@require_GET
def numbers(request: ActorRequest, key: str) -> HttpResponse:
    report = _report(request, DatesForm(request.GET, today=timezone.localdate()))
    found = {picture.key: picture for picture in pictures.pictures(report.sheet, report.sentences.titles)}.get(key)
    if found is None:
        raise Http404
    _note(request, "reports.numbers.exported", report, kind="csv", count=len(found.rows), picture=key)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}-{report.sheet.as_of}.csv"'
    writer = csv.writer(answer, lineterminator="\n")
    writer.writerow(found.heads)
    writer.writerows([escape_formula(cell) if isinstance(cell, str) else cell for cell in row] for row in found.rows)
    return answer


def _note(request: ActorRequest, action: str, report: Report, *, kind: str, count: int = 1, **details: Any) -> None:
    extracts.note_file(
        actor=request.actor,
        action=action,
        unit_id=scope.chosen_unit_id(request),
        count=count,
        kind=kind,
        now=timezone.now(),
        on=report.sheet.as_of.isoformat(),
        **details,
    )


def _links(request: ActorRequest, sheet: BalanceSheet) -> Links:
    return Links(request.actor, scope.chosen_unit_id(request), sheet.as_of)


def _query(request: ActorRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("unit", "on", "compare") if request.GET.get(name)}
