"""The page of a contact: where they stand, what is next, what was said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from muster.access.actor import Actor
from muster.contacts import sealed
from muster.contacts.models import Assessment, Case, Conversation, Inquiry, Scale, Stage, StageChange, Welcome
from muster.contacts.queries import admission, following, welcome
from muster.contacts.queries.admission import Filed
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
    :ivar applications: the latest first
    :ivar may_admit: the reader decides on them
    :ivar welcomes: the steps of their welcome, as a new member
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
    applications: list[Filed]
    may_admit: bool
    welcomes: list[Welcome]
    hints: list[tuple[int, str, str]]

    @property
    def next_stage(self) -> Stage | None:
        """Return the stage that comes next on the way, where there is one."""
        now = self.case.stage.position if self.case else 0
        return next((one for one in self.stages if one.position > now and one.kind == Stage.Kind.OPEN), None)

    @property
    def applied(self) -> Filed | None:
        """Return the application that is to be decided, where there is one."""
        return next((one for one in self.applications if one.is_open), None)


def contact(actor: Actor, person_id: int) -> Contact | None:
    """
    Return what following a person up knows, None where the actor may not see that; twenty queries at most.

    The caller has found that the actor may see the person.
    """
    if not persons.ids_for(actor, VIEW).filter(pk=person_id).exists():
        return None
    cases = list(_of(Case, person_id).select_related("stage", "owner").order_by("-opened_at", "-pk")[:20])
    case = next((one for one in cases if one.closed_at is None), None)
    may_work = persons.ids_for(actor, following.WORK).filter(pk=person_id).exists()
    spoken = list(_of(Conversation, person_id).select_related("held_by").order_by("-held_at", "-pk")[:LENGTH])
    judged = list(_of(Assessment, person_id).select_related("scale", "made_by").order_by("-made_on", "-pk")[:LENGTH])
    applications = admission.filed(actor, person_id)
    welcomes = welcome.of_person(actor, person_id)
    return Contact(
        case=case,
        closed=cases[0] if cases and case is None else None,
        owner=case.owner.trace_label if case and case.owner else "",
        may_work=may_work,
        stages=following.stages(actor) if may_work and case else [],
        owners=following.owners(actor, person_id) if may_work and case else [],
        judged=_judged(following.scales(actor), judged),
        events=_events(person_id, spoken, judged, applications, welcomes),
        seen=max((one.pk for one in spoken), default=0),
        spoken=_today(actor, spoken),
        applications=applications,
        may_admit=admission.may(actor, person_id, admission.ADMIT),
        welcomes=welcomes,
        hints=household.same_reach(actor, person_id),
    )


def own_contact(actor: Actor) -> list[Event]:
    """
    Return what following up knows of whoever acts, latest first; seven queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    person_id = persons.own_person(actor).pk
    spoken = list(_of(Conversation, person_id).select_related("held_by").order_by("-held_at", "-pk"))
    judged = list(_of(Assessment, person_id).select_related("scale", "made_by").order_by("-made_on", "-pk"))
    applications, welcomes = admission.filed(actor, person_id), welcome.of_person(actor, person_id)
    events = _events(person_id, spoken, judged, applications, welcomes, most=None)
    return [event for event in events if event.kind != "inquiry"]


def _of(model: type, person_id: int):  # type: ignore[no-untyped-def]  # one of several models
    return model.objects.unscoped("the right to see what was said to this person was checked").filter(  # type: ignore[attr-defined]
        person_id=person_id
    )


def _events(
    person_id: int,
    spoken: list[Conversation],
    judged: list[Assessment],
    applications: list[Filed],
    welcomes: list[Welcome],
    *,
    most: int | None = LENGTH,
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
                _end_of(one.made_on),
                "assessment",
                f"{one.scale.name}: {one.step}, {_step(one)}",
                "",
                _who(one.made_by),
            )
            for one in judged
        ),
        *_applied(applications),
        *(
            Event(one.done_at, "welcome", f"{one.step.name}: done", "", _who(one.done_by))
            for one in welcomes
            if one.done_at
        ),
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)[:most]


def _applied(applications: list[Filed]) -> Iterator[Event]:
    for one in applications:
        promised = f", {one.dues}" if one.dues else ""
        yield Event(_end_of(one.applied_on), "application", f"Asked to join{promised}", one.said, "")
        if one.decided_on:
            title = f"Application: {one.state.lower()}"
            yield Event(_end_of(one.decided_on), "application", title, one.reason, one.decided_by)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


def _said(spoken: list[Conversation]) -> Iterator[Event]:
    for one in spoken:
        title = f"{one.get_kind_display()}: {one.get_result_display().lower()}"
        yield Event(one.held_at, "conversation", title, sealed.opened(one, "note"), _who(one.held_by))


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
