"""One's own account: what one is called, how one signs in, where one is signed in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access.http import ActorRequest
from muster.access.services import accounts as own
from muster.accounts import queries, services
from muster.web import forms


@require_http_methods(["GET", "POST"])
def me(request: ActorRequest) -> HttpResponse:
    user = request.user
    start = {name: getattr(user, name) for name in ("name", "keyboard_shortcuts", "reminders")}
    form = forms.AccountForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        own.change_own_settings(actor=request.actor, now=timezone.now(), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("web:me")
    shown = {
        "form": form,
        "email": user.email,  # type: ignore[union-attr]
        "factors": queries.factors_of(_id(request)),
        "sessions": _sessions(request),
    }
    return render(request, "web/me.html", shown)


@require_GET
def session_list(request: ActorRequest) -> HttpResponse:
    return render(request, "web/account/session_list.html", {"sessions": _sessions(request)})


@require_POST
def session_end(request: ActorRequest, handle: str) -> HttpResponse:
    if not services.end_sessions(user_id=_id(request), handle=handle, but=request.session.session_key):
        raise Http404("No such session.")
    messages.success(request, "That browser is signed out.")
    return redirect("web:session_list")


@require_POST
def session_end_others(request: ActorRequest) -> HttpResponse:
    count = services.end_sessions(user_id=_id(request), but=request.session.session_key)
    messages.success(request, "All others are signed out." if count else "There were no others.")
    return redirect("web:session_list")


def _sessions(request: ActorRequest) -> list[queries.SignedIn]:
    return queries.sessions_of(_id(request), now=timezone.now(), this_key=request.session.session_key)


def _id(request: ActorRequest) -> int:
    assert request.user.pk is not None  # only who is signed in comes here
    return int(request.user.pk)
