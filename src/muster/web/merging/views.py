"""Possible duplicates: the list, two records side by side, merging, telling apart, and taking either back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import scope
from muster.access.actor import Actor, NotAllowed
from muster.access.http import ActorRequest, blame
from muster.core.errors import DomainError
from muster.people.calc.listing import Place
from muster.people.queries import duplicates, merging, record
from muster.people.services import disclosures
from muster.people.services import duplicates as deciding
from muster.web.merging import forms, queries
from muster.workflows import merging as acts

TEXT_LENGTH = 100
STATES = {"": duplicates.OPEN, "apart": duplicates.APART}


@require_GET
def duplicate_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may("people.merge"):
        raise NotAllowed("You may not merge records.")
    show = request.GET.get("show", "")
    if show == "merged":
        found = merging.merges(actor, now=timezone.now(), before=Place.from_query(request.GET).row_id, size=51)
        next_url = _url(show=show, after=found[49].id) if len(found) > 50 else ""
        return render(request, "web/merging/merge_list.html", {"merges": found[:50], "next": next_url, "show": show})
    show = show if show in STATES else ""
    batch = request.GET.get("batch", "")
    told = {"show": show, "batch": batch if batch.isdecimal() and len(batch) < 18 else ""}
    # An import is looked at as a whole, wherever one stands.
    narrow = actor if told["batch"] else actor.standing_in(scope.chosen_unit_id(request))
    asked: dict[str, Any] = {"state": STATES[show], "batch_id": int(told["batch"]) if told["batch"] else None}
    units = _narrower(actor, narrow)
    page = duplicates.pairs(actor, unit_ids=units, place=Place.from_query(request.GET), **asked)
    context = {"page": page, "show": show, "batch": told["batch"], "elsewhere": 0, "top": actor.top_unit_id}
    if not page.pairs and units is not None:
        context["elsewhere"] = duplicates.pairs(actor, size=0, **asked).count
    context["previous"] = _url(**told, before=page.previous) if page.previous else ""
    context["next"] = _url(**told, after=page.next) if page.next else ""
    return render(request, "web/merging/duplicate_list.html", context)


@require_GET
def merge_with(request: ActorRequest, person_id: int) -> HttpResponse:
    _require(request, person_id)
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    context = {
        "person": record.visible_person(request.actor, person_id),
        "text": text,
        "alike": [] if text else duplicates.alike_to(request.actor, person_id),
        "found": queries.found_to_merge(request.actor, person_id, text) if text else [],
    }
    return render(request, "web/merging/merge_with.html", context)


@require_http_methods(["GET", "POST"])
def duplicate_compare(request: ActorRequest, kept_id: int, other_id: int) -> HttpResponse:
    _require(request, kept_id, other_id)
    shown = merging.comparison(request.actor, kept_id, other_id)
    if shown is None or kept_id == other_id:
        raise Http404("No such person.")
    form = forms.MergeForm(request.POST or None, lines=shown.fields, seen=shown.seen)
    if request.method == "POST" and form.is_valid():
        ids, seen = {"kept_id": kept_id, "dropped_id": other_id}, form.cleaned_data["seen"]
        try:
            merge_id = acts.merge_people(actor=request.actor, **ids, chosen=form.chosen, seen=seen, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            undo = reverse("merging:merge_undo", args=[merge_id])
            messages.success(request, "Merged: one record now.", extra_tags=f"undo:{undo}")
            return redirect("people:person_detail", kept_id)
    _write_down_the_look(request, shown)
    context = {"shown": shown, "form": form, "is_apart": other_id in duplicates.known_apart(request.actor, kept_id)}
    return render(request, "web/merging/duplicate_compare.html", context)


@require_POST
def duplicate_apart(request: ActorRequest, kept_id: int, other_id: int) -> HttpResponse:
    _require(request, kept_id, other_id)
    try:
        pair_id = deciding.keep_apart(actor=request.actor, person_ids=(kept_id, other_id), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        undo = reverse("merging:pair_reopen", args=[pair_id])
        messages.success(request, "They stay two people and are not offered again.", extra_tags=f"undo:{undo}")
    return redirect("merging:duplicate_list")


@require_POST
def pair_reopen(request: ActorRequest, pair_id: int) -> HttpResponse:
    pair = duplicates.pair_of(request.actor, pair_id)
    if pair is None:
        raise Http404("No such pair.")
    deciding.offer_again(actor=request.actor, pair_id=pair_id, now=timezone.now())
    messages.success(request, "Open again: are they one person?")
    return redirect("merging:duplicate_compare", pair.kept.id, pair.other.id)


@require_POST
def merge_undo(request: ActorRequest, merge_id: int) -> HttpResponse:
    merge = merging.merge_of(request.actor, merge_id)
    if merge is None:
        raise Http404("No such merge.")
    try:
        kept_id, other_id = acts.undo_merge(actor=request.actor, merge_id=merge_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people:person_detail", merge.kept_id)
    messages.success(request, "Taken back: two records again, as they were.")
    return redirect("merging:duplicate_compare", kept_id, other_id)


def _require(request: ActorRequest, *person_ids: int) -> None:
    """
    Do nothing if the actor may merge the records of these people.

    :raises Http404: one is not there, or not to be seen: both look the same
    :raises NotAllowed: all are to be seen, but may not be merged
    """
    if any(record.visible_person(request.actor, pk) is None for pk in person_ids):
        raise Http404("No such person.")
    if not merging.may_merge(request.actor, person_ids):
        raise NotAllowed("You may not merge these records.")


def _narrower(actor: Actor, narrow: Actor) -> frozenset[int] | None:
    """Return the units to narrow the list to; None where that would leave nothing out."""
    units = narrow.units_for("people.view")
    if narrow is actor or (not actor.has_whole("people.merge") and units >= actor.units_for("people.merge")):
        return None
    return units


def _write_down_the_look(request: ActorRequest, shown: merging.Comparison) -> None:
    for person in (shown.kept, shown.dropped):
        if shown.shows_contact:
            disclosures.show_contact(actor=request.actor, person_id=person.id, now=timezone.now())
        if shown.shows_private:
            disclosures.show_private(actor=request.actor, person_id=person.id, now=timezone.now())


def _url(**query: object) -> str:
    told = urlencode({name: value for name, value in query.items() if value})
    return f"{reverse('merging:duplicate_list')}?{told}"
