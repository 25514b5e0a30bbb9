"""The figures of a sheet as rows of words and numbers: one list for page, text, Markdown, CSV and PDF."""

from dataclasses import dataclass

from muster.reports.calc.sheet import BalanceSheet, Contacts
from muster.reports.report import Report

Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """
    :ivar key, before_key: the lists behind the two values (`behind.lists`), on the day of each
    :ivar value: None where it cannot be said, for example members for each organiser without one
    :ivar is_share: 0 to 1, written as percent
    """

    label: str
    value: Number | None
    before: Number | None
    key: str
    before_key: str
    is_share: bool = False

    @property
    def change(self) -> Number | None:
        """Return the difference to the earlier day, None where there is none."""
        if self.value is None or self.before is None:
            return None
        return round(self.value - self.before, 4)

    def written(self, value: Number | None) -> str:
        """Return a value of this figure in words: `12,000`, `3.50`, `12.5 %` or `–`."""
        if value is None:
            return "–"
        if self.is_share:
            return f"{value * 100:.1f} %"
        return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def strip(report: Report) -> list[Figure]:
    """Return the six figures at the head of the page."""
    by_label = {figure.label: figure for _, figures in sections(report) for figure in figures}
    return [
        by_label[label]
        for label in (
            "Members",
            "Open branches",
            "Groups in formation",
            "Trained organisers",
            "Recruits a month this year",
            "Inquiries a week, last 90 days",
        )
    ]


def sections(report: Report) -> list[tuple[str, list[Figure]]]:
    """Return every single figure under its heading, in the order of the document."""
    before = (
        {} if report.before is None else {row[2]: (row[3], _key(row[2], report.before)) for row in _rows(report.before)}
    )
    made: dict[str, list[Figure]] = {}
    for section, label, identity, value, is_share in _rows(report.sheet):
        then, then_key = before.get(identity, (None, ""))
        figure = Figure(label, value, then, _key(identity, report.sheet), then_key, is_share)
        made.setdefault(section, []).append(figure)
    return list(made.items())


# No list: the page of contacts' figures.
CONTACTS = "contacts"
# Figure → the list behind it, where its name is another: a share leads to those it is a share of.
_BEHIND = {
    "turnover": "left",
    "reach": "cities",
    "branch_reach": "branches",
    "outside": "outside_branches",
    "per_organiser": "organisers",
    "needed_low": "without_branch",
    "needed_high": "without_branch",
    "followed_up": CONTACTS,
    "contacts_begun": CONTACTS,
    "contacts_joined": CONTACTS,
    "answered": CONTACTS,
    "stronghold_members": "strongholds",
}


def _key(identity: str, sheet: BalanceSheet) -> str:
    if identity == "recruits":
        return f"joined:{sheet.as_of.year:04}"
    return _BEHIND.get(identity, identity)


_Row = tuple[str, str, str, Number | None, bool]


def _rows(sheet: BalanceSheet) -> list[_Row]:
    members, places, units, organisers = sheet.members, sheet.places, sheet.units, sheet.organisers
    low, high = sheet.potential.branch_sizes
    recruits = list(sheet.recruitment.joined_per_month_by_year.values())
    return [
        ("Members", "Members", "members", members.total, False),
        ("Members", "Joined in twelve months", "joined", members.joined_12_months, False),
        ("Members", "Left in twelve months", "left", members.left_12_months, False),
        ("Members", "Turnover in twelve months", "turnover", members.turnover_12_months, True),
        ("Members", "Recruits a month this year", "recruits", recruits[-1] if recruits else 0.0, False),
        ("Places", "Cities with members", "cities", places.cities_with_members, False),
        ("Places", "Cities that hold half of the members", "strongholds", len(places.strongholds.cities), False),
        ("Places", "Members in those cities", "stronghold_members", places.strongholds.members, False),
        (
            "Places",
            f"People within {places.coverage.radius_km} km of a city with members",
            "reach",
            places.coverage.members,
            True,
        ),
        (
            "Places",
            f"People within {places.coverage.radius_km} km of a branch",
            "branch_reach",
            places.coverage.branches,
            True,
        ),
        ("Units", "Open branches", "branches", units.branches_open, False),
        *(
            ("Units", f"Branches of {name.replace('-', ' to ').replace('+', ' or more')}", f"size:{name}", count, False)
            for name, count in units.size_classes.items()
        ),
        ("Units", "Groups in formation", "groups", units.groups_open, False),
        ("Units", "Cities with several branches", "several_branches", units.cities_with_several_branches, False),
        ("Units", "Members in branches", "in_branches", units.members_in_branches, False),
        ("Units", "Members in groups", "in_groups", units.members_in_groups, False),
        ("Units", "Members at large", "at_large", units.members_at_large, False),
        ("Units", "Members outside branches", "outside", units.share_outside_branches, True),
        ("Organisers", "Trained organisers", "organisers", organisers.total, False),
        ("Organisers", "Members for each organiser", "per_organiser", organisers.members_per_organiser, False),
        (
            "Organisers",
            "Branches without an organiser",
            "branches_without_organiser",
            organisers.branches_without_organiser,
            False,
        ),
        ("Inquiries", "Inquiries a week, last 90 days", "inquiries", sheet.inquiries.per_week_last_90_days, False),
        *_contacts(sheet.contacts),
        ("Potential", "Cities with members and no branch", "without_branch", sheet.potential.places, False),
        ("Potential", f"Recruits needed for {low} in each", "needed_low", sheet.potential.recruits_needed[0], False),
        ("Potential", f"Recruits needed for {high} in each", "needed_high", sheet.potential.recruits_needed[1], False),
    ]


def _contacts(contacts: Contacts | None) -> list[_Row]:
    if contacts is None:
        return []
    return [
        ("Contacts", "Followed up", "followed_up", contacts.followed_up, False),
        ("Contacts", "Begun in twelve months", "contacts_begun", contacts.began_12_months, False),
        ("Contacts", "Joined of those", "contacts_joined", contacts.joined_of_those, False),
        ("Contacts", "Hours until half are answered, last 90 days", "answered", contacts.median_hours, False),
    ]
