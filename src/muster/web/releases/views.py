"""Long lists on their way out: what one asked for, what waits for one to agree, and whose file a made-up row was in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from muster.access import queries
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest
from muster.access.services import releases
from muster.core.errors import DomainError
from muster.web.releases.words import asked

TEXT_LENGTH = 200


@require_GET
def release_list(request: ActorRequest) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    if not actor.may(releases.PERMISSION):
        raise NotAllowed("You may not take lists out as files.")
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    may_trace = actor.has_whole("audit.view")
    context = {
        "waiting": queries.releases_to_decide(actor, since=now - releases.WAITS),
        "own": [asked(release, now=now) for release in queries.own_releases(actor, since=now - releases.WAITS)],
        "may_trace": may_trace,
        "text": text,
        "found": queries.releases_with_canary(actor, text) if may_trace else [],
    }
    return render(request, "web/releases/release_list.html", context)


@require_POST
def release_allow(request: ActorRequest, ref: str) -> HttpResponse:
    return _decide(request, ref, allow=True)


@require_POST
def release_refuse(request: ActorRequest, ref: str) -> HttpResponse:
    return _decide(request, ref, allow=False)


def _decide(request: ActorRequest, ref: str, *, allow: bool) -> HttpResponse:
    if not request.actor.may(releases.PERMISSION):
        raise NotAllowed("You may not take lists out as files.")
    try:
        releases.decide_release(actor=request.actor, ref=ref, allow=allow, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Allowed. They can fetch the file within a day." if allow else "Refused.")
    return redirect("releases:release_list")
