"""The page a letter leads to for whoever wants no more of them: without signing in, at one press, also of a mail program."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from muster.access.actor import system_actor
from muster.access.middleware import too_many
from muster.mailings.services import unsubscribing


# RFC 8058: mail programs post here by themselves, without a cookie or a page of ours; the token is all that is needed.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    if not ratelimit.consume(request, action="unsubscribe"):
        return too_many(request, 60)
    if request.method == "POST":
        actor = system_actor("unsubscribe", on=timezone.localdate())
        unsubscribing.unsubscribe(actor=actor, token=token, now=timezone.now())
    return render(request, "mailings/unsubscribe.html", {"done": request.method == "POST"})
