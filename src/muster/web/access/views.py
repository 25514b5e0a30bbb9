"""Who holds which role where: the list, giving and ending a role, letting somebody in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import queries, scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.access.services import grants as services
from muster.access.services import second_factors, sign_ins
from muster.core.errors import DomainError
from muster.web.access.forms import GrantForm

TEXT_LENGTH = 100
ROWS = 50
LETTER = " If the address is new here, a letter is on its way to it, with a link that chooses a password."


@require_GET
def grant_list(request: ActorRequest) -> HttpResponse:
    if not request.actor.may("access.grant"):
        raise NotAllowed
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    ended = "ended" in request.GET
    at = scope.chosen_unit_id(request)
    inside = queries.tree(request.actor).below([at]) if at else None
    after = request.GET.get("after", "")[: 2 * TEXT_LENGTH]
    found = queries.grants(request.actor, unit_ids=inside, search=text, ended=ended, after=after)
    rows = list(found[: ROWS + 1])
    more = {"after": f"{rows[ROWS - 1].pk}|{rows[ROWS - 1].user.email}"} if len(rows) > ROWS else None
    kept = {"q": text} | ({"ended": "1"} if ended else {})
    shown = {
        "grants": rows[:ROWS],
        "next_url": reverse("access:grant_list", query=kept | more) if more else "",
        "text": text,
        "ended": ended,
        "may_here": at is not None and request.actor.may("access.grant", unit_id=at),
    }
    return render(request, "web/access/grant_list.html", shown)


@require_http_methods(["GET", "POST"])
def grant_create(request: ActorRequest) -> HttpResponse:
    unit_id = scope.chosen_unit_id(request)
    if unit_id is None:
        raise NotAllowed
    request.actor.require("access.grant", unit_id=unit_id)
    unit = get_object_or_404(queries.units(request.actor), pk=unit_id)
    roles = [(role.code, role.name) for role in queries.roles_to_give(request.actor, unit_id)]
    form = GrantForm(request.POST or None, roles=roles, initial={"from_on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        typed = {name: value for name, value in form.cleaned_data.items() if name != "role"}
        try:
            done = services.invite(
                actor=request.actor,
                unit_id=unit_id,
                role_code=form.cleaned_data["role"],
                now=timezone.now(),
                site=request.build_absolute_uri("/").rstrip("/"),
                **typed,
            )
        except DomainError as error:
            blame(form, error)
        else:
            if done.password_path:
                return _show_link(request, typed["email"], done.password_path)
            letter = "" if request.actor.has_whole("access.grant") else LETTER
            messages.success(request, f"{typed['email']} has the role now.{letter}")
            return redirect("access:grant_list")
    return render(request, "web/access/grant_form.html", {"form": form, "unit": unit})


@require_POST
def grant_end(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = get_object_or_404(queries.grants(request.actor), pk=grant_id)
    label = f"{grant.user} is no longer {grant.role} in {grant.unit}."
    try:
        services.end_grant(actor=request.actor, grant_id=grant_id, on=request.actor.on, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, label)
    return redirect("access:grant_list")


@require_POST
def password_link(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = get_object_or_404(queries.grants(request.actor), pk=grant_id)
    path = services.renew_password_link(actor=request.actor, user_id=grant.user_id, now=timezone.now())
    return _show_link(request, grant.user.email, path)


@require_http_methods(["GET", "POST"])
def factor_reset(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = get_object_or_404(queries.grants(request.actor), pk=grant_id)
    if request.method == "GET":
        return render(request, "web/access/factor_reset.html", {"grant": grant})
    count = second_factors.reset_second_factor(actor=request.actor, user_id=grant.user_id, now=timezone.now())
    if count:
        messages.success(request, f"{grant.user} can sign in with the password alone, and set up a new second factor.")
    else:
        messages.info(request, f"{grant.user} has no second factor.")
    return redirect("access:grant_list")


@require_POST
def sign_ins_end(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = get_object_or_404(queries.grants(request.actor), pk=grant_id)
    count = sign_ins.end_sign_ins(
        actor=request.actor, user_id=grant.user_id, now=timezone.now(), but=request.session.session_key
    )
    messages.success(request, f"{grant.user} {'is signed out everywhere' if count else 'was signed in nowhere'}.")
    return redirect("access:grant_list")


def _show_link(request: ActorRequest, email: str, path: str) -> HttpResponse:
    # Shown in the answer itself and nowhere kept: who loads the page again has to make a new one.
    return render(request, "web/access/password_link.html", {"email": email, "link": request.build_absolute_uri(path)})
