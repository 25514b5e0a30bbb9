"""Applications: those to be decided, what one says, and what becomes of it; and noting that somebody leaves."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.contacts.admitting import forms
from muster.contacts.calc.dues import Dues
from muster.contacts.queries import admission as queries
from muster.contacts.queries import following
from muster.contacts.queries.admission import Filed
from muster.contacts.services import admission, deciding, leaving
from muster.contacts.views._lists import shown_list
from muster.core.errors import DomainError
from muster.people.queries import record
from muster.people.queries._parts import SpellLine
from muster.people.queries.record import PersonRecord
from muster.units import queries as units

ASK_AGAIN_AFTER = timedelta(days=180)


@require_GET
def application_list(request: ActorRequest) -> HttpResponse:
    context = shown_list(request, "contacts:application_list", queries.SHOWN, queries.applications, queries.count)
    return render(request, "contacts/admitting/application_list.html", context)


@require_http_methods(["GET", "POST"])
def application_edit(request: ActorRequest, person_id: int) -> HttpResponse:
    person = _worked_on(request, person_id, following.WORK)
    filed = queries.filed(request.actor, person_id)
    known = _open(filed)
    initial = _shown(known) if known else {"applied_on": request.actor.on}
    form = forms.ApplicationForm(request.POST or None, currency=units.settings().currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed, change = form.cleaned_data, None
        given = {"applied_on": typed["applied_on"], "said": typed["said"], "dues": Dues(**form.dues_given)}
        given |= {"actor": request.actor, "person_id": person_id, "now": timezone.now()}
        try:
            if known:
                admission.edit_application(**given, seen=typed["seen"])
            else:
                change = admission.apply(**given)
        except DomainError as error:
            blame(form, error)
        else:
            return _said(request, person_id, "Saved." if known else "They have applied.", change)
    context = {"form": form, "person": person, "known": known, "filed": filed, "earlier": _earlier(person)}
    return render(request, "contacts/admitting/application_edit.html", context)


@require_http_methods(["GET", "POST"])
def application_accept(request: ActorRequest, person_id: int) -> HttpResponse:
    person = _worked_on(request, person_id, queries.ADMIT)
    filed = queries.filed(request.actor, person_id)
    known = _open(filed)
    form = _accept_form(request, person, known)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            change = deciding.accept(
                actor=request.actor,
                person_id=person_id,
                unit_id=typed["unit"],
                dues=Dues(**form.dues_given),
                step_ids=typed.get("steps", ()),
                owner_id=typed.get("owner"),
                seen=typed["seen"],
                now=timezone.now(),
            )
        except DomainError as error:
            blame(form, error)
        else:
            return _said(request, person_id, f"{person.name} is a member.", change)
    context = {"form": form, "person": person, "known": known, "filed": filed, "earlier": _earlier(person)}
    return render(request, "contacts/admitting/application_accept.html", context)


def application_turn_down(request: ActorRequest, person_id: int) -> HttpResponse:
    return _end(request, person_id, withdrawn=False)


def application_withdraw(request: ActorRequest, person_id: int) -> HttpResponse:
    return _end(request, person_id, withdrawn=True)


@require_http_methods(["GET", "POST"])
def _end(request: ActorRequest, person_id: int, *, withdrawn: bool) -> HttpResponse:
    person = _worked_on(request, person_id, following.WORK if withdrawn else queries.ADMIT)
    known = _open(queries.filed(request.actor, person_id))
    if known is None:
        raise Http404("No application is open.")
    stages = [(one.pk, one.name) for one in following.stages(request.actor) if not one.standing]
    initial = {"stage": queries.stage_before(request.actor, person_id), "seen": known.version}
    form = forms.TurnDownForm(request.POST or None, stages=stages, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("reason", "until", "seen")}
        given = typed | {"stage_id": form.cleaned_data["stage"], "withdrawn": withdrawn}
        try:
            change = deciding.turn_down(actor=request.actor, person_id=person_id, now=timezone.now(), **given)
        except DomainError as error:
            blame(form, error)
        else:
            return _said(request, person_id, "Withdrawn." if withdrawn else "Turned down.", change)
    context = {"form": form, "person": person, "known": known, "withdrawn": withdrawn}
    return render(request, "contacts/admitting/application_end.html", context)


@require_http_methods(["GET", "POST"])
def person_leave(request: ActorRequest, person_id: int) -> HttpResponse:
    person = record.person_record(request.actor, person_id)
    if person is None:
        raise Http404("No such person.")
    if not person.rights.edit:
        raise NotAllowed("You may not change this person.")
    today = request.actor.on
    initial = {"on": today, "why": "resigned", "stays": True, "ask_on": today + ASK_AGAIN_AFTER}
    form = forms.LeaveForm(request.POST or None, initial=initial)
    if not queries.may(request.actor, person_id, following.WORK):
        # Whoever does not talk to them cannot say that they are asked again.
        del form.fields["ask_on"]
    # Before they leave: they may not be seen here afterwards.
    sees_contacts = queries.may(request.actor, person_id, "contacts.view")
    if request.method == "POST" and form.is_valid():
        try:
            left = leaving.let_leave(actor=request.actor, person_id=person_id, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            # Only where that is the way back from all that followed, and where that says nothing new.
            is_offered = left.is_all and sees_contacts
            undo = f"undo:{reverse('people:change_undo', args=[left.entry_id])}" if is_offered else ""
            messages.success(request, f"{person.name} has left.", extra_tags=undo)
            is_seen = record.visible_person(request.actor, person_id) is not None
            return redirect("people:person_detail", person_id) if is_seen else redirect("people:person_list")
    return render(request, "contacts/admitting/person_leave.html", {"form": form, "person": person})


def _worked_on(request: ActorRequest, person_id: int, permission: str) -> PersonRecord:
    person = record.person_record(request.actor, person_id)
    if person is None or not person.rights.follow:
        raise Http404("No such contact.")
    if not queries.may(request.actor, person_id, permission):
        raise NotAllowed("You may not do this here.")
    return person


def _accept_form(request: ActorRequest, person: PersonRecord, known: Filed | None) -> forms.AcceptForm:
    actor = request.actor
    choices, proposed = queries.places_for(actor, person.id, person.fields)
    initial = (_shown(known) if known else {"seen": 0}) | {"unit": proposed or ""}
    days = [(step.pk, f"{step.name} ({step.after_days} days)") for step in queries.steps(actor)]
    return forms.AcceptForm(
        request.POST or None,
        currency=units.settings().currency,
        initial=initial,
        units=choices,
        anywhere=actor.has_whole("people.edit"),
        owners=following.owners(actor, person.id),
        steps=days,
    )


def _open(filed: list[Filed]) -> Filed | None:
    return next((one for one in filed if one.is_open), None)


def _shown(known: Filed) -> dict[str, Any]:
    wanted = ("applied_on", "said", "dues_cents", "dues_every", "dues_paid_on")
    return {name: value for name, value in asdict(known).items() if name in wanted} | {"seen": known.version}


def _earlier(person: PersonRecord) -> list[SpellLine]:
    """Return when somebody was a member before, the latest first."""
    return [line for line in person.spells if line.row.what == "member" and not line.is_now]


def _said(request: ActorRequest, person_id: int, text: str, change: Any) -> HttpResponse:
    extra = {"extra_tags": f"undo:{reverse('contacts:stage_undo', args=[change.pk])}"} if change else {}
    messages.success(request, text, **extra)
    return redirect("contacts:contact_detail", person_id)
