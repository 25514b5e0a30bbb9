"""Everything one may be allowed to do, named `domain.verb`, with the words the roles page shows."""

from collections.abc import Mapping
from types import MappingProxyType

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "units.view": "see units",
        "units.edit": "change units, open and close them",
        "people.view": "see who is in a unit, with standing and city",
        "people.contact": "see phone and e-mail",
        "people.private": "see birth date, address, ethnicity and notes",
        "people.edit": "add, change and move people",
        "people.merge": "merge records of one person",
        "people.erase": "erase people for good",
        "people.export": "take lists out as files",
        "contacts.view": "see inquiries, contacts and what was said to them",
        "contacts.work": "talk to contacts: take them on, note conversations and stages",
        "contacts.admit": "decide on applications: make somebody a member, or turn them down",
        "mailings.send": "write letters to many by e-mail, and send them",
        "contacts.raw": "see letters as they came, with every header",
        "planning.view": "see goals",
        "planning.edit": "set goals",
        "reports.view": "see the balance sheet",
        "transfer.import": "import files and undo imports",
        "access.grant": "give and take roles",
        "settings.edit": "change the organisation's settings",
        "audit.view": "read the trace of what was done",
    }
)

# What a right shows of one person, for the page "who can see this".
SHOWS: Mapping[str, str] = MappingProxyType(
    {
        "people.view": "name, standing, units and city",
        "people.contact": "phone and e-mail",
        "people.private": "birth date, address, ethnicity and notes",
        "people.edit": "what was changed, and the organisation's own fields",
        "people.merge": "records that may be the same person",
        "people.erase": "requests to be erased",
        "people.export": "all of this in files",
        "contacts.view": "inquiries, and what was said in conversations",
        "mailings.send": "whether a letter to many reached them",
        "contacts.raw": "letters as they came, for thirty days",
        "transfer.import": "what a file would change",
        "audit.view": "the trace of what was done",
    }
)

# What the part before the dot is about, in the order in which a page shows it.
DOMAINS: Mapping[str, str] = MappingProxyType(
    {
        "people": "People",
        "contacts": "Contacts",
        "mailings": "Letters",
        "units": "Units",
        "planning": "Goals",
        "reports": "Balance sheet",
        "transfer": "Files brought in",
        "access": "Roles",
        "settings": "Settings",
        "audit": "Trace",
    }
)

_VIEWER = ("units.view", "people.view", "planning.view", "reports.view")
_ORGANISER = (
    *_VIEWER,
    "people.contact",
    "people.edit",
    "people.export",
    "contacts.view",
    "contacts.work",
    "contacts.admit",
    "mailings.send",
    "planning.edit",
)
_NATIONAL = (*_ORGANISER, "people.private", "people.merge", "units.edit", "transfer.import")

# Whoever holds any other role is an officer: more is asked of them at sign-in.
PLAIN_ROLE = "member"

# Code → (name, permissions). Written by the first migration; from then on they are data.
DEFAULT_ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "administrator": ("Administrator", tuple(PERMISSIONS)),
        "national_officer": ("National officer", _NATIONAL),
        "unit_organiser": ("Unit organiser", _ORGANISER),
        "unit_viewer": ("Unit viewer", _VIEWER),
        PLAIN_ROLE: ("Member", ()),
    }
)


def by_domain() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (what it is about, [(permission, words)]) for a page."""
    return [
        (title, [(code, words) for code, words in PERMISSIONS.items() if code.partition(".")[0] == domain])
        for domain, title in DOMAINS.items()
    ]
