"""The balance sheet: one frozen tree that page, text, Markdown, CSV, JSON and PDF are all made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from muster.core.places import Point


@dataclass(frozen=True, slots=True)
class UnitName:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Members:
    """
    :ivar by_month: "2024-09" → members on its last day, without gaps; the last month on the day of the sheet
    :ivar joined_by_month, left_by_month: only months in which somebody did
    :ivar milestones: count → first day it was reached
    :ivar turnover_12_months: share, 4 places
    :ivar most, most_on: the highest count so far and the first day it was reached (None: never anybody)
    """

    total: int
    by_month: Mapping[str, int]
    joined_by_month: Mapping[str, int]
    left_by_month: Mapping[str, int]
    milestones: Mapping[int, date]
    turnover_12_months: float
    joined_12_months: int
    left_12_months: int
    most: int
    most_on: date | None


@dataclass(frozen=True, slots=True)
class City:
    """A city with members; `point` is None where the gazetteer does not know it and no unit there has coordinates."""

    city: str
    region: str
    country: str
    members: int
    branches: int
    point: Point | None


@dataclass(frozen=True, slots=True)
class Strongholds:
    cities: tuple[City, ...]
    members: int
    share: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares, 4 places, of the people of `country` (that with most members; "" where none is known)."""

    country: str
    radius_km: int
    members: float
    branches: float


@dataclass(frozen=True, slots=True)
class Places:
    """`cities` are sorted by members, most first, then city, region, country; `elsewhere` counts members of no known city."""

    cities_with_members: int
    cities: tuple[City, ...]
    strongholds: Strongholds
    coverage: Coverage
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Branch:
    id: str
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """`branches` are the open ones, largest first, then by name; `size_classes` leave out those without members."""

    branches_open: int
    groups_open: int
    cities_with_several_branches: int
    branches: tuple[Branch, ...]
    size_classes: Mapping[str, int]
    members_in_branches: int
    members_in_groups: int
    members_at_large: int
    share_outside_branches: float


@dataclass(frozen=True, slots=True)
class Recruitment:
    """Year → mean of joined per month, 2 places, without gaps; this year by the months begun."""

    joined_per_month_by_year: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Inquiries:
    by_month: Mapping[str, int]
    per_week_last_90_days: float
    per_week_90_days_before: float


@dataclass(frozen=True, slots=True)
class Organisers:
    """`members_per_organiser`: 2 places, None without an organiser; by year: on its last day, this year on `as_of`."""

    total: int
    members_per_organiser: float | None
    branches_without_organiser: int
    members_per_organiser_by_year: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Potential:
    """`recruits_needed`: for each of `branch_sizes`, to give each of `places` cities a branch of that size."""

    places: int
    branch_sizes: tuple[int, int]
    recruits_needed: tuple[int, int]


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """`state`: reached, ahead, on line, behind, missed, or not begun; `key` names the list behind it."""

    unit: str
    unit_name: str
    measure: str
    start_on: date
    due_on: date
    start_value: float
    now: int
    target: float
    reached_on: date | None
    state: str
    key: int


@dataclass(frozen=True, slots=True)
class Contacts:
    """
    :ivar followed_up: on that day
    :ivar began_12_months, joined_of_those: those begun in the twelve months to the day, and who of them joined by then
    :ivar median_hours: within which half of the inquiries of the last 90 days were answered, None where fewer are
    """

    followed_up: int
    began_12_months: int
    joined_of_those: int
    median_hours: float | None


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """`contacts`: None for whoever may not see contacts everywhere in the unit."""

    unit: UnitName
    is_whole: bool
    as_of: date
    step: int
    members: Members
    places: Places
    units: UnitFigures
    recruitment: Recruitment
    inquiries: Inquiries
    organisers: Organisers
    potential: Potential
    goals: tuple[GoalProgress, ...]
    contacts: Contacts | None = None
