"""What each role gives: the list for everybody, and for administrators making, changing and taking out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import queries
from muster.access.http import ActorRequest, blame, number_in
from muster.access.permissions import DEFAULT_ROLES, PERMISSIONS
from muster.access.services import roles as services
from muster.core.errors import DomainError
from muster.web.roles.forms import RoleForm
from muster.web.words import plural


@require_GET
def role_list(request: ActorRequest) -> HttpResponse:
    number = queries.holders_by_role(request.actor)
    roles: list[dict[str, Any]] = [
        {
            "id": role.pk,
            "name": role.name,
            "may": [words for code, words in PERMISSIONS.items() if code in role.permissions],
            "holders": number.get(role.pk, 0),
        }
        for role in queries.roles(request.actor)
    ]
    may_change = request.actor.has_whole("access.grant")
    shown = {"roles": sorted(roles, key=lambda role: -len(role["may"])), "may_change": may_change}
    return render(request, "web/roles/role_list.html", shown)


@require_http_methods(["GET", "POST"])
def role_create(request: ActorRequest) -> HttpResponse:
    request.actor.require("access.grant", unit_id=None)
    held = _held(request)
    like = number_in(request.GET, "like")
    model = None if like is None else queries.role(request.actor, like)
    given = [code for code in model.permissions if code in held] if model else []
    form = RoleForm(request.POST or None, held=held, given=given, name=f"Copy of {model.name}"[:80] if model else "")
    if request.method == "POST" and form.is_valid():
        try:
            role = services.add_role(actor=request.actor, now=timezone.now(), **form.wanted())
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"{role.name} can be given now.")
            return redirect("roles:role_list")
    return render(request, "web/roles/role_form.html", {"form": form, "role": None})


@require_http_methods(["GET", "POST"])
def role_edit(request: ActorRequest, role_id: int) -> HttpResponse:
    role = _role_or_404(request, role_id)
    form = RoleForm(request.POST or None, held=_held(request), given=role.permissions, name=role.name)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(
                actor=request.actor,
                role_id=role_id,
                seen=form.seen_permissions(),
                now=timezone.now(),
                **form.wanted(),
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved. It holds from the next click of everybody who has the role.")
            return redirect("roles:role_list")
    holders = queries.holders_by_role(request.actor).get(role_id, 0)
    shown = {
        "form": form,
        "role": role,
        "holders": plural(holders, "account has", "accounts have") if holders else "Nobody has",
    }
    return render(request, "web/roles/role_form.html", shown | {"is_default": role.code in DEFAULT_ROLES})


@require_POST
def role_reset(request: ActorRequest, role_id: int) -> HttpResponse:
    role = _role_or_404(request, role_id)
    try:
        services.reset_role(actor=request.actor, role_id=role_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{DEFAULT_ROLES[role.code][0]} is as it was at first.")
    return redirect("roles:role_edit", role_id)


@require_POST
def role_remove(request: ActorRequest, role_id: int) -> HttpResponse:
    role = _role_or_404(request, role_id)
    try:
        services.remove_role(actor=request.actor, role_id=role_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("roles:role_edit", role_id)
    messages.success(request, f"{role.name} is gone.")
    return redirect("roles:role_list")


def _role_or_404(request: ActorRequest, role_id: int) -> Any:
    request.actor.require("access.grant", unit_id=None)
    role = queries.role(request.actor, role_id)
    if role is None:
        raise Http404("No such role.")
    return role


def _held(request: ActorRequest) -> frozenset[str]:
    return frozenset(code for code in PERMISSIONS if request.actor.has_whole(code))
