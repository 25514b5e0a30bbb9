"""Which office gives which role, and the offices whose role waits for somebody's word."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from muster.access import queries
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.access.services import offices as services
from muster.core.errors import DomainError
from muster.people.queries import offices as people_offices
from muster.people.services import offices as people_services
from muster.web.roles.forms import OfficeForm


@require_http_methods(["GET", "POST"])
def office_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    may_change = actor.has_whole("access.grant")
    if not actor.may("access.grant") or (request.method == "POST" and not may_change):
        raise NotAllowed
    givable = [role for role in queries.roles(actor) if all(map(actor.has_whole, role.permissions))]
    form = OfficeForm(request.POST or None, roles=[(role.pk, role.name) for role in givable])
    if request.method == "POST" and form.is_valid():
        office, role_id = form.cleaned_data["office"], form.cleaned_data["role"]
        try:
            services.set_office_role(actor=actor, office=office, role_id=role_id, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"“{office}” gives a role now.")
            return redirect("roles:office_list")
    shown = {"form": form, "may_change": may_change, "known": people_offices.names(actor) if may_change else []}
    shown |= {"offices": queries.office_roles(actor).values(), "waiting": people_offices.waiting(actor)}
    return render(request, "web/roles/office_list.html", shown)


@require_POST
def office_remove(request: ActorRequest, office_role_id: int) -> HttpResponse:
    request.actor.require("access.grant", unit_id=None)
    if office_role_id not in {row.pk for row in queries.office_roles(request.actor).values()}:
        raise Http404("No such office.")
    services.remove_office_role(actor=request.actor, office_role_id=office_role_id, now=timezone.now())
    messages.success(request, "The office gives no role any more.")
    return redirect("roles:office_list")


@require_POST
def office_confirm(request: ActorRequest, office_id: int) -> HttpResponse:
    if not request.actor.may("access.grant"):
        raise NotAllowed
    if office_id not in {each.office_id for each in people_offices.waiting(request.actor)}:
        raise Http404("No such office.")
    try:
        people_services.confirm_office(actor=request.actor, office_id=office_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Confirmed. The role holds as long as the office does.")
    return redirect("roles:office_list")
