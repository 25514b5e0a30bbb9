"""Forms that add and change people and their spells."""

from collections.abc import Callable
from http.client import FOUND
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame
from muster.core.errors import DomainError
from muster.people import forms
from muster.people.calc.fields import CONTACT, OPEN, PRIVATE, ChangedSince
from muster.people.queries import duplicates, record
from muster.people.queries import offices as office_queries
from muster.people.queries._parts import SpellLine
from muster.people.services import (
    corrections,
    disclosures,
    leaving,
    offices,
    persons,
    placements,
    qualifications,
    standings,
    undo,
)
from muster.people.views._shared import person_or_404, said, shown_in_form, unit_choices

# What may be added → (form, service, what its page is called).
ADDED: dict[str, tuple[type[Any], Callable[..., int], str]] = {
    "standing": (forms.StandingForm, standings.set_standing, "Change standing"),
    "placement": (forms.PlacementForm, placements.add_placement, "Add a further unit"),
    "qualification": (forms.QualificationForm, qualifications.add_qualification, "Note a qualification"),
    "office": (forms.OfficeForm, offices.add_office, "Note an office"),
}


@require_http_methods(["GET", "POST"])
def person_create(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may("people.edit"):
        raise NotAllowed("You may not add people.")
    anywhere = actor.has_whole("people.edit")
    units = unit_choices(request)
    form = forms.NewPersonForm(request.POST or None, units=units, today=actor.on, anywhere=anywhere)
    alike: list[duplicates.Alike] = []
    if request.method == "POST" and form.is_valid():
        alike = [] if form.cleaned_data["sure"] else duplicates.find_duplicates(actor, form.person_fields)
        if not alike:
            given = {name: form.cleaned_data[name] for name in ("standing", "on")}
            unit_id, fields, tags = form.cleaned_data["unit"], form.person_fields, form.tag_list
            try:
                person = persons.add_person(
                    actor=actor, fields=fields, unit_id=unit_id, tags=tags, now=timezone.now(), **given
                )
            except DomainError as error:
                blame(form, error)
            else:
                return said(request, person.pk, f"{person} added.")
    return render(request, "people/person_create.html", {"form": form, "alike": alike})


@require_http_methods(["GET", "POST"])
def person_edit(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "edit")
    own = [(f"custom:{key}", label) for key, label in record.custom_fields(request.actor)]
    names = [*OPEN, *(CONTACT if person.rights.contact else ()), *own]
    shown = {} if request.method == "POST" else _shown(request, person_id, contact=person.rights.contact)
    form = forms.FieldsForm(request.POST or None, names=names, shown=shown)
    conflicts: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            changed = persons.edit_person(
                actor=request.actor, person_id=person_id, wanted=form.wanted, seen=form.seen, now=timezone.now()
            )
        except ChangedSince as error:
            conflicts = error.conflicts
            if any(conflict.field in CONTACT for conflict in conflicts):
                shown_in_form(request, disclosures.show_contact, person_id)
            form.show_again({conflict.field: conflict.theirs for conflict in conflicts})
        except DomainError as error:
            blame(form, error)
        else:
            return said(request, person_id, "Saved." if changed else "Nothing was changed.")
    context = {"form": form, "person": person, "title": "Edit", "conflicts": conflicts}
    return render(request, "people/person_edit.html", context)


def _shown(request: ActorRequest, person_id: int, *, contact: bool) -> dict[str, Any]:
    if contact:
        shown_in_form(request, disclosures.show_contact, person_id)
    return record.stored_fields(request.actor, person_id, contact=contact)


@require_http_methods(["GET", "POST"])
def private_edit(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "private")
    if not person.rights.edit:
        raise NotAllowed("You may not change this person.")
    shown: dict[str, Any] = {}
    if request.method == "GET":
        shown = dict(shown_in_form(request, disclosures.show_private, person_id))
    form = forms.FieldsForm(request.POST or None, names=PRIVATE, shown=shown)
    conflicts: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            changed = persons.edit_private(
                actor=request.actor, person_id=person_id, wanted=form.wanted, seen=form.seen, now=timezone.now()
            )
        except ChangedSince as error:
            conflicts = error.conflicts
            shown_in_form(request, disclosures.show_private, person_id)
            form.show_again({conflict.field: conflict.theirs for conflict in conflicts})
        except DomainError as error:
            blame(form, error)
        else:
            return said(request, person_id, "Saved." if changed else "Nothing was changed.")
    context = {"form": form, "person": person, "title": "Edit the private part", "conflicts": conflicts}
    return render(request, "people/person_edit.html", context)


def _act(
    request: ActorRequest,
    person_id: int,
    form: Any,
    act: Callable[..., int],
    *,
    title: str,
    done: str,
    **fixed: Any,
) -> HttpResponse:
    """Show a form; when it is sent and right, do the act with its values, and offer the way back."""
    person = person_or_404(request, person_id, "edit")
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        if "unit" in values:
            values["unit_id"] = values.pop("unit")
        try:
            entry_id = act(actor=request.actor, person_id=person_id, now=timezone.now(), **values, **fixed)
        except DomainError as error:
            blame(form, error)
        else:
            return said(request, person_id, done, entry_id)
    return render(request, "people/spell_form.html", {"form": form, "person": person, "title": title})


@require_http_methods(["GET", "POST"])
def person_move(request: ActorRequest, person_id: int) -> HttpResponse:
    form = forms.MoveForm(request.POST or None, units=unit_choices(request), today=request.actor.on)
    return _act(request, person_id, form, placements.move_person, title="Move to another unit", done="Moved.")


@require_http_methods(["GET", "POST"])
def person_archive(request: ActorRequest, person_id: int) -> HttpResponse:
    form = forms.EndForm(request.POST or None, today=request.actor.on)
    return _act(request, person_id, form, leaving.archive_person, title="Archive", done="Archived.")


@require_http_methods(["GET", "POST"])
def spell_add(request: ActorRequest, person_id: int, kind: str) -> HttpResponse:
    if kind not in ADDED:
        raise Http404("No such form.")
    form_class, act, title = ADDED[kind]
    units = unit_choices(request) if kind in ("placement", "office") else []
    form = form_class(request.POST or None, units=units, today=request.actor.on)
    answer = _act(request, person_id, form, act, title=title, done="Noted.")
    if kind == "office" and answer.status_code == FOUND and office_queries.waits(request.actor, person_id):
        messages.info(request, "The role of this office holds once somebody who may give it says so.")
    return answer


@require_http_methods(["GET", "POST"])
def spell_end(request: ActorRequest, person_id: int, kind: str, spell_id: int) -> HttpResponse:
    line = _line(request, person_id, kind, spell_id)
    form = forms.EndForm(request.POST or None, today=request.actor.on)
    title = f"End: {line.title}"
    return _act(
        request, person_id, form, corrections.end_spell, title=title, done="Ended.", kind=kind, spell_id=spell_id
    )


@require_http_methods(["GET", "POST"])
def spell_correct(request: ActorRequest, person_id: int, kind: str, spell_id: int) -> HttpResponse:
    line = _line(request, person_id, kind, spell_id)
    shown = {"from_on": line.row.from_on, "to_on": line.row.to_on}
    form = forms.CorrectForm(request.POST or None, initial=shown)
    title = f"Put right: {line.title}"
    return _act(
        request,
        person_id,
        form,
        corrections.correct_spell,
        title=title,
        done="Put right.",
        kind=kind,
        spell_id=spell_id,
    )


@require_POST
def spell_remove(request: ActorRequest, person_id: int, kind: str, spell_id: int) -> HttpResponse:
    _line(request, person_id, kind, spell_id)
    try:
        entry_id = corrections.remove_spell(
            actor=request.actor, person_id=person_id, kind=kind, spell_id=spell_id, now=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people:person_detail", person_id)
    return said(request, person_id, "Taken out.", entry_id)


def _line(request: ActorRequest, person_id: int, kind: str, spell_id: int) -> SpellLine:
    person = person_or_404(request, person_id)
    for line in person.spells:
        if line.row.kind == kind and line.row.id == spell_id:
            if not person.rights.edit:
                raise NotAllowed("You may not change this person.")
            return line
    raise Http404("No such entry.")


@require_POST
def change_undo(request: ActorRequest, entry_id: int) -> HttpResponse:
    try:
        person = undo.undo_change(actor=request.actor, entry_id=entry_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people:person_list")
    return said(request, person.pk, "Undone.")
