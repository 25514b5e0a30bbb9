"""Finding people by a question: put together a condition at a time, or typed; counted, kept, and shown as a list."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from muster.access import scope
from muster.access.actor import Actor, NotAllowed
from muster.access.http import ActorRequest
from muster.core.terms import Terms
from muster.people import forms
from muster.people.calc import questions
from muster.people.calc.listing import Filters
from muster.people.calc.questions import Not, WrongQuestion
from muster.people.queries import asking
from muster.people.queries.listing import PeoplePage
from muster.people.views.lists import listed, page_of
from muster.units import queries as unit_queries


@require_GET
def person_ask(request: ActorRequest) -> HttpResponse:
    if not request.actor.may("people.view"):
        raise NotAllowed("You may not see lists of people.")
    here = request.actor.standing_in(scope.chosen_unit_id(request))
    terms = unit_queries.terms(request.organisation)
    filters = Filters.from_query(request.GET)
    page, wrong = None, None
    try:
        page = page_of(request, filters) if filters.ask else None
    except WrongQuestion as error:
        wrong = error
    form = None if wrong else _form(request, here, terms, page)
    if form is not None and form.is_bound and form.is_valid() and (asked := _asked_more(form, here, filters)):
        return redirect(_address(request, asked))
    context = {
        "ask": filters.ask,
        "wrong": wrong,
        "before": filters.ask[: wrong.at] if wrong else "",
        "behind": filters.ask[wrong.at :] if wrong else "",
        "form": form,
        "kinds": asking.kinds_to_choose(here, terms),
        "steps": _steps(request, filters, page) if page else [],
        "keep_url": reverse("views:view_save", query={"query": urlencode(filters.as_query())}),
    }
    return render(
        request, "people/person_ask.html", context | (listed(request, filters, page) if page else {"page": None})
    )


def _form(request: ActorRequest, here: Actor, terms: Terms, page: PeoplePage | None) -> forms.ConditionForm | None:
    """Return the form of the kind of condition that was chosen, None where none was."""
    chosen = request.GET.get("kind", "")
    kind = next((each for each in asking.kinds(here) if each.name == chosen.partition(".")[0]), None)
    if kind is None:
        return None
    return forms.ConditionForm(
        request.GET if "add" in request.GET else None,
        takes=kind.takes,
        label=dict(asking.kinds_to_choose(here, terms)).get(chosen, kind.label),
        values=asking.values_to_choose(here, kind, terms),
        parts=[step.words for step in page.steps if step.depth == 0] if page else [],
        initial={"kind": chosen, "ask": request.GET.get("ask", "")},
    )


def _asked_more(form: forms.ConditionForm, here: Actor, filters: Filters) -> str:
    """Return the question with the new condition; '' where it cannot be asked, which the form says then."""
    more = form.condition()
    if more is None:
        form.add_error(None, "Say which days are meant.")
        return ""
    question = questions.read(filters.ask) if filters.ask else None
    part = Not(more) if form.cleaned_data["no"] else more
    text = questions.written(questions.with_part(question, part, beside=form.cleaned_data.get("join")))
    try:
        asking.understood(here, text)
    except WrongQuestion as error:
        form.add_error(None, str(error))
        return ""
    return text


def _steps(request: ActorRequest, filters: Filters, page: PeoplePage) -> list[dict[str, Any]]:
    """Return the parts of the question, with the way to the question without each, and with each turned round."""
    question, place = questions.read(filters.ask), -1
    rows = []
    for step in page.steps:
        row: dict[str, Any] = {"step": step, "turn": "", "away": ""}
        if step.depth == 0:
            place += 1
            rest = questions.without_part(question, place)
            row["turn"] = _address(request, questions.written(questions.with_part_turned(question, place)))
            row["away"] = _address(request, questions.written(rest) if rest else "")
        rows.append(row)
    return rows


def _address(request: ActorRequest, ask: str) -> str:
    query = {name: value for name, value in (("unit", request.GET.get("unit", "")), ("ask", ask)) if value}
    return reverse("people:person_ask", query=query or None)
