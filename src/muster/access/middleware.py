"""Every request learns who acts. Pages are for people who signed in; the few that are not say so themselves."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from muster.access.actor import actor_for
from muster.audit import origin

OPEN_PREFIXES = ("/account/", "/static/", "/setup/")


def actor_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """
    Set `request.actor` from the grants that hold today; send whoever is not signed in to the sign-in page.

    What is done on the way says in the trace from which page it was asked for.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = actor_for(request.user, on=timezone.localdate())  # type: ignore[attr-defined]
        if not request.user.is_authenticated and not request.path.startswith(OPEN_PREFIXES):
            return redirect_to_login(request.get_full_path())
        with origin.at(origin.PAGE, request.path):
            return get_response(request)

    return middleware
