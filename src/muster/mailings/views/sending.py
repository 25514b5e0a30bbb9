"""A letter before it is sent, and what became of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from muster.access.calc import Needed
from muster.access.http import ActorRequest
from muster.core.errors import DomainError
from muster.mailings import tasks
from muster.mailings.forms import SendForm
from muster.mailings.queries import audience, trials
from muster.mailings.queries import mailings as queries
from muster.mailings.queries.mailings import Mailing
from muster.mailings.queries.trials import Trial
from muster.mailings.services import sending
from muster.mailings.views._preview import preview
from muster.mailings.views.drafts import mailing_or_404
from muster.units import queries as units


@require_GET
def mailing_detail(request: ActorRequest, mailing_id: int) -> HttpResponse:
    mailing = mailing_or_404(request, mailing_id)
    if mailing.is_open and request.headers.get("HX-Request"):
        return render(request, "mailings/_trial.html", {"mailing": mailing, "trial": _trial(request, mailing)})
    if mailing.is_open:
        return render(request, "mailings/mailing_check.html", _before(request, mailing))
    now = timezone.now()
    report = queries.report(request.actor, mailing_id, now=now)
    may_ask = audience.may_ask(request.actor, mailing.unit_id, mailing.ask)
    context = {
        "mailing": mailing,
        "report": report,
        "troubled": queries.troubled(request.actor, mailing_id, named=may_ask, now=now),
        "may_ask": may_ask,
    }
    page = "mailings/_report.html" if request.headers.get("HX-Request") else "mailings/mailing_report.html"
    answer = render(request, page, context)
    if request.headers.get("HX-Target") == "trial":
        # It was sent from elsewhere while the page of what is not sent yet waited for the trial.
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def mailing_test(request: ActorRequest, mailing_id: int) -> HttpResponse:
    mailing_or_404(request, mailing_id)
    assert request.actor.user_id is not None  # only who is signed in comes here
    tasks.send_trial.enqueue(mailing_id, request.actor.user_id)
    return redirect("mailings:mailing_detail", mailing_id)


@require_POST
def mailing_send(request: ActorRequest, mailing_id: int) -> HttpResponse:
    mailing_or_404(request, mailing_id)
    form = SendForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Look at the letter once more, then send it from there.")
        return redirect("mailings:mailing_detail", mailing_id)
    try:
        sent = tasks.begin(
            actor=request.actor,
            mailing_id=mailing_id,
            now=timezone.now(),
            terms=units.terms(request.organisation),
            **form.cleaned_data,
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "A second person has to send it now." if sent.is_waiting else "On its way.")
    return redirect("mailings:mailing_detail", mailing_id)


@require_POST
def mailing_stop(request: ActorRequest, mailing_id: int) -> HttpResponse:
    mailing_or_404(request, mailing_id)
    try:
        count = sending.stop_mailing(actor=request.actor, mailing_id=mailing_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Stopped: {count:,} do not get it.")
    return redirect("mailings:mailing_detail", mailing_id)


@require_POST
def mailing_settle(request: ActorRequest, mailing_id: int) -> HttpResponse:
    mailing_or_404(request, mailing_id)
    picked = [int(each) for each in request.POST.getlist("pick") if each.isdecimal() and len(each) < 18]
    again = request.POST.get("do") == "again"
    try:
        count = tasks.settle(
            actor=request.actor, mailing_id=mailing_id, letter_ids=picked, again=again, now=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{count:,} sent again." if again else f"{count:,} count as sent.")
    return redirect("mailings:mailing_detail", mailing_id)


def _trial(request: ActorRequest, mailing: Mailing) -> Trial | None:
    return trials.last_trial(request.actor, mailing.pk, now=timezone.now())


def _before(request: ActorRequest, mailing: Mailing) -> dict[str, object]:
    shown = preview(request, mailing)
    count = len(shown.audience.reach.ids) if shown.audience else 0
    need = sending.needed_for(actor=request.actor, count=count)
    form = SendForm(
        with_reason=need is not Needed.NOTHING and not mailing.reason,
        initial={"version": mailing.version, "seen": count},
    )
    second = need is Needed.SECOND
    return {
        "mailing": mailing,
        "preview": shown,
        "trial": _trial(request, mailing),
        "count": count,
        "form": form,
        "second": second,
        "is_mine": second and mailing.asked_by_id is not None and mailing.asked_by_id == request.actor.user_id,
    }
