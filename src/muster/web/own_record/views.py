"""The member's side: what is held about me, correct it, leave, be erased; and the page of those who decide on the last."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.core.errors import DomainError
from muster.people.calc.fields import LABELS, ChangedSince
from muster.people.forms import FieldsForm
from muster.people.queries import own, record
from muster.people.queries.persons import NoOwnRecord
from muster.people.queries.record import PersonRecord
from muster.people.services import erasure as rights
from muster.people.services import own as services
from muster.reports.own_record import own_document
from muster.web.own_record.forms import EraseForm, LeaveForm, RefuseForm
from muster.workflows import erasure

CORRECTED = services.CORRECTED + services.CORRECTED_PRIVATE


@require_GET
def own_record(request: ActorRequest) -> HttpResponse:
    try:
        held = own_document(request.actor)
    except NoOwnRecord as error:
        return render(request, "web/own_record/none.html", {"error": error})
    context = {
        "record": own.own_record(request.actor),
        "held": held,
        "labels": LABELS,
        "asked": erasure.own_request(request.actor),
    }
    return render(request, "web/own_record/own_record.html", context)


@require_GET
def own_record_file(request: ActorRequest) -> HttpResponse:
    try:
        held = own_document(request.actor)
    except NoOwnRecord:
        return redirect("web:own_record")
    services.note_own_file(actor=request.actor, now=timezone.now())
    answer = JsonResponse(held, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="my-record-{request.actor.on.isoformat()}.json"'
    return answer


@require_http_methods(["GET", "POST"])
def own_record_correct(request: ActorRequest) -> HttpResponse:
    try:
        shown = {name: value for name, value in own.own_record(request.actor).fields.items() if name in CORRECTED}
    except NoOwnRecord:
        return redirect("web:own_record")
    form = FieldsForm(request.POST or None, names=CORRECTED, shown=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_own(actor=request.actor, wanted=form.wanted, seen=form.seen, now=timezone.now())
        except ChangedSince as error:
            form.show_again({conflict.field: conflict.theirs for conflict in error.conflicts})
            form.add_error(None, str(error))
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("web:own_record")
    return render(request, "web/own_record/correct.html", {"form": form})


@require_http_methods(["GET", "POST"])
def own_record_leave(request: ActorRequest) -> HttpResponse:
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.leave(
                actor=request.actor, on=request.actor.on, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "You have left. Your record stays until you ask to be erased.")
            return redirect("web:own_record")
    return render(request, "web/own_record/leave.html", {"form": form})


@require_POST
def own_record_erase(request: ActorRequest) -> HttpResponse:
    try:
        erasure.ask_erasure(actor=request.actor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "You asked to be erased. Whoever keeps the register decides, and you see it here.")
    return redirect("web:own_record")


@require_GET
def erasure_list(request: ActorRequest) -> HttpResponse:
    if not request.actor.may(rights.PERMISSION):
        raise NotAllowed("You may not erase people.")
    return render(request, "web/own_record/erasures.html", {"requests": erasure.requests(request.actor)})


def _erasable(request: ActorRequest, person_id: int) -> PersonRecord:
    person = record.person_record(request.actor, person_id)
    if person is None:
        raise Http404("No such person.")
    if not person.rights.erase:
        raise NotAllowed("You may not do this here.")
    return person


@require_http_methods(["GET", "POST"])
def person_erase(request: ActorRequest, person_id: int) -> HttpResponse:
    person = _erasable(request, person_id)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["number"].strip() != person.ref:
                raise DomainError(f"That is not the number. It is {person.ref}.", field="number")
            erasure.erase_person(actor=request.actor, person_id=person_id, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Erased. The figures stay; nothing says any more who it was.")
            return redirect("web:erasure_list")
    asked = next((each.asked_at for each in erasure.requests(request.actor) if each.person_id == person_id), None)
    context = {"person": person, "form": form, "asked": asked, "refusal": RefuseForm()}
    return render(request, "web/own_record/erase.html", context)


@require_POST
def erasure_refuse(request: ActorRequest, person_id: int) -> HttpResponse:
    _erasable(request, person_id)
    form = RefuseForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    try:
        erasure.refuse_erasure(actor=request.actor, person_id=person_id, because=because, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("web:person_erase", person_id)
    messages.success(request, "Refused. The member reads why on their own page.")
    return redirect("web:erasure_list")
