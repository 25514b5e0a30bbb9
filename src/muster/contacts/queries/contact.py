"""The page of a contact: where they stand, what is next, what was said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from muster.access.actor import Actor
from muster.contacts import sealed
from muster.contacts.models import Assessment, Case, Conversation, Inquiry, Scale, Stage, StageChange
from muster.contacts.queries import following
from muster.people.queries import household, persons

LENGTH = 100
VIEW = "contacts.view"


@dataclass(frozen=True, slots=True)
class Event:
    """
    Something along the way.

    :ivar kind: conversation, stage, inquiry or assessment
    :ivar by: who did it, '' where that was nobody or is not known any more
    """

    at: datetime
    kind: str
    title: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The latest assessment on a scale; `step` counts from 1, 0 and '' where there is none."""

    scale_id: int
    scale: str
    steps: list[str]
    step: int
    name: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """
    What following somebody up knows.

    :ivar case: the open one, None: nobody follows them up
    :ivar closed: the latest that is closed, where none is open
    :ivar owner: '' where nobody owns it
    :ivar may_work: the reader may talk to them
    :ivar stages: those that one may move to
    :ivar owners: (id, name) of those who may talk to them
    :ivar seen: id of the latest conversation, 0: none
    :ivar spoken: what others than the reader said to them today, the latest
    :ivar hints: (id, name, what is the same) of others who are reached the same way
    """

    case: Case | None
    closed: Case | None
    owner: str
    may_work: bool
    stages: list[Stage]
    owners: list[tuple[int, str]]
    judged: list[Judged]
    events: list[Event]
    seen: int
    spoken: str
    hints: list[tuple[int, str, str]]

    @property
    def next_stage(self) -> Stage | None:
        """Return the stage that comes next on the way, where there is one."""
        now = self.case.stage.position if self.case else 0
        return next((one for one in self.stages if one.position > now and one.kind == Stage.Kind.OPEN), None)


def contact(actor: Actor, person_id: int) -> Contact | None:
    """
    Return what following a person up knows, None where the actor may not see that; sixteen queries at most.

    The caller has found that the actor may see the person.
    """
    if not persons.ids_for(actor, VIEW).filter(pk=person_id).exists():
        return None
    cases = list(_of(Case, person_id).select_related("stage", "owner").order_by("-opened_at", "-pk")[:20])
    case = next((one for one in cases if one.closed_at is None), None)
    may_work = persons.ids_for(actor, following.WORK).filter(pk=person_id).exists()
    spoken = list(_of(Conversation, person_id).select_related("held_by").order_by("-held_at", "-pk")[:LENGTH])
    judged = list(_of(Assessment, person_id).select_related("scale", "made_by").order_by("-made_on", "-pk")[:LENGTH])
    return Contact(
        case=case,
        closed=cases[0] if cases and case is None else None,
        owner=case.owner.trace_label if case and case.owner else "",
        may_work=may_work,
        stages=following.stages(actor) if may_work and case else [],
        owners=following.owners(actor, person_id) if may_work and case else [],
        judged=_judged(following.scales(actor), judged),
        events=_events(person_id, spoken, judged),
        seen=max((one.pk for one in spoken), default=0),
        spoken=_today(actor, spoken),
        hints=household.same_reach(actor, person_id),
    )


def own_contact(actor: Actor) -> list[Event]:
    """
    Return what following up knows of whoever acts, latest first; four queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    person_id = persons.own_person(actor).pk
    spoken = list(_of(Conversation, person_id).select_related("held_by").order_by("-held_at", "-pk"))
    judged = list(_of(Assessment, person_id).select_related("scale", "made_by").order_by("-made_on", "-pk"))
    return [event for event in _events(person_id, spoken, judged, most=None) if event.kind != "inquiry"]


def _of(model: type, person_id: int):  # type: ignore[no-untyped-def]  # one of several models
    return model.objects.unscoped("the right to see what was said to this person was checked").filter(  # type: ignore[attr-defined]
        person_id=person_id
    )


def _events(
    person_id: int, spoken: list[Conversation], judged: list[Assessment], *, most: int | None = LENGTH
) -> list[Event]:
    moved = _of(StageChange, person_id).select_related("stage", "changed_by").order_by("-changed_at", "-pk")
    asked = _of(Inquiry, person_id).order_by("-received_at", "-pk")
    found = [
        *_said(spoken),
        *(Event(one.changed_at, "stage", one.stage.name, "", _who(one.changed_by)) for one in moved[:most]),
        *(
            Event(
                one.received_at, "inquiry", f"Wrote to us{f' by {one.channel}' if one.channel else ''}", one.message, ""
            )
            for one in asked[:most]
        ),
        *(
            Event(
                datetime.combine(one.made_on, time.max, tzinfo=timezone.get_current_timezone()),
                "assessment",
                f"{one.scale.name}: {one.step}, {_step(one)}",
                "",
                _who(one.made_by),
            )
            for one in judged
        ),
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)[:most]


def _said(spoken: list[Conversation]) -> Iterator[Event]:
    for one in spoken:
        title = f"{one.get_kind_display()}: {one.get_result_display().lower()}"
        yield Event(one.held_at, "conversation", title, sealed.opened(one.pk, one.note), _who(one.held_by))


def _judged(scales: list[Scale], judged: list[Assessment]) -> list[Judged]:
    latest: dict[int, Assessment] = {}
    for one in judged:
        latest.setdefault(one.scale_id, one)
    return [_of_scale(scale, latest.get(scale.pk)) for scale in scales]


def _of_scale(scale: Scale, one: Assessment | None) -> Judged:
    if one is None:
        return Judged(scale.pk, scale.name, scale.steps, 0, "", None)
    return Judged(scale.pk, scale.name, scale.steps, one.step, _step(one), one.made_on)


def _step(one: Assessment) -> str:
    steps: list[str] = one.scale.steps
    return steps[one.step - 1] if one.step <= len(steps) else ""


def _today(actor: Actor, spoken: list[Conversation]) -> str:
    for one in spoken:
        at = timezone.localtime(one.held_at)
        if at.date() == actor.on and one.held_by_id != actor.user_id:
            said = f"{one.get_kind_display().lower()}, {one.get_result_display().lower()}"
            return f"{_who(one.held_by) or 'Somebody'} at {at:%H:%M}: {said}"
    return ""


def _who(user: object) -> str:
    return getattr(user, "trace_label", "")
