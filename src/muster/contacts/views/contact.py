"""The page of a contact, and what one does there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame, number_in
from muster.contacts import forms
from muster.contacts.queries import calling as call_queries
from muster.contacts.queries.contact import Contact, contact
from muster.contacts.services import assessments, calling, cases, conversations
from muster.contacts.views.calling import to_next
from muster.core.dates import day_words
from muster.core.errors import DomainError
from muster.people.queries import record
from muster.people.queries.record import PersonRecord

# Standing that begins at a stage → the page on which one comes there.
_BY_APPLICATION = {"applicant": "contacts:application_edit", "member": "contacts:application_accept"}


@require_GET
def contact_detail(request: ActorRequest, person_id: int) -> HttpResponse:
    person, known = _shown(request, person_id)
    return _page(request, person, known, list_id=number_in(request.GET, "list"))


@require_POST
def case_open(request: ActorRequest, person_id: int) -> HttpResponse:
    _worked_on(request, person_id)
    try:
        cases.open_case(actor=request.actor, person_id=person_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It is yours from now on.")
    return redirect("contacts:contact_detail", person_id)


@require_POST
def conversation_note(request: ActorRequest, person_id: int) -> HttpResponse:
    person, known = _worked_on(request, person_id)
    list_id = number_in(request.POST, "list")
    form = forms.ConversationForm(request.POST, seen=known.seen, has_case=known.case is not None)
    if form.is_valid():
        try:
            following = _note(request, person_id, list_id, form.cleaned_data)
        except conversations.SpokenToday as error:
            form.add_error(None, str(error))
            form.show_again(known.seen)
        except DomainError as error:
            blame(form, error)
        else:
            if list_id is not None:
                return to_next(request, list_id, following)
            return _said(request, person_id, "Noted.")
    return _page(request, person, known, note=form, list_id=list_id)


def _note(request: ActorRequest, person_id: int, list_id: int | None, typed: dict[str, Any]) -> int | None:
    now = timezone.now()
    if list_id is not None:
        return calling.note_call(actor=request.actor, list_id=list_id, person_id=person_id, said=typed, now=now)
    conversations.note_conversation(actor=request.actor, person_id=person_id, now=now, **typed)
    return None


@require_http_methods(["GET", "POST"])
def stage_move(request: ActorRequest, person_id: int) -> HttpResponse:
    person, known = _worked_on(request, person_id)
    case = known.case
    if case is None:
        return redirect("contacts:contact_detail", person_id)
    choices = [(stage.pk, stage.name) for stage in known.stages if stage.pk != case.stage_id]
    form = forms.StageForm(request.POST or None, stages=choices, today=request.actor.on, seen=case.version)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        begins = next(stage.standing for stage in known.stages if stage.pk == typed["stage"])
        if begins:
            return redirect(_BY_APPLICATION[begins], person_id)
        try:
            change = cases.move_stage(
                actor=request.actor,
                person_id=person_id,
                stage_id=typed["stage"],
                until=typed["until"],
                seen=typed["seen"],
                now=timezone.now(),
            )
        except DomainError as error:
            blame(form, error)
        else:
            undo = f"undo:{reverse('contacts:stage_undo', args=[change.pk])}"
            messages.success(request, f"Now: {change.stage.name}.", extra_tags=undo)
            return redirect("contacts:contact_detail", person_id)
    return render(request, "contacts/stage_move.html", {"form": form, "person": person, "known": known})


@require_POST
def stage_undo(request: ActorRequest, change_id: int) -> HttpResponse:
    try:
        person_id = cases.undo_move(actor=request.actor, change_id=change_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("contacts:follow_up_list")
    return _said(request, person_id, "They are back where they were.")


@require_http_methods(["GET", "POST"])
def case_assign(request: ActorRequest, person_id: int) -> HttpResponse:
    person, known = _worked_on(request, person_id)
    if known.case is None:
        return redirect("contacts:contact_detail", person_id)
    form = forms.OwnerForm(request.POST or None, owners=known.owners, now=known.case.owner_id)
    if request.method == "POST" and form.is_valid():
        owner_id = form.cleaned_data["owner"]
        try:
            cases.assign_case(actor=request.actor, person_id=person_id, owner_id=owner_id, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            named = (
                "It is yours."
                if owner_id == request.actor.user_id
                else f"Given to {dict(known.owners)[owner_id]}."
                if owner_id
                else "Nobody’s for now."
            )
            return _said(request, person_id, named)
    return render(request, "contacts/case_assign.html", {"form": form, "person": person})


@require_http_methods(["GET", "POST"])
def case_plan(request: ActorRequest, person_id: int) -> HttpResponse:
    person, known = _worked_on(request, person_id)
    if known.case is None:
        return redirect("contacts:contact_detail", person_id)
    shown = {"step": known.case.next_step, "on": max(known.case.next_on, request.actor.on), "seen": known.case.version}
    form = forms.PlanForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            cases.plan_next(actor=request.actor, person_id=person_id, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            return _said(request, person_id, f"Next on {day_words(form.cleaned_data['on'])}.")
    return render(request, "contacts/case_plan.html", {"form": form, "person": person})


@require_POST
def person_assess(request: ActorRequest, person_id: int) -> HttpResponse:
    _worked_on(request, person_id)
    form = forms.AssessForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the steps.")
        return redirect("contacts:contact_detail", person_id)
    try:
        assessments.assess(
            actor=request.actor,
            person_id=person_id,
            scale_id=form.cleaned_data["scale"],
            step=form.cleaned_data["step"],
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("contacts:contact_detail", person_id)
    return _said(request, person_id, "Assessed.")


def _shown(request: ActorRequest, person_id: int) -> tuple[PersonRecord, Contact]:
    person = record.person_record(request.actor, person_id)
    known = contact(request.actor, person_id) if person else None
    if person is None or known is None:
        raise Http404("No such contact.")
    return person, known


def _worked_on(request: ActorRequest, person_id: int) -> tuple[PersonRecord, Contact]:
    person, known = _shown(request, person_id)
    if not known.may_work:
        raise NotAllowed("You may not talk to this person.")
    return person, known


def _page(
    request: ActorRequest, person: PersonRecord, known: Contact, *, note: Any = None, list_id: int | None = None
) -> HttpResponse:
    note = note or forms.ConversationForm(None, seen=known.seen, has_case=known.case is not None)
    me, call_list = request.actor.user_id, None
    if list_id is not None and call_queries.is_handed(request.actor, list_id, person.id):
        call_list = call_queries.call_list(request.actor, list_id, now=timezone.now(), hold=calling.HOLD)
    context = {"person": person, "known": known, "note": note, "tab": "contact", "me": me, "calls": call_list}
    context["is_mine"] = known.case is not None and known.case.owner_id == me
    return render(request, "contacts/contact_detail.html", context)


def _said(request: ActorRequest, person_id: int, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("contacts:contact_detail", person_id)
