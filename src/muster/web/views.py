"""Home, search, the choice of a unit and the organisation's settings."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from muster.access import scope
from muster.access.http import ActorRequest, blame, number_in, page_or
from muster.core.errors import DomainError
from muster.people.queries import onlookers
from muster.units import queries as unit_queries
from muster.web import forms, navigation, queries
from muster.web.context import terms_of
from muster.workflows import choices
from muster.workflows import nightly as nights

TEXT_LENGTH = 100


@require_GET
def today(request: ActorRequest) -> HttpResponse:
    page = queries.today(request.actor, terms_of(request), scope.chosen_unit_id(request))
    page["waiting"] = queries.waiting(request.actor, now=timezone.now())
    page |= queries.to_follow_up(request.actor)
    return render(request, "web/today.html", page)


@require_http_methods(["GET", "POST"])
def scope_choose(request: ActorRequest) -> HttpResponse:
    back = page_or(request.POST.get("next") or request.GET.get("next", ""), "/")
    if request.method == "POST":
        scope.choose_unit(request, number_in(request.POST, "unit") or 0)
        return HttpResponseRedirect(back.partition("?")[0])
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    at = scope.chosen_unit_id(request)
    found = queries.unit_choices(request.actor, search=text, at=at)
    return render(request, "web/scope.html", {"choices": found, "text": text, "at": at, "back": back})


@require_GET
def search(request: ActorRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    found = queries.find(request.actor, terms_of(request), text, limit=50)
    return render(request, "web/search.html", {"text": text, "found": found})


@require_GET
def palette(request: ActorRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    found = queries.find(request.actor, terms_of(request), text)
    return render(request, "web/_palette_results.html", {"text": text, "found": found})


@require_GET
def more(request: ActorRequest) -> HttpResponse:
    entries = navigation.more(request.actor, terms_of(request), request.path)
    return render(request, "web/more.html", {"entries": entries})


@require_GET
def me_who(request: ActorRequest) -> HttpResponse:
    try:
        shown: dict[str, object] = {"onlookers": onlookers.own_onlookers(request.actor), "problem": ""}
    except DomainError as error:
        shown = {"onlookers": [], "problem": str(error)}
    return render(request, "web/me_who.html", shown)


@require_http_methods(["GET", "POST"])
def settings(request: ActorRequest) -> HttpResponse:
    request.actor.require("settings.edit", unit_id=None)
    now, name = unit_queries.settings(), unit_queries.organisation_name()
    form = forms.SettingsForm(request.POST or None, settings=now, name=name)
    if request.method == "POST" and form.is_valid():
        try:
            choices.set_organisation_settings(
                actor=request.actor, name=form.cleaned_data["name"], settings=form.chosen(), now=timezone.now()
            )
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("web:settings")
    return render(request, "web/settings.html", {"form": form})


@require_GET
def nightly(request: ActorRequest) -> HttpResponse:
    steps = nights.report(request.actor, now=timezone.now())
    return render(request, "web/nightly.html", {"steps": steps, "late": sum(step.is_late for step in steps)})
