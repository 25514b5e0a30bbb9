"""Welcoming new members: what is to be done, by whom, and which steps the organisation takes."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.contacts.admitting.forms import StepForm
from muster.contacts.forms import OwnerForm
from muster.contacts.queries import admission, following
from muster.contacts.queries import welcome as queries
from muster.contacts.services import welcome as services
from muster.contacts.services.choices import PERMISSION
from muster.contacts.views._lists import shown_list
from muster.core.errors import DomainError


@require_GET
def welcome_list(request: ActorRequest) -> HttpResponse:
    context = shown_list(request, "contacts:welcome_list", queries.SHOWN, queries.page, queries.count)
    return render(request, "contacts/admitting/welcome_list.html", context)


@require_POST
def welcome_done(request: ActorRequest, step_id: int) -> HttpResponse:
    step = _step_or_404(request, step_id)
    try:
        services.finish_step(actor=request.actor, step_id=step_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Done.")
    return redirect("contacts:contact_detail", step.person_id)


@require_http_methods(["GET", "POST"])
def welcome_give(request: ActorRequest, step_id: int) -> HttpResponse:
    step = _step_or_404(request, step_id)
    owners = following.owners(request.actor, step.person_id)
    form = OwnerForm(request.POST or None, owners=owners, now=step.owner_id)
    if request.method == "POST" and form.is_valid():
        owner_id = form.cleaned_data["owner"]
        try:
            services.give_step(actor=request.actor, step_id=step_id, owner_id=owner_id, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"Given to {dict(owners)[owner_id]}." if owner_id else "Nobody’s for now.")
            return redirect("contacts:contact_detail", step.person_id)
    return render(request, "contacts/admitting/welcome_give.html", {"form": form, "step": step})


@require_http_methods(["GET", "POST"])
def step_add(request: ActorRequest) -> HttpResponse:
    request.actor.require(PERMISSION, unit_id=None)
    form = StepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_step(actor=request.actor, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Added.")
            return redirect("contacts:choice_list")
    return render(request, "contacts/admitting/step_add.html", {"form": form})


@require_POST
def step_retire(request: ActorRequest, step_id: int) -> HttpResponse:
    request.actor.require(PERMISSION, unit_id=None)
    if all(step.pk != step_id for step in admission.steps(request.actor)):
        raise Http404("No such step.")
    services.retire_step(actor=request.actor, step_id=step_id, now=timezone.now())
    messages.success(request, "New members get it no more. Whoever has it keeps it.")
    return redirect("contacts:choice_list")


def _step_or_404(request: ActorRequest, step_id: int) -> queries.Line:
    step = queries.step(request.actor, step_id)
    if step is None:
        raise Http404("No such step.")
    if not admission.may(request.actor, step.person_id, following.WORK):
        raise NotAllowed("You may not talk to this person.")
    return step
