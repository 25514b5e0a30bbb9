"""What each action of the trace means: one table of plain words, for every page that shows entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LOOKED, TAKEN, PEOPLE, CONTACTS, UNITS, IMPORTS, ACCESS, SETTINGS, KEEPING = (
    "looked", "taken", "people", "contacts", "units", "imports", "access", "settings", "keeping",
)  # fmt: skip
# In the order in which a page offers them.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        LOOKED: "Details looked at",
        TAKEN: "Files taken out",
        PEOPLE: "People changed",
        CONTACTS: "Contacts and inquiries",
        UNITS: "Units changed",
        IMPORTS: "Imports",
        ACCESS: "Roles and sign-in",
        SETTINGS: "Settings and views",
        KEEPING: "Backups, alarms, this trace",
    }
)


_SYSTEM = "system:"


@dataclass(frozen=True, slots=True)
class Word:
    """
    :ivar kind: a key of `KINDS`
    :ivar text: what was done, said of whatever it was done to
    :ivar rows: what is counted, singular, '' where the count says nothing
    """

    kind: str
    text: str
    rows: str = ""


_PEOPLE = {
    "person.added": "Added",
    "person.edited": "Changed",
    "person.moved": "Moved",
    "person.left": "Left by their own word",
    "person.let_go": "Noted that somebody left",
    "person.archived": "Archived",
    "person.erased": "Erased for good",
    "private.edited": "Private part changed",
    "people.tagged": "Tags changed",
    "persons.merged": "Merged with another record",
    "persons.parted": "Merge taken back",
    "pair.parted": "Found to be somebody else than another record",
    "pair.reopened": "Offered for comparison again",
    "change.undone": "A change was undone",
    "account.linked": "Account linked",
    "account.unlinked": "Account parted",
    "standing.set": "Standing changed",
    "placement.added": "Placement noted",
    "qualification.added": "Qualification noted",
    "office.added": "Office noted",
} | {
    f"{spell}.{done}": f"{spell.capitalize()} {said}"
    for spell in ("standing", "placement", "qualification", "office")
    for done, said in (("ended", "ended"), ("corrected", "corrected"), ("removed", "taken out"))
}

WORDS: Mapping[str, Word] = MappingProxyType(
    {
        "people.contact.shown": Word(LOOKED, "Phone and e-mail looked at"),
        "people.private.shown": Word(LOOKED, "Private part looked at"),
        "contacts.letter.shown": Word(LOOKED, "A letter looked at as it came"),
        "contacts.inquiry.shown": Word(LOOKED, "Phone and e-mail of an inquiry looked at"),
        "people.list.exported": Word(TAKEN, "A list of people taken out", "person"),
        "people.own_record.exported": Word(TAKEN, "Own record taken out"),
        "reports.list.exported": Word(TAKEN, "The list behind a number taken out", "row"),
        "reports.sheet.exported": Word(TAKEN, "Balance sheet taken out"),
        "reports.contacts.exported": Word(TAKEN, "Figures of contacts taken out", "row"),
        "reports.numbers.exported": Word(TAKEN, "Numbers of a picture taken out", "row"),
        "units.list.exported": Word(TAKEN, "A list of units taken out", "unit"),
        "transfer.folder.exported": Word(TAKEN, "The register taken out as a folder", "person"),
        "transfer.rejected.exported": Word(TAKEN, "Rows an import left out taken out", "row"),
        "audit.list.exported": Word(TAKEN, "Part of this trace taken out", "entry"),
        "audit.trace.exported": Word(TAKEN, "The whole trace taken out", "entry"),
        **{f"people.{action}": Word(PEOPLE, text) for action, text in _PEOPLE.items()},
        "people.people.tagged": Word(PEOPLE, "Tags changed", "person"),
        "contacts.inquiry.assigned": Word(CONTACTS, "An inquiry was given to a unit by hand"),
        "contacts.letter.sent": Word(CONTACTS, "An inquiry was answered by e-mail"),
        "contacts.inquiry.spam": Word(CONTACTS, "An inquiry was called spam"),
        "contacts.inquiry.cleared": Word(CONTACTS, "An inquiry was said to be no spam"),
        "contacts.spam.forgotten": Word(KEEPING, "Old spam was deleted", "inquiry"),
        "contacts.form.changed": Word(SETTINGS, "A public form was changed"),
        "contacts.inquiry.taken_up": Word(CONTACTS, "An inquiry was taken up"),
        "contacts.case.opened": Word(CONTACTS, "Begun to follow up"),
        "contacts.case.moved": Word(CONTACTS, "Moved to another stage"),
        "contacts.case.moved_back": Word(CONTACTS, "A change of stage was undone"),
        "contacts.case.assigned": Word(CONTACTS, "Given to somebody to follow up"),
        "contacts.case.planned": Word(CONTACTS, "Next step set"),
        "contacts.cases.handed_over": Word(CONTACTS, "Contacts handed over to somebody else", "contact"),
        "contacts.cases.joined": Word(CONTACTS, "Contacts who became members are followed up no more", "contact"),
        "contacts.application.made": Word(CONTACTS, "An application was noted"),
        "contacts.application.edited": Word(CONTACTS, "An application was changed"),
        "contacts.application.accepted": Word(CONTACTS, "An application was accepted"),
        "contacts.application.rejected": Word(CONTACTS, "An application was turned down"),
        "contacts.application.withdrawn": Word(CONTACTS, "An application was withdrawn"),
        "contacts.applications.settled": Word(CONTACTS, "Applications were decided otherwise", "application"),
        "contacts.welcome.done": Word(CONTACTS, "A step of a welcome was done"),
        "contacts.welcome.given": Word(CONTACTS, "A step of a welcome was given to somebody"),
        "contacts.conversation.noted": Word(CONTACTS, "A conversation was noted"),
        "contacts.assessment.made": Word(CONTACTS, "Assessed"),
        "contacts.call_list.made": Word(CONTACTS, "A call list was made", "person"),
        "contacts.call_list.closed": Word(CONTACTS, "A call list was closed"),
        "mailings.mailing.asked": Word(CONTACTS, "A letter to many waits for a second person", "person"),
        "mailings.mailing.sent": Word(CONTACTS, "A letter was sent to many", "person"),
        "mailings.mailing.stopped": Word(CONTACTS, "A letter to many was stopped", "person"),
        "mailings.letters.settled": Word(CONTACTS, "Letters that perhaps arrived were decided", "person"),
        "contacts.meeting.noted": Word(CONTACTS, "A meeting of a unit was noted"),
        "contacts.meeting.removed": Word(CONTACTS, "A meeting of a unit was taken away"),
        "contacts.first_dues.noted": Word(CONTACTS, "First dues were noted"),
        "contacts.first_dues.taken_back": Word(CONTACTS, "First dues were taken back"),
        "contacts.stage.added": Word(SETTINGS, "A stage of contacts was added"),
        "contacts.stage.edited": Word(SETTINGS, "A stage of contacts was changed"),
        "contacts.welcome_step.added": Word(SETTINGS, "A step of welcoming members was added"),
        "contacts.welcome_step.retired": Word(SETTINGS, "A step of welcoming members is taken no more"),
        "contacts.scale.added": Word(SETTINGS, "A scale to assess by was added"),
        "contacts.scale.retired": Word(SETTINGS, "A scale to assess by is used no more"),
        "contacts.claims.set": Word(CONTACTS, "Claims were changed, and inquiries sent on by them", "claim"),
        "contacts.claims.undone": Word(CONTACTS, "A change of claims was taken back, and inquiries sent on", "claim"),
        "units.unit.opened": Word(UNITS, "Opened"),
        "units.unit.edited": Word(UNITS, "Changed"),
        "units.unit.moved": Word(UNITS, "Moved"),
        "units.unit.closed": Word(UNITS, "Closed"),
        "units.unit.closing_undone": Word(UNITS, "Closing undone"),
        "units.unit.reopened": Word(UNITS, "Opened again"),
        "units.unit.promoted": Word(UNITS, "Became another kind of unit"),
        "units.unit.promotion_undone": Word(UNITS, "Becoming another kind of unit undone"),
        "units.unit.split": Word(UNITS, "Split, and people went on in a new unit", "person"),
        "units.unit.split_undone": Word(UNITS, "Split undone"),
        "transfer.import.published": Word(IMPORTS, "An import was carried out"),
        "transfer.import.undone": Word(IMPORTS, "An import was undone"),
        "access.account.made": Word(ACCESS, "Account made"),
        "access.password_link.made": Word(ACCESS, "Link to set a new password made"),
        "access.role.granted": Word(ACCESS, "Role given"),
        "access.role.ended": Word(ACCESS, "Role taken away"),
        "access.role.added": Word(ACCESS, "A role was made"),
        "access.role.edited": Word(ACCESS, "What a role may do was changed"),
        "access.role.removed": Word(ACCESS, "A role was removed"),
        "access.office.set": Word(ACCESS, "What an office gives was set"),
        "access.office.removed": Word(ACCESS, "An office gives no role any more"),
        "access.release.asked": Word(TAKEN, "A long list was asked for", "person"),
        "access.release.allowed": Word(TAKEN, "A long list was allowed to leave", "person"),
        "access.release.refused": Word(TAKEN, "A long list was not allowed to leave", "person"),
        "access.release.taken": Word(TAKEN, "The leave to take a long list was used", "person"),
        "access.sign_ins.ended": Word(ACCESS, "Signed out everywhere", "browser"),
        "access.second_factor.reset": Word(ACCESS, "Lost second factor removed"),
        "accounts.name.changed": Word(ACCESS, "Own name changed"),
        "accounts.password.changed": Word(ACCESS, "Own password changed"),
        "accounts.recovery_codes.renewed": Word(ACCESS, "Own recovery codes renewed"),
        "accounts.second_factor.added": Word(ACCESS, "Own second factor added"),
        "accounts.second_factor.removed": Word(ACCESS, "Own second factor removed"),
        "organisation.founded": Word(SETTINGS, "Organisation founded"),
        "organisation.settings.edited": Word(SETTINGS, "Settings changed"),
        "organisation.places.set": Word(
            SETTINGS, "Places of other countries were changed, and inquiries sent on", "country"
        ),
        "organisation.places.undone": Word(
            SETTINGS, "A change of places was taken back, and inquiries sent on", "country"
        ),
        "organisation.kind.added": Word(SETTINGS, "A kind of unit was added"),
        "organisation.kind.edited": Word(SETTINGS, "A kind of unit was changed"),
        "people.own_field.added": Word(SETTINGS, "An own field was added"),
        "people.own_field.renamed": Word(SETTINGS, "An own field was renamed"),
        "people.own_field.removed": Word(SETTINGS, "An own field was removed"),
        "web.view.saved": Word(SETTINGS, "A view was kept"),
        "web.view.changed": Word(SETTINGS, "A view was changed"),
        "web.view.removed": Word(SETTINGS, "A view was removed"),
        "web.view.restored": Word(SETTINGS, "A view was brought back"),
        "backup.file.made": Word(KEEPING, "A backup was made"),
        "backup.file.failed": Word(KEEPING, "A backup failed"),
        "backup.drill.passed": Word(KEEPING, "A backup was tried out and works"),
        "backup.drill.failed": Word(KEEPING, "A backup was tried out and does not work"),
        "audit.alarm.raised": Word(KEEPING, "Alarm on unusual reading"),
        "audit.alarm.acknowledged": Word(KEEPING, "Alarm acknowledged"),
        "audit.key.changed": Word(KEEPING, "A new key seals this trace"),
        "people.private_key.changed": Word(KEEPING, "A new key seals the private part of everybody", "person"),
    }
)


def text_of(action: str) -> str:
    """Return what an action means; one from another version of Muster, which the table does not know, as it is written."""
    return WORDS[action].text if action in WORDS else action


def actions_of(kind: str) -> list[str]:
    """Return the actions of a kind, none for a kind that does not exist."""
    return [action for action, word in WORDS.items() if word.kind == kind]


def called(label: str) -> str:
    """Return who it was: a name, `Muster itself (backup)`, or `somebody at the command line`."""
    if not label.startswith(_SYSTEM):
        return label
    work = label.removeprefix(_SYSTEM)
    return "somebody at the command line" if work == "command" else f"Muster itself ({work})"
