"""The figures of a sheet as rows of words and numbers: one list for page, text, Markdown, CSV and PDF."""

from dataclasses import dataclass

from muster.reports.calc.sheet import BalanceSheet
from muster.reports.report import Report

Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """
    :ivar key: the list behind it (`people_behind`), empty where there is none
    :ivar value: None where it cannot be said, for example members for each organiser without one
    :ivar is_share: 0 to 1, written as percent
    """

    label: str
    value: Number | None
    before: Number | None
    key: str = ""
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
    now = _rows(report.sheet)
    before = {} if report.before is None else {key: value for _, _, key, value, _ in _rows(report.before)}
    made: dict[str, list[Figure]] = {}
    for section, label, identity, value, is_share in now:
        key = identity if identity in BEHIND else ""
        made.setdefault(section, []).append(Figure(label, value, before.get(identity), key, is_share))
    return list(made.items())


# Figures that are counts of people, units or inquiries one can look at.
BEHIND = frozenset(
    {
        "members",
        "joined",
        "left",
        "branches",
        "groups",
        "in_branches",
        "in_groups",
        "at_large",
        "organisers",
        "inquiries",
    }
)
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
        ("Units", "Groups in formation", "groups", units.groups_open, False),
        ("Units", "Cities with several branches", "several", units.cities_with_several_branches, False),
        ("Units", "Members in branches", "in_branches", units.members_in_branches, False),
        ("Units", "Members in groups", "in_groups", units.members_in_groups, False),
        ("Units", "Members at large", "at_large", units.members_at_large, False),
        ("Units", "Members outside branches", "outside", units.share_outside_branches, True),
        ("Organisers", "Trained organisers", "organisers", organisers.total, False),
        ("Organisers", "Members for each organiser", "per_organiser", organisers.members_per_organiser, False),
        ("Organisers", "Branches without an organiser", "without", organisers.branches_without_organiser, False),
        ("Inquiries", "Inquiries a week, last 90 days", "inquiries", sheet.inquiries.per_week_last_90_days, False),
        ("Potential", "Cities with members and no branch", "places", sheet.potential.places, False),
        ("Potential", f"Recruits needed for {low} in each", "needed_low", sheet.potential.recruits_needed[0], False),
        ("Potential", f"Recruits needed for {high} in each", "needed_high", sheet.potential.recruits_needed[1], False),
    ]
