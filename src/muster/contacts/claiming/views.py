"""Claims of units: which there are, who gets an address, and changes of them."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access import scope
from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest, blame, number_in
from muster.contacts import imports
from muster.contacts.calc.routing import Address
from muster.contacts.claiming.forms import AddressForm, ClaimForm, ListForm
from muster.contacts.queries import claims as queries
from muster.contacts.queries import looked_after
from muster.contacts.services import claims
from muster.core.errors import DomainError
from muster.core.sheets.problems import SheetError

VIEW, EDIT = "contacts.view", claims.PERMISSION
TEXT_LENGTH = 40
CHANGES = 50


@require_GET
def claim_list(request: ActorRequest) -> HttpResponse:
    actor, typed = _reader(request), request.GET
    kind = typed.get("kind", "") if typed.get("kind", "") in dict(queries.KINDS) else ""
    search = typed.get("q", "").strip()[:TEXT_LENGTH]
    here = actor.standing_in(scope.chosen_unit_id(request))
    page = queries.claim_page(actor, here, kind=kind, search=search, **_places(request))
    kept = {name: typed[name] for name in ("unit", "q", "kind") if typed.get(name)}
    without_kind = {name: value for name, value in kept.items() if name != "kind"}
    pills = [("All", _list(without_kind), not kind)]
    pills += [(label, _list(without_kind | {"kind": code}), kind == code) for code, label in queries.KINDS]
    shown = {
        "page": page,
        "pills": pills,
        "kept": {name: value for name, value in kept.items() if name != "q"},
        "text": search,
        "previous": _list(kept | {"before": page.previous}) if page.previous else "",
        "next": _list(kept | {"after": page.next}) if page.next else "",
        "narrowed": bool(kind or search),
        "all_url": _list({name: value for name, value in kept.items() if name == "unit"}),
    }
    return _render(request, "claim_list", shown)


@require_GET
def claim_try(request: ActorRequest) -> HttpResponse:
    actor = _reader(request)
    asked = any(request.GET.get(name, "").strip() for name in AddressForm.base_fields)
    form, answer = AddressForm(request.GET if asked else None), None
    if asked and form.is_valid():
        typed = {name: value.strip() for name, value in form.cleaned_data.items()}
        answer = queries.answer(actor, Address(**typed | {"country": typed["country"].upper()}))
    return _render(request, "claim_try", {"form": form, "answer": answer})


@require_GET
def claim_people(request: ActorRequest) -> HttpResponse:
    actor = _reader(request)
    here = actor.standing_in(scope.chosen_unit_id(request))
    page = looked_after.page(actor, here, **_places(request))
    kept = {"unit": request.GET["unit"]} if request.GET.get("unit") else {}
    shown = {
        "page": page,
        "previous": _list(kept | {"before": page.previous}, "claim_people") if page.previous else "",
        "next": _list(kept | {"after": page.next}, "claim_people") if page.next else "",
    }
    return _render(request, "claim_people", shown)


@require_http_methods(["GET", "POST"])
def claim_create(request: ActorRequest) -> HttpResponse:
    request.actor.require(EDIT, unit_id=None)
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_id = claims.propose_claim(actor=request.actor, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            return redirect("contacts:change_show", change_id)
    return _render(request, "claim_form", {"form": form})


@require_POST
def claim_remove(request: ActorRequest, claim_id: int) -> HttpResponse:
    try:
        change_id = claims.propose_removal(actor=request.actor, claim_id=claim_id, now=timezone.now())
    except claims.NoSuchClaim as error:
        raise Http404 from error
    return redirect("contacts:change_show", change_id)


@require_http_methods(["GET", "POST"])
def change_list(request: ActorRequest) -> HttpResponse:
    request.actor.require(EDIT, unit_id=None)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_id = _proposed(request, **form.cleaned_data)
        except SheetError as error:
            form.add_error("file", str(error))
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            return redirect("contacts:change_show", change_id)
    return _render(request, "change_list", {"form": form, "changes": queries.changes(request.actor, most=CHANGES)})


def _proposed(request: ActorRequest, file: "UploadedFile[Any]", *, whole: bool, unit: str) -> int:
    name = file.name or "A list"
    sheet = imports.read_upload(name, file.chunks(), unit=unit.strip())
    return claims.propose_list(
        actor=request.actor, name=name, rows=sheet.rows, problems=sheet.problems, whole=whole, now=timezone.now()
    )


@require_GET
def change_show(request: ActorRequest, change_id: int) -> HttpResponse:
    request.actor.require(EDIT, unit_id=None)
    found = queries.change(request.actor, change_id, now=timezone.now())
    if found is None:
        raise Http404("No such change.")
    return _render(request, "change_show", {"change": found})


@require_POST
def change_store(request: ActorRequest, change_id: int) -> HttpResponse:
    try:
        claims.store_change(actor=request.actor, change_id=change_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        undo = {"extra_tags": f"undo:{reverse('contacts:change_undo', args=[change_id])}"}
        messages.success(request, "Stored, and inquiries are sent on.", **undo)
    return redirect("contacts:change_show", change_id)


@require_POST
def change_drop(request: ActorRequest, change_id: int) -> HttpResponse:
    try:
        claims.drop_change(actor=request.actor, change_id=change_id)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("contacts:claim_list")


@require_POST
def change_undo(request: ActorRequest, change_id: int) -> HttpResponse:
    try:
        stay = claims.undo_change(actor=request.actor, change_id=change_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        kept = f" Given elsewhere since, and left alone: {stay:,}." if stay else ""
        messages.success(request, f"Everything belongs to whom it did before, and inquiries are sent on.{kept}")
    return redirect("contacts:change_show", change_id)


def _reader(request: ActorRequest) -> Any:
    if not request.actor.may(VIEW):
        raise NotAllowed("You may not see inquiries.")
    return request.actor


def _places(request: ActorRequest) -> dict[str, int | None]:
    """Return the row behind or in front of which a page begins, where the address names one."""
    return {name: number_in(request.GET, name) for name in ("after", "before")}


def _list(query: dict[str, Any], name: str = "claim_list") -> str:
    return reverse(f"contacts:{name}", query=query) if query else reverse(f"contacts:{name}")


def _render(request: ActorRequest, page: str, shown: dict[str, Any]) -> HttpResponse:
    may_edit = request.actor.has_whole(EDIT)
    tabs = [("Claims", "claim_list"), ("People at large", "claim_people"), ("Try an address", "claim_try")]
    tabs += [("Changes", "change_list")] if may_edit else []
    addresses = [(text, reverse(f"contacts:{name}"), name == page) for text, name in tabs]
    return render(request, f"contacts/claiming/{page}.html", shown | {"tabs": addresses, "may_edit": may_edit})
