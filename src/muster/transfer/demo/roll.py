"""Everybody of a demo organisation, members and those who never joined, with their standings and placements."""

from dataclasses import dataclass

import numpy as np

from muster.transfer.demo.history import History, Spells
from muster.transfer.demo.layout import Layout
from muster.transfer.demo.timeline import OPEN, Ints, Timeline

STANDINGS = ["contact", "applicant", "member"]
CONTACT, APPLICANT, MEMBER = range(3)
NO_ANSWER, NOT_NOW, WITHDREW = 5, 6, 7


@dataclass(frozen=True)
class Roll:
    """
    People are numbered by the first day they are known.

    :ivar city: index of each person's city, -1 unknown
    :ivar first: first day of each person
    :ivar standing: which of `STANDINGS`, for each row of `standings`
    :ivar standings: `what` is the reason of the end
    :ivar members: the member spells among them
    :ivar member_placements: primary placements of members, `what` a unit
    :ivar contact_placements: primary placements of people who never were members
    :ivar trained: the qualification `organiser`
    """

    city: Ints
    first: Ints
    standing: Ints
    standings: Spells
    members: Spells
    member_placements: Spells
    contact_placements: Spells
    trained: Spells


def make_roll(people: int, history: History, layout: Layout, timeline: Timeline, rng: np.random.Generator) -> Roll:
    """Add the contacts and applicants to the members, `people` in all, and number everybody anew."""
    contacts, placements, contact_city = _draw_contacts(people, history, layout, timeline, rng)
    parts = [(CONTACT, contacts), (MEMBER, history.members), *_before_joining(history, timeline, rng)]
    parts += [(CONTACT, _after_leaving(history, rng)), (APPLICANT, _asking_now(contacts, timeline, rng))]
    first = np.full(people, OPEN, dtype=np.int64)
    for _, spells in parts:
        np.minimum.at(first, spells.person, spells.start)
    number = np.empty(people, dtype=np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(people)

    city = np.empty(people, dtype=np.int64)
    city[number] = np.where(rng.random(people) < 0.025, -1, np.concatenate([history.city, contact_city]))
    standing = np.concatenate([np.full(len(spells.person), kind, dtype=np.int64) for kind, spells in parts])
    all_spells = Spells.joined([(item.person, item.what, item.start, item.end) for _, item in parts])
    person = number[all_spells.person]
    order = np.lexsort((standing, all_spells.start, person))
    return Roll(
        city=city,
        first=np.sort(first),
        standing=standing[order],
        standings=Spells(person[order], all_spells.what[order], all_spells.start[order], all_spells.end[order]),
        members=history.members.renumbered(number),
        member_placements=history.placements.renumbered(number),
        contact_placements=placements.renumbered(number),
        trained=history.trained.renumbered(number),
    )


def _draw_contacts(
    people: int, history: History, layout: Layout, timeline: Timeline, rng: np.random.Generator
) -> tuple[Spells, Spells, Ints]:
    """Draw those who never joined: ever more of them, half of them given up; one in three is looked after by a unit."""
    count = people - history.people
    person = np.arange(history.people, people)
    span = timeline.until - 1 - timeline.founded
    start = timeline.founded + (span * rng.random(count) ** 0.28).astype(np.int64)
    end = start + rng.integers(20, 500, count)
    reason = rng.choice([NO_ANSWER, NOT_NOW, WITHDREW], count)
    goes_on = (end > timeline.until) | (rng.random(count) < 0.15)
    contacts = Spells(person, np.where(goes_on, 0, reason), start, np.where(goes_on, OPEN, end))

    city = rng.integers(0, len(layout.cities), count)
    local = [index for index, unit in enumerate(layout.units) if unit.city >= 0 and not unit.is_campus]
    if not local:
        return contacts, Spells.joined([]), city
    unit = rng.choice(local, count)
    opened = np.array([item.opened for item in layout.units])[unit]
    closed = np.array([item.closed for item in layout.units])[unit]
    placed_from, placed_to = np.maximum(start + 7, opened), np.minimum(contacts.end, closed)
    is_placed = (rng.random(count) < 0.5) & (placed_from < placed_to) & (placed_from < timeline.until)
    city[is_placed] = np.array([item.city for item in layout.units])[unit[is_placed]]
    placements = Spells(person[is_placed], unit[is_placed], placed_from[is_placed], placed_to[is_placed])
    return contacts, placements, city


def _before_joining(history: History, timeline: Timeline, rng: np.random.Generator) -> list[tuple[int, Spells]]:
    """Draw what came before the first member spell: the founders apart, most were contacts, many applied in writing."""
    spells = history.members
    by_start = np.lexsort((spells.start, spells.person))
    is_first = np.r_[True, np.diff(spells.person[by_start]) > 0] if len(by_start) else np.zeros(0, dtype=bool)
    rows = by_start[is_first]
    person, joined = spells.person[rows], spells.start[rows]
    is_later = joined > timeline.founded + 300
    was_contact = is_later & (rng.random(len(rows)) < 0.85)
    applied = is_later & (rng.random(len(rows)) < 0.4)
    applied_on = np.where(applied, joined - rng.integers(7, 45, len(rows)), joined)
    known_on = applied_on - rng.integers(15, 240, len(rows))
    no_reason = np.zeros(len(rows), dtype=np.int64)
    contact = Spells(person, no_reason, known_on, applied_on)
    applicant = Spells(person, no_reason, applied_on, joined)
    return [(CONTACT, _only(contact, was_contact)), (APPLICANT, _only(applicant, applied))]


def _after_leaving(history: History, rng: np.random.Generator) -> Spells:
    """Let one in six of those who left for good, and did not die, stay in touch."""
    spells = history.members
    last = np.zeros(history.people, dtype=np.int64)
    np.maximum.at(last, spells.person, spells.end)
    stays = (spells.end == last[spells.person]) & (spells.end < OPEN) & (spells.what != 4)
    stays &= rng.random(len(stays)) < 0.16
    held = _only(spells, stays)
    return Spells(held.person, held.what * 0, held.end, held.end * 0 + OPEN)


def _asking_now(contacts: Spells, timeline: Timeline, rng: np.random.Generator) -> Spells:
    """Turn the end of some contact spells into an application: withdrawn, or, if it is young, still to be decided."""
    applies = (contacts.end < timeline.until) & (rng.random(len(contacts.person)) < 0.12)
    held = _only(contacts, applies)
    young = held.end > timeline.until - 60
    end = np.where(young, OPEN, np.minimum(held.end + rng.integers(5, 60, len(held.end)), timeline.until))
    return Spells(held.person, np.where(young, 0, WITHDREW), held.end, end)


def _only(spells: Spells, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Spells:
    return Spells(spells.person[keep], spells.what[keep], spells.start[keep], spells.end[keep])
