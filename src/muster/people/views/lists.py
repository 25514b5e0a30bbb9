"""The list of people, what can be done to many of them at once, and the list as a file."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import exits, scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, page_or
from muster.core.errors import DomainError
from muster.core.sheets import lists as files
from muster.core.terms import Terms
from muster.people import exports, forms
from muster.people.calc.listing import COUNTED_UP_TO, STANDINGS, Filters, Place
from muster.people.calc.questions import WrongQuestion
from muster.people.queries import listing
from muster.people.queries.listing import PeoplePage
from muster.people.services import extracts, tags
from muster.units import queries as unit_queries

BULK = 5000
SORTED = ("name", "joined", "city")


def or_asked_again(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Show a question that cannot be understood where it can be mended."""

    @wraps(view)
    def answered(request: ActorRequest, **named: Any) -> HttpResponseBase:
        try:
            return view(request, **named)
        except WrongQuestion:
            return redirect(_url(request, Filters.from_query(request.GET), page="people:person_ask"))

    return answered


@require_GET
@or_asked_again
def person_list(request: ActorRequest) -> HttpResponseBase:
    actor = request.actor
    if not actor.may("people.view"):
        raise NotAllowed("You may not see lists of people.")
    filters = Filters.from_query(request.GET)
    page = page_of(request, filters)
    context = listed(request, filters, page) | {
        "form": forms.FilterForm(initial=filters.as_query() | {"columns": filters.columns}),
        "shown": [
            (code, _url(request, replace(filters, standing=code)), code == filters.standing) for code in STANDINGS
        ],
        "may_import": actor.may("transfer.import"),
        "empty": None if page.lines else _empty(request, filters),
    }
    return render(request, "people/person_list.html", context)


def page_of(request: ActorRequest, filters: Filters) -> PeoplePage:
    """
    Return the page of a list in the unit one stands in.

    :raises WrongQuestion: as `people_page`
    """
    here = request.actor.standing_in(scope.chosen_unit_id(request))
    terms = unit_queries.terms(request.organisation) if filters.ask else Terms()
    return listing.people_page(here, filters, Place.from_query(request.GET), terms=terms)


def listed(request: ActorRequest, filters: Filters, page: PeoplePage) -> dict[str, Any]:
    """Return what the frame of a list shows."""
    # On its further pages a kept view stays the same.
    kept = {"view": request.GET["view"]} if request.GET.get("view", "").isdecimal() else {}
    return {
        "page": page,
        "filters": filters,
        "ask_url": _url(request, filters, page="people:person_ask"),
        "columns": _columns(request, filters),
        "previous": _url(request, filters, before=page.previous, **kept) if page.previous else "",
        "next": _url(request, filters, after=page.next, **kept) if page.next else "",
        "exports": _exports(request, filters) if request.actor.may("people.export") else [],
        "may_edit": request.actor.may("people.edit"),
    }


@require_http_methods(["GET", "POST"])
@or_asked_again
def person_export(request: ActorRequest, kind: str) -> HttpResponseBase:
    if kind not in files.KINDS:
        raise Http404("No such kind of file.")
    if not request.actor.may("people.export"):
        raise NotAllowed("You may not take lists out as files.")
    filters = Filters.from_query(request.GET)
    unit_id = scope.chosen_unit_id(request)
    may_leave = exits.leave(
        request,
        count=extracts.count_to_take_out(actor=request.actor, unit_id=unit_id, filters=filters),
        members=lambda: listing.count_members(request.actor),
        unit_id=unit_id,
        back=_url(request, filters),
        now=timezone.now(),
    )
    if isinstance(may_leave, HttpResponse):
        return may_leave
    lines: Iterator[Any] = extracts.take_out(
        actor=request.actor, unit_id=unit_id, filters=filters, kind=kind, now=timezone.now()
    )
    rows = may_leave.marked(exports.rows(lines, filters.columns))
    return exits.as_file(rows, kind=kind, name=f"people-{request.actor.on.isoformat()}", title="People")


@require_POST
def person_tag(request: ActorRequest) -> HttpResponse:
    if not request.actor.may("people.edit"):
        raise NotAllowed("You may not change people.")
    picked = [int(text) for text in request.POST.getlist("pick")[:BULK] if text.isdecimal() and len(text) < 18]
    word = [request.POST.get("tag", "")]
    verb = "remove" if request.POST.get("do") == "remove" else "add"
    try:
        count = tags.tag_people(actor=request.actor, person_ids=picked, now=timezone.now(), **{verb: word})
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{count} changed." if count else "Nobody was changed.")
    return redirect(page_or(request.POST.get("next", ""), reverse("people:person_list")))


def _url(request: ActorRequest, filters: Filters, page: str = "people:person_list", **place: object) -> str:
    query = QueryDict(mutable=True)
    if unit := request.GET.get("unit"):
        query["unit"] = unit
    query.update(filters.as_query() | {name: str(value) for name, value in place.items()})
    address = reverse(page)
    return f"{address}?{query.urlencode()}" if query else address


def _exports(request: ActorRequest, filters: Filters) -> list[tuple[str, str]]:
    query = _url(request, filters).partition("?")[2]
    return [
        (kind.upper(), reverse("people:person_export", args=[kind]) + (f"?{query}" if query else ""))
        for kind in files.KINDS
    ]


def _columns(request: ActorRequest, filters: Filters) -> list[dict[str, object]]:
    may_pick = request.actor.may("people.edit")
    columns: list[dict[str, object]] = [{"label": "Choose", "hidden": True}] if may_pick else []
    for key in ("name", *filters.columns):
        column: dict[str, object] = {"label": forms.COLUMNS[key]}
        sorts = key in SORTED and not (key == "joined" and filters.standing in ("former", "everyone"))
        if sorts:
            column["url"] = _url(request, filters.sorted_by(key))
            column["sorted"] = ("descending" if filters.descending else "ascending") if key == filters.column else ""
        columns.append(column)
    return columns


def _empty(request: ActorRequest, filters: Filters) -> dict[str, str]:
    """Say what emptied the list: the filter, the unit one stands in, or one's rights; and where there are matches."""
    actor, here = request.actor, request.actor.standing_in(scope.chosen_unit_id(request))
    why = "scope" if here.may("people.view") else "rights"
    everywhere = listing.count_people(actor, filters)
    address = QueryDict(mutable=True)
    if everywhere:
        count = f"{everywhere:,}" if everywhere <= COUNTED_UP_TO else f"more than {COUNTED_UP_TO:,}"
        address.update(filters.as_query() | ({"unit": str(actor.top_unit_id)} if actor.top_unit_id else {}))
        url = f"{reverse('people:person_list')}?{address.urlencode()}"
        said = f"There {'is' if everywhere == 1 else 'are'} {count} in other units you can see."
        return {"why": why, "elsewhere": said, "url": url}
    if why == "rights":
        return {"why": why, "url": ""}
    why = "filter" if filters.narrows or filters.standing != "member" else "new"
    return {"why": why, "url": reverse("people:person_list")}
