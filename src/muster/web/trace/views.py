"""What was done: the page for whoever may read the trace, and the same as a file."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from muster.access import exits, scope
from muster.access.actor import Actor, NotAllowed
from muster.access.http import ActorRequest, number_in
from muster.core.sheets import lists as files
from muster.web.trace import exports, queries, words
from muster.web.trace.forms import FilterForm
from muster.workflows import alarms, extracts, nightly

PERMISSION = "audit.view"


def _reader(request: ActorRequest) -> Actor:
    """Return the actor narrowed to where one stands, if they may read anything of the trace."""
    if not request.actor.may(PERMISSION):
        raise NotAllowed("You may not read what was done.")
    return request.actor.standing_in(scope.chosen_unit_id(request))


@require_GET
def entry_list(request: ActorRequest) -> HttpResponse:
    reader, now = _reader(request), timezone.now()
    form = FilterForm(request.GET, doers=queries.doers(reader))
    asked = form.asked()
    found = queries.entries(reader, asked)
    page = queries.page(
        request.actor, found, after=number_in(request.GET, "after"), before=number_in(request.GET, "before")
    )
    kept = asked.as_query() | ({"unit": request.GET["unit"]} if request.GET.get("unit") else {})
    address = reverse("trace:entry_list")
    shown = {
        "form": form,
        "page": page,
        "narrows": bool(asked.as_query()),
        "empty": "filter" if asked.as_query() else "new" if reader.has_whole(PERMISSION) else "scope",
        "kept_unit": request.GET.get("unit", ""),
        "all_url": address,
        "previous": reverse("trace:entry_list", query=kept | {"before": page.previous}) if page.previous else "",
        "next": reverse("trace:entry_list", query=kept | {"after": page.next}) if page.next else "",
        "exports": [
            (kind.upper(), reverse("trace:entry_file", args=[kind], query=kept or None)) for kind in files.KINDS
        ],
        "alarms": [(one, words.unusual(one)) for one in alarms.open_alarms(request.actor, now=now)],
        "chain": nightly.trace_state(request.actor, now=now),
    }
    return render(request, "web/trace/entry_list.html", shown)


@require_GET
def entry_file(request: ActorRequest, kind: str) -> HttpResponseBase:
    if kind not in files.KINDS:
        raise Http404("No such kind of file.")
    reader = _reader(request)
    asked = FilterForm(request.GET, doers=queries.doers(reader)).asked()
    found = queries.entries(reader, asked)
    last = found.first()
    # What is written down now is not part of the file.
    found = found.filter(pk__lte=last.pk if last else 0)
    extracts.note_file(
        actor=request.actor,
        action="audit.list.exported",
        unit_id=scope.chosen_unit_id(request),
        count=found.count(),
        kind=kind,
        now=timezone.now(),
        filters=asked.as_query(),
    )
    rows = exports.rows(queries.every_line(request.actor, found))
    return exits.as_file(rows, kind=kind, name=f"trace-{request.actor.on.isoformat()}", title="Trace")


@require_POST
def alarm_acknowledge(request: ActorRequest, entry_id: int) -> HttpResponse:
    try:
        alarms.acknowledge(actor=request.actor, entry_id=entry_id, now=timezone.now())
    except alarms.NoSuchAlarm as error:
        raise Http404(str(error)) from error
    messages.success(request, "Acknowledged. Your name stands beside it in the trace.")
    return redirect("trace:entry_list")
