"""Reads for the frame: the choice of a unit, and the search over people, units and pages."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from muster.access import queries as access_queries
from muster.access.actor import Actor
from muster.access.services import releases
from muster.audit import queries as audit_queries
from muster.contacts.queries import admission, follow_up, welcome
from muster.core.terms import Terms
from muster.people.queries import listing, recent
from muster.people.queries import search as people_search
from muster.reports import balance_sheet
from muster.web import navigation
from muster.web import today as saying
from muster.web.balance_sheet.links import Links
from muster.workflows import alarms

WHOLE_TREE = 300


@dataclass(frozen=True)
class UnitChoice:
    """A unit one may stand in, with what is shown below it."""

    unit_id: int
    name: str
    kind: str
    children: list["UnitChoice"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: where it leads and the quiet line that tells it from others of that name."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, by kind; `more` says that the list of people was cut."""

    pages: list[Hit]
    people: list[Hit]
    units: list[Hit]
    more: bool = False

    @property
    def total(self) -> int:
        return len(self.pages) + len(self.people) + len(self.units)


def unit_choices(actor: Actor, *, search: str = "", at: int | None = None) -> list[UnitChoice]:
    """
    Return the units one may stand in, as trees; two queries.

    With `search` those whose name holds it, at most 50, flat. In a large organisation only `at`, what stands above it
    and directly below it.
    """
    units = access_queries.units(actor).filter(closed_on=None)
    if search:
        return [UnitChoice(unit.pk, unit.name, unit.kind.name) for unit in units.filter(name__icontains=search)[:50]]
    tree = access_queries.tree(actor)
    shown = set(tree.parents)
    if len(shown) > WHOLE_TREE and at in shown:
        shown = {*tree.above(at), *tree.children.get(at, ())}
    by_id = {unit.pk: UnitChoice(unit.pk, unit.name, unit.kind.name) for unit in units.filter(pk__in=shown)}
    roots: list[UnitChoice] = []
    for unit_id, choice in by_id.items():
        above = by_id.get(tree.parents[unit_id] or 0)
        (above.children if above else roots).append(choice)
    return roots


def find(actor: Actor, terms: Terms, text: str, *, limit: int = 8) -> Found:
    """
    Find pages and units by a part of their name, people as `people.queries.search` does; nothing but pages without text.

    Only what the actor may see is looked at, so what one finds says nothing about the rest.
    """
    wanted = text.casefold()
    pages = [
        Hit(page.label, "", page.url) for page in navigation.pages(actor, terms) if wanted in page.label.casefold()
    ]
    if not wanted:
        return Found(pages, [], [])
    units = access_queries.units(actor).filter(name__icontains=text)[:limit]
    people = people_search.search(actor, text, limit=limit + 1)
    return Found(
        pages,
        [Hit(line.name, _where(line), navigation.address("people:person_detail", line.id)) for line in people[:limit]],
        [
            Hit(unit.name, unit.kind.name, navigation.address("units:unit_detail", unit.pk))
            for unit in sorted(units, key=lambda unit: not unit.name.casefold().startswith(wanted))
        ],
        more=len(people) > limit,
    )


def _where(line: listing.PersonLine) -> str:
    place = ", ".join(filter(None, (line.city, line.region)))
    return " · ".join(dict.fromkeys(filter(None, (line.unit, place))))


def waiting(actor: Actor, *, now: datetime) -> list[saying.Row]:
    """Return what waits for the actor: alarms, applications, and lists others want to take out; five queries at most."""
    rows = saying.alarm_rows(alarms.open_alarms(actor, now=now))
    rows += saying.application_rows(admission.to_decide(actor))
    if not actor.may("people.export"):
        return rows
    since = now - releases.WAITS
    return rows + saying.release_rows(access_queries.releases_to_decide(actor, since=since).order_by().count())


def to_follow_up(actor: Actor) -> dict[str, object]:
    """
    Return what the first page shows of contacts: the reader's own that are due, with how many there are and how many nobody owns,
    and what is due of welcoming new members.

    Twelve queries at most; nothing for who may not see contacts.
    """
    if not actor.may("contacts.view"):
        return {"calls": [], "calls_more": ""}
    lines = follow_up.first_due(actor, most=saying.CALL_ROWS)
    mine = follow_up.count(actor, actor, "mine") if len(lines) == saying.CALL_ROWS else len(lines)
    free = follow_up.count(actor, actor, "nobodys")
    rows = saying.call_rows(lines) + saying.welcome_rows(welcome.first_due(actor, most=saying.CALL_ROWS))
    return {"calls": rows, "calls_more": saying.more_calls(mine, len(lines), free)}


def today(actor: Actor, terms: Terms, unit_id: int | None) -> dict[str, object]:
    """
    Return what the first page shows of a unit: sentences, figures, news, goals, imports.

    Where the actor may not see reports there, only what there is to do first.
    """
    page: dict[str, object] = {"today": actor.on, "news_days": saying.NEWS_DAYS, "figures": [], "news": [], "goals": []}
    page |= {
        "below_behind": "",
        "people_url": navigation.address("people:person_list"),
        "imports": [],
        "steps": saying.first_steps(actor),
    }
    page["balance_url"] = navigation.address("reports:balance_sheet")
    if unit_id is None or not actor.may("reports.view", unit_id=unit_id):
        return page | {"title": "You are signed in", "lead": "Your role shows no lists yet."}
    report = balance_sheet.build(actor, unit_id, actor.on)
    sheet, to = report.sheet, Links(actor, unit_id, actor.on)
    since = actor.on - timedelta(days=saying.NEWS_DAYS)
    changes = recent.changes(actor.standing_in(unit_id), since=since, limit=saying.NEWS_ROWS)
    homes = {line.id: line.unit for line in listing.lines_of(actor, [change.person_id for change in changes])}
    # As the page of imports has it: all for who may import everywhere, else one's own.
    own = None if actor.has_whole("transfer.import") else actor.user_id
    imports = audit_queries.latest(("transfer.import.published", "transfer.import.undone"), limit=5, user_id=own)
    if sheet.members.by_month:
        page["steps"] = []
    return page | {
        "title": saying.headline(sheet, terms),
        "lead": saying.lead(report, terms),
        "figures": saying.figures(report, terms, to),
        "news": saying.news_rows(changes, homes, actor.on),
        "goals": saying.goals(sheet, terms, to),
        "below_behind": saying.behind_below(sheet, terms),
        "imports": saying.import_rows([(entry.happened_at, entry.action, entry.details) for entry in imports], actor),
    }
