"""Letters begun and changed, with a preview that follows what is typed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import queries as access
from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame, number_in
from muster.core.errors import DomainError
from muster.mailings.forms import MailingForm
from muster.mailings.queries import mailings as queries
from muster.mailings.queries.mailings import SEND, Mailing
from muster.mailings.services import drafts
from muster.mailings.services.drafts import Draft
from muster.mailings.views._preview import preview
from muster.units import queries as units

CHOICES = 12
_TYPED = ("subject", "body", "ask", "reply_to", "imprint")
_TAKEN_OVER = ("reply_to", "imprint")


@require_GET
def mailing_list(request: ActorRequest) -> HttpResponse:
    _require(request)
    here = request.actor.standing_in(scope.chosen_unit_id(request))
    places = {name: number_in(request.GET, name) for name in ("after", "before")}
    page = queries.mailings(request.actor, here, **places)
    address = reverse("mailings:mailing_list")
    context = {
        "page": page,
        "previous": f"{address}?before={page.previous}" if page.previous else "",
        "next": f"{address}?after={page.next}" if page.next else "",
    }
    return render(request, "mailings/mailing_list.html", context)


@require_http_methods(["GET", "POST"])
def mailing_create(request: ActorRequest) -> HttpResponse:
    _require(request)
    choices, at = _units(request)
    form = MailingForm(request.POST or None, units=choices, initial=_first(request, at))
    if request.method == "POST" and form.is_valid():
        unit_id = form.cleaned_data["unit"]
        if _wants_preview(request):
            return _previewed(request, form, drafts.unsaved(actor=request.actor, unit_id=unit_id, draft=_draft(form)))
        try:
            made = drafts.begin(
                actor=request.actor,
                unit_id=unit_id,
                draft=_draft(form),
                now=timezone.now(),
                terms=units.terms(request.organisation),
            )
        except DomainError as error:
            blame(form, error)
        else:
            return redirect("mailings:mailing_detail", made.pk)
    return _previewed(request, form, None)


@require_http_methods(["GET", "POST"])
def mailing_edit(request: ActorRequest, mailing_id: int) -> HttpResponse:
    mailing = mailing_or_404(request, mailing_id)
    if not mailing.is_open:
        return redirect("mailings:mailing_detail", mailing_id)
    initial = {name: getattr(mailing, name) for name in (*_TYPED, "version")}
    form = MailingForm(request.POST or None, units=None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if _wants_preview(request):
            return _previewed(
                request, form, drafts.unsaved(actor=request.actor, unit_id=mailing.unit_id, draft=_draft(form)), mailing
            )
        try:
            drafts.change(
                actor=request.actor,
                mailing_id=mailing_id,
                version=form.cleaned_data["version"] or 0,
                draft=_draft(form),
                terms=units.terms(request.organisation),
            )
        except DomainError as error:
            blame(form, error)
        else:
            return redirect("mailings:mailing_detail", mailing_id)
    return _previewed(request, form, None, mailing)


@require_POST
def mailing_remove(request: ActorRequest, mailing_id: int) -> HttpResponse:
    mailing_or_404(request, mailing_id)
    try:
        drafts.remove(actor=request.actor, mailing_id=mailing_id)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Removed.")
    return redirect("mailings:mailing_list")


def mailing_or_404(request: ActorRequest, mailing_id: int) -> Mailing:
    """
    Return a letter that the actor may see.

    :raises Http404: not there, or not to be seen: both look the same
    """
    found = queries.mailing(request.actor, mailing_id)
    if found is None:
        raise Http404("No such letter.")
    return found


def _require(request: ActorRequest) -> None:
    if not request.actor.may(SEND):
        raise NotAllowed("You may not write letters to many.")


def _units(request: ActorRequest) -> tuple[list[tuple[int, str]], int | None]:
    found = access.units(request.actor, SEND)
    at = scope.chosen_unit_id(request)
    chosen = at if at is not None and request.actor.may(SEND, unit_id=at) else None
    return access.open_choices(request.actor, found, "", chosen=chosen, most=CHOICES), chosen


def _first(request: ActorRequest, unit_id: int | None) -> dict[str, Any]:
    """Return what a new letter begins with: the question one came with, and the lines of the unit's last letter."""
    latest = queries.latest_of(request.actor, unit_id) if unit_id else None
    kept = {name: getattr(latest, name) for name in _TAKEN_OVER} if latest else {}
    return {"ask": request.GET.get("ask", ""), "unit": unit_id, "body": "Dear {given_name|friend},\n\n"} | kept


def _wants_preview(request: ActorRequest) -> bool:
    return "preview" in request.POST or bool(request.headers.get("HX-Request"))


def _draft(form: MailingForm) -> Draft:
    return Draft(**{name: form.cleaned_data[name] for name in _TYPED})


def _previewed(
    request: ActorRequest, form: MailingForm, unsaved: Mailing | None, mailing: Mailing | None = None
) -> HttpResponse:
    page = "mailings/_preview.html" if request.headers.get("HX-Request") else "mailings/mailing_form.html"
    shown = preview(request, unsaved) if unsaved else None
    return render(request, page, {"form": form, "mailing": mailing, "preview": shown})
