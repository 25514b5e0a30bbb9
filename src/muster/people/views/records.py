"""The page of one person."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from muster.access.http import ActorRequest
from muster.people.calc.fields import LABELS
from muster.people.queries import duplicates, merging, onlookers, record
from muster.people.services import disclosures
from muster.people.views._shared import person_or_404


@require_GET
def person_detail(request: ActorRequest, person_id: int) -> HttpResponse:
    try:
        person = person_or_404(request, person_id)
    except Http404:
        # A record that was merged into another leads there; an old bookmark still works.
        kept_id = merging.merged_into(request.actor, person_id)
        if kept_id is None:
            raise
        return redirect("people:person_detail", kept_id)
    context: dict[str, Any] = {"person": person, "labels": LABELS, "tab": "record"}
    if person.rights.merge:
        context["pairs"] = duplicates.pairs_of(request.actor, person_id)
        context["merges"] = merging.merges(request.actor, now=timezone.now(), kept_id=person_id, size=1)
    return render(request, "people/person_detail.html", context)


@require_GET
def person_history(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "history")
    done = record.history_of(request.actor, person_id)
    return render(request, "people/person_history.html", {"person": person, "done": done, "tab": "history"})


@require_GET
def person_who(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id)
    found = onlookers.onlookers_of(request.actor, person_id)
    if found is None:
        raise Http404("No such person.")
    return render(request, "people/person_who.html", {"person": person, "onlookers": found, "tab": "who"})


@require_POST
def contact_show(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "contact")
    shown = disclosures.show_contact(actor=request.actor, person_id=person_id, now=timezone.now())
    context = {"person": person, "labels": LABELS, "tab": "record", "contact": shown}
    return render(request, _fragment(request, "contact"), context)


@require_POST
def private_show(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "private")
    shown = disclosures.show_private(actor=request.actor, person_id=person_id, now=timezone.now())
    context = {"person": person, "labels": LABELS, "tab": "record", "private": shown}
    return render(request, _fragment(request, "private"), context)


def _fragment(request: ActorRequest, part: str) -> str:
    return f"people/_{part}.html" if request.headers.get("HX-Request") else "people/person_detail.html"
