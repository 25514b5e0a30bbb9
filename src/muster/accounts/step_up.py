"""
Before what matters most, one shows again that it is oneself, with the password or a second factor; it holds for five minutes.

What one was doing is kept meanwhile, and goes on afterwards.
"""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import stash_and_reauthenticate
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from muster.accounts.sessions import SIGNED_IN_AT

FRESH_SECONDS = 5 * 60
# After this long nobody goes on by accident with what was begun before.
KEPT_SECONDS = 15 * 60
PAGE, FORM, FILE = "page", "form", "file"


def is_fresh(request: HttpRequest) -> bool:
    """Say whether whoever is signed in has shown it to be them within `FRESH_SECONDS`."""
    shown = [record["at"] for record in get_authentication_records(request, request.user)]
    last: float = max([*shown, request.session.get(SIGNED_IN_AT, 0)])
    return time.time() - last <= FRESH_SECONDS


def ask(request: HttpRequest, *, is_file: bool = False, keep: bool = True) -> HttpResponse:
    """
    Ask for the password or a second factor, and keep what was being done.

    :param is_file: the answer is a file, not a page
    :param keep: False where what was typed is itself a secret: one comes back to the empty form
    """
    kind = FORM if request.method == "POST" and keep else FILE if is_file else PAGE
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    state = {
        "kind": kind,
        "path": request.get_full_path(),
        "typed": typed.urlencode() if kind == FORM else "",
        "back": _page_before(request),
        "at": time.time(),
    }
    answer: HttpResponse = stash_and_reauthenticate(request, state, f"{__name__}.resume")
    answer["Location"] += "?" + urlencode({REDIRECT_FIELD_NAME: state["back"]})
    return answer


def resume(request: HttpRequest, state: dict[str, Any]) -> HttpResponse:
    """
    Go on with what was kept: straight to a page; a file or a form by one button, which the page presses by itself.

    From here on the session has another key: whoever had got hold of the old one does not come along.
    """
    request.session.cycle_key()
    if state["kind"] == PAGE:
        return redirect(state["path"])
    if time.time() - state["at"] > KEPT_SECONDS:
        return redirect(state["back"])
    typed = [(name, value) for name, values in QueryDict(state["typed"]).lists() for value in values]
    return render(request, "account/resume.html", {**state, "typed": typed})


def _page_before(request: HttpRequest) -> str:
    """Return the page of this site that one came from, or the first page."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    page = before.removeprefix(f"{request.scheme}://{request.get_host()}")
    # What is left must lead nowhere else by itself: two slashes would name another site.
    return page if page.startswith("/") and url_has_allowed_host_and_scheme(page, None) else "/"
