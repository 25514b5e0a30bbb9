"""How somebody who wrote is reached: shown on demand."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from muster.access.http import ActorRequest
from muster.contacts.services import reaching
from muster.contacts.services.routing import NoSuchInquiry


@require_POST
def inquiry_contact(request: ActorRequest, inquiry_id: int) -> HttpResponse:
    try:
        shown = reaching.show_contact(actor=request.actor, inquiry_id=inquiry_id, now=timezone.now())
    except NoSuchInquiry as error:
        raise Http404 from error
    page = "_inquiry_contact" if request.headers.get("HX-Request") else "inquiry_contact"
    return render(request, f"contacts/{page}.html", {"contact": shown})
