"""The organisation's stages and scales."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from muster.access.http import ActorRequest, blame
from muster.contacts import forms
from muster.contacts.queries import admission, following
from muster.contacts.services import choices as services
from muster.core.errors import DomainError


@require_http_methods(["GET", "POST"])
def choice_list(request: ActorRequest) -> HttpResponse:
    request.actor.require(services.PERMISSION, unit_id=None)
    form = forms.NewStageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_stage(actor=request.actor, name=form.cleaned_data["name"], now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Added.")
            return redirect("contacts:choice_list")
    context = {
        "stages": following.stages(request.actor, retired=True),
        "scales": following.scales(request.actor, retired=True),
        "steps": admission.steps(request.actor, retired=True),
        "form": form,
    }
    return render(request, "contacts/choice_list.html", context)


@require_http_methods(["GET", "POST"])
def stage_edit(request: ActorRequest, stage_id: int) -> HttpResponse:
    request.actor.require(services.PERMISSION, unit_id=None)
    stage = next((one for one in following.stages(request.actor, retired=True) if one.pk == stage_id), None)
    if stage is None:
        raise Http404("No such stage.")
    shown = {"name": stage.name, "retired": stage.retired_on is not None}
    form = forms.EditStageForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_stage(actor=request.actor, stage_id=stage_id, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("contacts:choice_list")
    return render(request, "contacts/stage_edit.html", {"form": form, "stage": stage})


@require_http_methods(["GET", "POST"])
def scale_add(request: ActorRequest) -> HttpResponse:
    request.actor.require(services.PERMISSION, unit_id=None)
    form = forms.ScaleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            services.add_scale(
                actor=request.actor, name=typed["name"], steps=typed["steps"].splitlines(), now=timezone.now()
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Added.")
            return redirect("contacts:choice_list")
    return render(request, "contacts/scale_add.html", {"form": form})


@require_POST
def scale_retire(request: ActorRequest, scale_id: int) -> HttpResponse:
    request.actor.require(services.PERMISSION, unit_id=None)
    if all(scale.pk != scale_id for scale in following.scales(request.actor)):
        raise Http404("No such scale.")
    services.retire_scale(actor=request.actor, scale_id=scale_id, now=timezone.now())
    messages.success(request, "Nobody is assessed by it any more. What was noted stays.")
    return redirect("contacts:choice_list")
