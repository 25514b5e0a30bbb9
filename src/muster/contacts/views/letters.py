"""An inquiry as a whole, its letters, and answering it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from muster.access.http import ActorRequest, blame
from muster.contacts.forms import AnswerForm
from muster.contacts.queries import letters as queries
from muster.contacts.services import answering, letters
from muster.contacts.services.routing import NoSuchInquiry
from muster.core.errors import DomainError


@require_http_methods(["GET", "POST"])
def inquiry_detail(request: ActorRequest, inquiry_id: int) -> HttpResponse:
    thread = queries.thread(request.actor, inquiry_id)
    if thread is None:
        raise Http404("No such inquiry.")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answering.answer(
                actor=request.actor, inquiry_id=inquiry_id, text=form.cleaned_data["text"], now=timezone.now()
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "It is on its way. What they answer stands here.")
            return redirect("contacts:inquiry_detail", inquiry_id)
    return render(request, "contacts/inquiry_detail.html", {"thread": thread, "line": thread.line, "form": form})


@require_POST
def letter_raw(request: ActorRequest, inquiry_id: int, letter_id: int) -> HttpResponse:
    try:
        raw = letters.show_raw(actor=request.actor, inquiry_id=inquiry_id, letter_id=letter_id, now=timezone.now())
    except NoSuchInquiry as error:
        raise Http404 from error
    return render(request, "contacts/letter_raw.html", {"raw": raw, "inquiry_id": inquiry_id})
