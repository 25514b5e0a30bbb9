"""Saying that an inquiry is spam, or that it is none."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from muster.access.http import ActorRequest
from muster.contacts.services import judging
from muster.contacts.services.routing import NoSuchInquiry
from muster.core.errors import DomainError


@require_POST
def inquiry_spam(request: ActorRequest, inquiry_id: int) -> HttpResponse:
    return _judged(request, inquiry_id, judging.mark_spam, "It is spam now, and gone from the lists.", "no_spam")


@require_POST
def inquiry_no_spam(request: ActorRequest, inquiry_id: int) -> HttpResponse:
    return _judged(request, inquiry_id, judging.clear_mark, "It waits in the inbox like any other.", "spam")


def _judged(request: ActorRequest, inquiry_id: int, judge: Callable[..., None], said: str, other: str) -> HttpResponse:
    try:
        judge(actor=request.actor, inquiry_id=inquiry_id, now=timezone.now())
    except NoSuchInquiry as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        undo = reverse(f"contacts:inquiry_{other}", args=[inquiry_id])
        messages.success(request, said, extra_tags=f"undo:{undo}")
    return redirect("contacts:inquiry_list")
