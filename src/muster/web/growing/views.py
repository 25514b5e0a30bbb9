"""Groups on the way to becoming branches, units that become another kind, and units that are split."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import queries as access
from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.contacts.services import first_dues, meetings
from muster.core.errors import DomainError
from muster.reports import formation, splitting
from muster.reports.calc.formation import NAMES
from muster.units import queries as unit_queries
from muster.web.context import terms_of
from muster.web.growing import forms, queries
from muster.workflows import growing

SHOWN = 200


def _unit(request: ActorRequest, unit_id: int, permission: str) -> Any:
    unit = get_object_or_404(access.units(request.actor), pk=unit_id)
    request.actor.require(permission, unit_id=unit_id)
    return unit


def _worked_in(request: ActorRequest, unit_id: int) -> Any:
    unit = _unit(request, unit_id, "contacts.work")
    # The page that is shown again where something is wrong.
    for needed in ("people.view", "contacts.view"):
        request.actor.require(needed, unit_id=unit_id)
    return unit


@require_GET
def formation_list(request: ActorRequest) -> HttpResponse:
    if not (request.actor.may("units.view") and request.actor.may("people.view")):
        raise NotAllowed
    terms = terms_of(request)
    found = formation.groups(request.actor, request.actor.standing_in(scope.chosen_unit_id(request)))
    rows = [(group, queries.in_words(group.criteria, terms)) for group in found[:SHOWN]]
    all_known = all(group.known == len(group.criteria) for group in found)
    context = {
        "rows": rows,
        "heads": rows[0][1] if rows else (),
        "count": len(found),
        "ready": sum(group.met == len(group.criteria) for group in found) if all_known else None,
    }
    return render(request, "web/growing/formation_list.html", context)


@require_GET
def formation_detail(request: ActorRequest, unit_id: int) -> HttpResponse:
    return _formation(request, _unit(request, unit_id, "people.view"))


def _formation(request: ActorRequest, unit: Any, **forms_sent: Any) -> HttpResponse:
    page = queries.formation_page(request.actor, unit, terms_of(request))
    start = {"held_on": request.actor.on, "paid_on": request.actor.on}
    made = {
        "meeting": forms.MeetingForm(initial=start),
        "dues": forms.FirstDuesForm(people=page.unpaid, initial=start),
    }
    return render(request, "web/growing/formation_detail.html", {"page": page, "unit": unit, **made, **forms_sent})


@require_POST
def meeting_note(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _worked_in(request, unit_id)
    form = forms.MeetingForm(request.POST)
    if form.is_valid():
        try:
            meetings.note_meeting(actor=request.actor, unit_id=unit_id, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "The meeting is noted.")
            return redirect("units:formation_detail", unit_id)
    return _formation(request, unit, meeting=form)


@require_POST
def meeting_remove(request: ActorRequest, meeting_id: int) -> HttpResponse:
    try:
        unit_id = meetings.remove_meeting(actor=request.actor, meeting_id=meeting_id, now=timezone.now())
    except meetings.NoSuchMeeting as error:
        raise Http404(str(error)) from error
    messages.success(request, "The meeting is taken away.")
    return redirect("units:formation_detail", unit_id)


@require_POST
def first_dues_note(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _worked_in(request, unit_id)
    page = queries.formation_page(request.actor, unit, terms_of(request))
    form = forms.FirstDuesForm(request.POST, people=page.unpaid)
    if form.is_valid():
        chosen = {"person_ids": form.cleaned_data["people"], "paid_on": form.cleaned_data["paid_on"]}
        try:
            count = first_dues.note_first_dues(actor=request.actor, unit_id=unit_id, now=timezone.now(), **chosen)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"Noted: {terms_of(request).count(count, 'member')} paid.")
            return redirect("units:formation_detail", unit_id)
    return _formation(request, unit, dues=form)


@require_POST
def first_dues_back(request: ActorRequest, unit_id: int, person_id: int) -> HttpResponse:
    _worked_in(request, unit_id)
    who = {"unit_id": unit_id, "person_id": person_id}
    try:
        first_dues.take_back_first_dues(actor=request.actor, now=timezone.now(), **who)
    except first_dues.NothingNoted as error:
        messages.error(request, str(error))
    except NotAllowed as error:
        raise Http404 from error
    else:
        messages.success(request, "Taken back.")
    return redirect("units:formation_detail", unit_id)


@require_http_methods(["GET", "POST"])
def unit_promote(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit(request, unit_id, "units.edit")
    actor, terms = request.actor, terms_of(request)
    sees = actor.may("people.view", unit_id=unit_id)
    criteria = formation.criteria_of(actor, [unit_id], actor.on)[unit_id] if sees else ()
    start = {"on": actor.on, "version": unit.version}
    form = forms.PromoteForm(request.POST or None, kinds=queries.kinds_to_become(actor, unit), initial=start)
    if request.method == "POST" and form.is_valid():
        typed = {"on": form.cleaned_data["on"], "version": form.cleaned_data["version"]}
        missing = [criterion.name for criterion in criteria if criterion.lacking]
        unknown = [criterion.name for criterion in criteria if not criterion.is_known] if sees else NAMES
        typed |= {"kind_id": form.cleaned_data["kind"], "missing": missing, "unknown": unknown}
        try:
            growing.promote_unit(actor=actor, unit_id=unit_id, now=timezone.now(), **typed)
        except DomainError as error:
            blame(form, error)
        else:
            undo = reverse("units:promotion_undo", args=[unit_id])
            messages.success(request, f"{unit.name} has become something new.", extra_tags=f"undo:{undo}")
            return redirect("units:unit_detail", unit_id)
    context = {"form": form, "unit": unit, "lines": queries.in_words(criteria, terms)}
    return render(request, "web/growing/unit_promote.html", context)


@require_POST
def promotion_undo(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit(request, unit_id, "units.edit")
    try:
        growing.undo_promotion(actor=request.actor, unit_id=unit_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{unit.name} is what it was before.")
    return redirect("units:unit_detail", unit_id)


@require_http_methods(["GET", "POST"])
def unit_split(request: ActorRequest, unit_id: int) -> HttpResponse:
    unit = _unit(request, unit_id, "units.edit")
    for needed in ("units.edit", "people.edit"):
        request.actor.require(needed, unit_id=unit.parent_id)
    placed = splitting.residents(request.actor, unit_id, _day(request))
    form = _split_form(request, unit, placed)
    halves = splitting.halves(placed, form.rule()) if form.is_bound and form.is_valid() else None
    if halves and "do" in request.POST:
        if form.cleaned_data["digest"] != halves.digest:
            form.add_error(None, "Both halves have changed since you looked at them. Look again, then split.")
        elif done := _split(request, form, unit_id, halves.ids):
            return done
    context = {"form": form, "unit": unit, "halves": halves, "by_hand": request.POST.getlist("others")}
    return render(request, "web/growing/unit_split.html", context)


def _day(request: ActorRequest) -> date:
    """Return the day that was typed, today where that is none."""
    try:
        return date.fromisoformat(request.POST.get("opened_on", ""))
    except ValueError:
        return request.actor.on


def _split_form(request: ActorRequest, unit: Any, placed: list[Any]) -> forms.SplitForm:
    start = {name: getattr(unit, name) for name in ("city", "region", "postcode", "country", "version")}
    return forms.SplitForm(
        request.POST or None,
        kinds=queries.kinds_beside(request.actor, unit),
        towns=splitting.towns(placed),
        people=[(one.id, one.name) for one in placed],
        initial=start | {"opened_on": request.actor.on},
    )


def _split(request: ActorRequest, form: forms.SplitForm, unit_id: int, ids: frozenset[int]) -> HttpResponse | None:
    given = {"version": form.cleaned_data["version"], "details": form.details(), "person_ids": ids}
    try:
        done = growing.split_unit(actor=request.actor, unit_id=unit_id, now=timezone.now(), **given)
    except DomainError as error:
        blame(form, error)
        return None
    undo = reverse("units:split_undo", args=[done.split_id])
    messages.success(request, f"{form.cleaned_data['name']} is open.", extra_tags=f"undo:{undo}")
    return redirect("units:unit_detail", done.new_unit_id)


@require_POST
def split_undo(request: ActorRequest, split_id: int) -> HttpResponse:
    split = unit_queries.split(split_id, unit_ids=access.unit_ids(request.actor))
    if split is None:
        raise Http404
    unit = _unit(request, split.unit_id, "units.edit")
    try:
        growing.undo_split(actor=request.actor, split_id=split_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Everybody is back in {unit.name}.")
    return redirect("units:unit_detail", unit.pk)
