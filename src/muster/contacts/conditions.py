"""What may be asked about the inquiries of people, and about how they are followed up."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from muster.access.actor import Actor
from muster.contacts.models import Assessment, Case, Conversation, Inquiry, Scale
from muster.contacts.queries import following
from muster.core.terms import Terms
from muster.people.calc.conditions import Asked, Kind, Meaning, Rows, Takes, any_of, near
from muster.people.calc.questions import WrongQuestion

_OWNERS = {"me": "me", "somebody": "somebody", "nobody": "nobody yet"}
_RESULTS = {code: words.lower() for code, words in Conversation.Result.choices}


def _inquiries(fits: Q) -> Rows:
    rows = Inquiry.objects.unscoped("a set that people over whom one sees inquiries are compared with")
    return Rows(rows.filter(person__isnull=False), fits)


def _received(asked: Asked) -> Meaning:
    return _inquiries(_within("received_at", asked))


def _by_channel(asked: Asked) -> Meaning:
    return any_of(_inquiries(Q(channel__iexact=channel)) for channel in asked.values)


def _open_cases(fits: Q) -> Rows:
    rows = Case.objects.unscoped("a set that people over whom one sees contacts are compared with")
    return Rows(rows.filter(closed_at=None), fits)


def _at_stage(asked: Asked) -> Meaning:
    named = {stage.name.casefold(): stage for stage in following.stages(asked.actor, retired=True)}
    wrong = next((text for text in asked.values if text.casefold() not in named), None)
    if wrong is not None:
        names = [stage.name for stage in named.values()]
        raise WrongQuestion(f"There is no stage “{wrong}”.{near(wrong, names)}")
    return _open_cases(Q(stage_id__in=[named[text.casefold()].pk for text in asked.values]))


def _owned(asked: Asked) -> Meaning:
    fits = {"me": Q(owner_id=asked.actor.user_id or 0), "somebody": Q(owner__isnull=False), "nobody": Q(owner=None)}
    return any_of(_open_cases(fits[code]) for code in asked.values)


def _conversations(fits: Q) -> Rows:
    return Rows(Conversation.objects.unscoped("a set that people over whom one sees contacts are compared with"), fits)


def _spoken(asked: Asked) -> Meaning:
    return _conversations(_within("held_at", asked))


def _reached(asked: Asked) -> Meaning:
    return _conversations(_within("held_at", asked) & Q(result=Conversation.Result.REACHED))


def _ended_with(asked: Asked) -> Meaning:
    return _conversations(Q(result__in=asked.values))


def _scales(actor: Actor, terms: Terms) -> Sequence[tuple[str, str]]:
    return [(scale.name, scale.name) for scale in following.scales(actor, retired=True)]


def _judged(asked: Asked) -> Meaning:
    """The latest step on a scale, by its number or its name."""
    scale = Scale.objects.get(name=asked.of)
    steps = {name.casefold(): place for place, name in enumerate(scale.steps, 1)}
    steps |= {str(place): place for place in range(1, len(scale.steps) + 1)}
    wrong = next((text for text in asked.values if text.casefold() not in steps), None)
    if wrong is not None:
        raise WrongQuestion(f"“{scale.name}” has no step “{wrong}”.{near(wrong, scale.steps)}")
    made = Assessment.objects.unscoped("a set that people over whom one sees contacts are compared with")
    made = made.filter(scale=scale)
    later = made.filter(person_id=OuterRef("person_id")).filter(
        Q(made_on__gt=OuterRef("made_on")) | Q(made_on=OuterRef("made_on"), pk__gt=OuterRef("pk"))
    )
    return Rows(made.filter(~Exists(later)), Q(step__in=[steps[text.casefold()] for text in asked.values]))


def _within(column: str, asked: Asked) -> Q:
    days: dict[str, Any] = {}
    if asked.days.first:
        days[f"{column}__gte"] = _midnight(asked.days.first)
    if asked.days.after:
        days[f"{column}__lt"] = _midnight(asked.days.after)
    return Q(**days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


CONDITIONS = (
    Kind("wrote", "Wrote to us", Takes.DAYS, "wrote to us {}", "did not write to us {}", _received, "contacts.view"),
    Kind(
        "channel",
        "Wrote by",
        Takes.TEXT,
        "wrote to us by {}",
        "did not write to us by {}",
        _by_channel,
        "contacts.view",
    ),
    Kind("stage", "Stage", Takes.TEXT, "are at the stage {}", "are not at the stage {}", _at_stage, "contacts.view"),
    Kind(
        "owner",
        "Followed up by",
        Takes.CHOICE,
        "are followed up by {}",
        "are not followed up by {}",
        _owned,
        "contacts.view",
        choices=lambda terms: _OWNERS,
    ),
    Kind("spoken", "Talked to", Takes.DAYS, "were talked to {}", "were not talked to {}", _spoken, "contacts.view"),
    Kind("reached", "Reached", Takes.DAYS, "were reached {}", "were not reached {}", _reached, "contacts.view"),
    Kind(
        "result",
        "Came of a conversation",
        Takes.CHOICE,
        "had a conversation with the result {}",
        "had no conversation with the result {}",
        _ended_with,
        "contacts.view",
        choices=lambda terms: _RESULTS,
    ),
    Kind(
        "judged",
        "Judged",
        Takes.TEXT,
        "are judged {} on the scale {of}",
        "are not judged {} on the scale {of}",
        _judged,
        "contacts.view",
        about=_scales,
    ),
)
