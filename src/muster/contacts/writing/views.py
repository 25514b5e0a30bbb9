"""
The form at which strangers write to us.

Nobody is signed in here, so there is no authority that another page could borrow: the token of other forms would guard
nothing. What is sent from another page, or without a challenge of ours, is shown again to be sent from here: nothing is stored by
a page that somebody merely looks at.
"""

import secrets
import time
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from muster.access import limits
from muster.access.actor import system_actor
from muster.access.http import ActorRequest
from muster.accounts import log
from muster.contacts.calc import proofs
from muster.contacts.calc.proofs import Proof
from muster.contacts.queries import public_forms
from muster.contacts.queries.public_forms import Shown
from muster.contacts.services import receiving
from muster.contacts.writing.forms import CHALLENGE, SOLUTION, TRAP, WriteForm, typed_in

THANKS = "thanks"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def write(request: ActorRequest, called: str = "") -> HttpResponse:
    shown = public_forms.open_form(request.actor, called)
    if shown is None:
        raise Http404("No such form.")
    if request.method == "GET":
        if THANKS in request.GET:
            return render(request, "contacts/writing/thanks.html", {"shown": shown, "again": request.path})
        return _page(request, WriteForm(None, shown=shown), shown)
    proof = _proof(request)
    if proof is None or _is_from_elsewhere(request):
        return _page(request, WriteForm(None, shown=shown, initial=typed_in(request.POST)), shown, look=True)
    form = WriteForm(request.POST, shown=shown)
    if not form.is_valid():
        return _page(request, form, shown)
    if wait := _wait(request, proof):
        return _page(request, form, shown, wait=wait)
    receiving.receive_form(
        actor=system_actor("form", on=request.actor.on),
        form=shown,
        written=form.written(),
        email_opt_in=form.agreed("email_ok"),
        phone_opt_in=form.agreed("phone_ok"),
        proof=proof,
        now=timezone.now(),
    )
    return redirect(f"{request.path}?{THANKS}")


def _page(request: HttpRequest, form: WriteForm, shown: Shown, *, look: bool = False, wait: int = 0) -> HttpResponse:
    """
    Show the form, with a challenge of its own.

    :param look: it was filled in elsewhere: say so, and that nothing was sent yet
    :param wait: seconds after which it may be sent, where there were too many
    """
    context: dict[str, Any] = {"form": form, "shown": shown, "look": look, "minutes": -(-wait // 60)}
    context |= {"challenge": proofs.make(_key(), secrets.token_urlsafe(16), int(time.time())), "bits": proofs.BITS}
    answer = render(request, "contacts/writing/write.html", context, status=429 if wait else 200)
    if wait:
        log.note("too often", request, at=request.path)
        answer["Retry-After"] = str(wait)
    return answer


def _proof(request: HttpRequest) -> Proof | None:
    sent = request.POST
    return proofs.look(
        _key(), sent.get(CHALLENGE, ""), sent.get(SOLUTION, ""), at=int(time.time()), trap=sent.get(TRAP, "")
    )


def _is_from_elsewhere(request: HttpRequest) -> bool:
    """Say whether the browser says that another site's page sent this; one that says nothing is no browser, or an old one."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is not None:
        return origin != f"{request.scheme}://{request.get_host()}"
    return site not in (None, "same-origin", "none")


def _wait(request: HttpRequest, proof: Proof) -> int:
    if not settings.LIMITS_HOLD:
        return 0
    kind = "write" if proof.solved else "write_unproven"
    return limits.count_stranger(address=log.place(request), kind=kind, now=time.time())


def _key() -> bytes:
    return salted_hmac("muster.writing", "challenge", algorithm="sha256").digest()
