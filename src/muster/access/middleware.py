"""Every request learns who acts. Pages are for people who signed in; the few that are not say so themselves."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from muster.access import guards, limits, rows
from muster.access.actor import actor_for
from muster.access.http import ActorRequest
from muster.accounts import log, sessions, step_up
from muster.accounts import queries as account_queries
from muster.audit import origin
from muster.core.sealing import CannotOpen
from muster.units import queries as unit_queries
from muster.units.calc import REQUIRED

OPEN_PREFIXES = ("/account/", "/static/", "/setup/", "/unsubscribe/", "/write/")
# Seconds. A member's own sign-in shows one record, theirs: it may last as long as one reads a newsletter now and then.
MEMBER_IDLE, MEMBER_WHOLE = 14 * 24 * 3600, 60 * 24 * 3600
ENDED = {
    "idle": "You were signed out because nothing happened for a while.",
    "over": "You were signed out because you had been signed in for long.",
}


def actor_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """
    Set `request.actor` from the grants that hold today; send whoever is not signed in to the sign-in page.

    From then on PostgreSQL shows no rows but the actor's (`access.rows`). What is done on the way says in the trace from
    which page it was asked for.
    """

    def middleware(request: Any) -> HttpResponseBase:
        request.organisation = SimpleLazyObject(unit_queries.settings)
        request.actor = actor_for(request.user, on=timezone.localdate())
        if request.user.is_authenticated:
            _end_if_over(request)
        if not request.user.is_authenticated and not request.path.startswith(OPEN_PREFIXES):
            return redirect_to_login(request.get_full_path())
        may_send = request.actor.may("transfer.import") or request.actor.has_whole("settings.edit")
        most = settings.LARGEST_UPLOAD if may_send else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if _length(request) > most:
            return HttpResponse(
                f"This is larger than {most >> 20} MB.", content_type="text/plain; charset=utf-8", status=413
            )
        with origin.at(origin.PAGE, request.path), rows.seen_by(request.actor):
            answer = get_response(request)
            if type(answer) is StreamingHttpResponse and not answer.is_async:
                answer.streaming_content = rows.carried(answer.streaming_content)
            return answer

    return middleware


def _length(request: HttpRequest) -> int:
    """Return how many bytes the body announces; more are never read, and none where it announces nothing."""
    announced = str(request.META.get("CONTENT_LENGTH") or 0)
    return int(announced) if announced.isdecimal() else 0


def _end_if_over(request: ActorRequest) -> None:
    """Sign out whose session went beyond its limits, an officer's being the organisation's; else note that somebody is there."""
    idle, whole = MEMBER_IDLE, MEMBER_WHOLE
    if request.actor.is_officer:
        idle, whole = request.organisation.idle_minutes * 60, request.organisation.session_hours * 3600
    why = sessions.over(request.session, idle_seconds=idle, whole_seconds=whole, now=time.time())
    if why:
        logout(request)
        messages.info(request, ENDED[why])
        request.actor = actor_for(AnonymousUser(), on=request.actor.on)
    else:
        sessions.touch(request.session, now=time.time())


class GuardMiddleware:
    """Before a page is made: a second factor from officers, no more than the limits, a fresh sign-in for what matters most."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: ActorRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Answer in place of the page where something is missing."""
        if not request.user.is_authenticated or request.resolver_match is None:
            return None
        name = request.resolver_match.view_name
        if lacks_second_factor(request):
            return self._before_second_factor(request, name)
        guard = guards.GUARDS.get(name)
        if guard is None:
            return None
        if guard.limit and settings.LIMITS_HOLD:
            wait = limits.count_use(user_id=request.user.pk, kind=guard.limit, now=time.time())
            if wait:
                return too_many(request, wait)
        if request.method in guard.step_up and not step_up.is_fresh(request):
            return step_up.ask(request, is_file=guard.is_file, keep=guard.keep)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Ask for a fresh sign-in on allauth's own pages; say on any page what was too often, and why something stays sealed."""
        if isinstance(exception, ReauthenticationRequired) and request.user.is_authenticated:
            return step_up.ask(request)
        if isinstance(exception, limits.TooOften):
            return too_many(request, exception.wait)
        if isinstance(exception, CannotOpen):
            return render(request, "503.html", {"why": str(exception)}, status=503)
        return None

    def _before_second_factor(self, request: ActorRequest, name: str) -> HttpResponse | None:
        if account_queries.has_second_factor(request.user.pk):  # type: ignore[arg-type]
            # It was set up elsewhere; this browser has shown no more than the password.
            logout(request)
            return redirect_to_login(request.get_full_path())
        return None if name in guards.WITHOUT_SECOND_FACTOR else redirect("mfa_index")


def lacks_second_factor(request: ActorRequest) -> bool:
    """Say whether this is an officer who must show a second factor and has not done so in this session."""
    if not request.actor.is_officer or request.session.get(sessions.SECOND_FACTOR):
        return False
    return request.organisation.second_factor == REQUIRED


def too_many(request: HttpRequest, wait: int = 5 * 60) -> HttpResponse:
    """
    Say that this was too often, and when to try again.

    :param wait: seconds; sign-in and passwords are limited by five minutes at most
    """
    log.note("too often", request, at=request.path)
    again = timezone.localtime() + timedelta(seconds=wait)
    answer = render(request, "429.html", {"minutes": -(-wait // 60), "again": again}, status=429)
    answer["Retry-After"] = str(wait)
    return answer
