"""Where one can go: at most seven words, each only for whoever may go there and only where the module exists."""

from dataclasses import dataclass, field, replace

from django.urls import NoReverseMatch, reverse

from muster.access.actor import Actor
from muster.core.terms import Terms


@dataclass(frozen=True, slots=True)
class Page:
    """
    A place in the navigation.

    :ivar noun: a noun of the organisation to take the label from (plural), or ''
    :ivar permission: needed anywhere at all; '' where being signed in is enough
    """

    name: str
    label: str
    permission: str = ""
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the navigation. `later`: on a phone it stands under More."""

    label: str
    url: str
    current: bool = False
    later: bool = False
    count: int = 0
    below: tuple["Entry", ...] = field(default=())


# A group with one page bears that page's name; with more, its own.
GROUPS: tuple[tuple[str, bool, tuple[Page, ...]], ...] = (
    ("Today", False, (Page("web:today", "Today"),)),
    (
        "Contacts",
        False,
        (
            Page("contacts:follow_up_list", "Follow up", "contacts.view"),
            Page("contacts:inquiry_list", "Inbox", "contacts.view"),
            Page("contacts:application_list", "Applications", "contacts.view"),
            Page("contacts:welcome_list", "Welcome", "contacts.view"),
            Page("contacts:call_list_list", "Calls", "contacts.work"),
            Page("mailings:mailing_list", "Letters", "mailings.send"),
            Page("figures:contact_figures", "Figures", "contacts.view"),
        ),
    ),
    ("Members", False, (Page("people:person_list", "Members", "people.view", "member"),)),
    (
        "Work",
        False,
        (
            Page("units:unit_tree", "Units", "units.view", "unit"),
            Page("units:formation_list", "Groups in formation", "people.view", "group"),
        ),
    ),
    ("Plan", True, (Page("reports:balance_sheet", "Balance sheet", "reports.view"),)),
    ("Library", True, ()),
)
MORE: tuple[Page, ...] = (
    Page("transfer:import_list", "Imports", "transfer.import"),
    Page("merging:duplicate_list", "Duplicates", "people.merge"),
    Page("releases:release_list", "Files taken out", "people.export"),
    Page("web:erasure_list", "Erasures", "people.erase"),
    Page("access:grant_list", "Roles", "access.grant"),
    Page("trace:entry_list", "What was done", "audit.view"),
    Page("web:settings", "Settings", "settings.edit"),
    Page("web:me", "Your account"),
)


def address(name: str, *args: object) -> str:
    """Return the address of a page, or '' where its module does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _entry(page: Page, actor: Actor, terms: Terms, path: str, *, later: bool = False) -> Entry | None:
    if page.permission and not actor.may(page.permission):
        return None
    url = address(page.name)
    if not url:
        return None
    label = terms.many(page.noun).capitalize() if page.noun else page.label
    return Entry(label, url, current=path == url or (url != "/" and path.startswith(url)), later=later)


def more(actor: Actor, terms: Terms, path: str) -> list[Entry]:
    """Return what stands under More."""
    return [entry for page in MORE if (entry := _entry(page, actor, terms, path))]


def navigation(actor: Actor, terms: Terms, path: str) -> list[Entry]:
    """Return the top-level entries in order; no query."""
    found = []
    for label, later, pages in GROUPS:
        entries = _one_current([entry for page in pages if (entry := _entry(page, actor, terms, path, later=later))])
        if len(entries) == 1:
            found.append(entries[0])
        elif entries:
            found.append(Entry(label, entries[0].url, any(e.current for e in entries), later, below=entries))
    below = tuple(more(actor, terms, path))
    url = reverse("web:more")
    found.append(Entry("More", url, path.startswith(url) or any(entry.current for entry in below), below=below))
    return found


def _one_current(entries: list[Entry]) -> tuple[Entry, ...]:
    """Let only the narrowest of those be current whose address the path begins with."""
    narrowest = max((len(entry.url) for entry in entries if entry.current), default=0)
    return tuple(replace(entry, current=entry.current and len(entry.url) == narrowest) for entry in entries)


def pages(actor: Actor, terms: Terms) -> list[Entry]:
    """Return every page one may go to, for the palette."""
    found = [entry for _, _, group in GROUPS for page in group if (entry := _entry(page, actor, terms, ""))]
    return found + more(actor, terms, "")
