"""The organisation's own fields: list, add, rename, remove."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from muster.access.http import ActorRequest
from muster.core.errors import DomainError
from muster.people.queries import own_fields as queries
from muster.people.services import own_fields as services
from muster.web.own_fields.forms import OwnFieldForm


@require_http_methods(["GET", "POST"])
def own_field_list(request: ActorRequest) -> HttpResponse:
    request.actor.require("settings.edit", unit_id=None)
    form = OwnFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_field(actor=request.actor, label=form.cleaned_data["label"], now=timezone.now())
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "Added. It stands on every person's page now.")
            return redirect("web:own_field_list")
    fields = queries.own_fields(request.actor)
    return render(request, "web/own_fields/own_field_list.html", {"form": form, "fields": fields})


@require_http_methods(["GET", "POST"])
def own_field_rename(request: ActorRequest, field_id: int) -> HttpResponse:
    request.actor.require("settings.edit", unit_id=None)
    field = get_object_or_404(queries.own_fields(request.actor), pk=field_id)
    form = OwnFieldForm(request.POST or None, initial={"label": field.label})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_field(
                actor=request.actor, field_id=field_id, label=form.cleaned_data["label"], now=timezone.now()
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "Renamed.")
            return redirect("web:own_field_list")
    return render(request, "web/own_fields/own_field_rename.html", {"form": form, "field": field})


@require_POST
def own_field_remove(request: ActorRequest, field_id: int) -> HttpResponse:
    request.actor.require("settings.edit", unit_id=None)
    field = get_object_or_404(queries.own_fields(request.actor), pk=field_id)
    services.remove_field(actor=request.actor, field_id=field_id, now=timezone.now())
    messages.success(request, f"Removed. The values are kept: add “{field.key}” again to see them.")
    return redirect("web:own_field_list")
