"""What a unit says of itself, and the organisation's choices with their defaults and ranges."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

REQUIRED, OFFERED = "required", "offered"


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """
    :ivar nouns: noun → (singular, plural) where they differ from `core.terms.DEFAULTS`
    :ivar country: ISO 3166-1 alpha-2, taken where a row names none; also how phone numbers are read
    :ivar currency: ISO 4217, three letters; of all amounts of money
    :ivar milestone_step: members between two milestones, 1 to 1,000,000
    :ivar small_branch: members a new branch needs at least (first figure of the potential), 1 to 100
    :ivar working_branch: members a branch works well with (second figure), `small_branch` to 1,000
    :ivar branch_organisers, branch_dues, branch_meetings: what a group needs besides `small_branch` members to become a branch:
        organisers, members who have paid dues, meetings in 90 days; 0 to 100, 0: that is not asked for
    :ivar coverage_km: radius that counts as within reach, 1 to 500
    :ivar routing_km: how far the nearest branch or group may be that an inquiry is sent to, 1 to 500
    :ivar second_factor: "required" of everybody with a role beyond member, or "offered" to all
    :ivar idle_minutes: how long whoever has such a role stays signed in without doing anything, 5 to 480
    :ivar session_hours: how long at all, 1 to 24
    """

    nouns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    country: str = "US"
    currency: str = "USD"
    milestone_step: int = 100
    small_branch: int = 5
    working_branch: int = 7
    branch_organisers: int = 1
    branch_dues: int = 3
    branch_meetings: int = 3
    coverage_km: int = 50
    routing_km: int = 50
    second_factor: str = REQUIRED
    idle_minutes: int = 60
    session_hours: int = 12

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "OrganisationSettings":
        """Take the known keys; what is missing keeps its default."""
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in stored.items() if key in known})

    def first_problem(self) -> tuple[str, str] | None:
        """Return the field that is out of its range and what to say about it, or None."""
        ranges = {
            "milestone_step": (1, 1_000_000),
            "small_branch": (1, 100),
            "working_branch": (self.small_branch, 1_000),
            "branch_organisers": (0, 100),
            "branch_dues": (0, 100),
            "branch_meetings": (0, 100),
            "coverage_km": (1, 500),
            "routing_km": (1, 500),
            "idle_minutes": (5, 480),
            "session_hours": (1, 24),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                return name, f"Give a number from {low:,} to {high:,}."
        if not is_country(self.country):
            return "country", "Give the two letters of a country, for example US or SE."
        if not re.fullmatch("[A-Z]{3}", self.currency):
            return "currency", "Give the three letters of a currency, for example USD or SEK."
        if self.second_factor not in (REQUIRED, OFFERED):
            return "second_factor", "Choose one of the two."
        return None


def is_country(code: str) -> bool:
    """Say whether this has the shape of an ISO 3166-1 alpha-2 code."""
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


@dataclass(frozen=True, slots=True)
class UnitDetails:
    """
    What a unit says of itself; its place in the tree and its closing are acts of their own.

    :ivar opened_on: first day, None where nobody knows
    :ivar country: ISO 3166-1 alpha-2 or empty
    :ivar latitude: degrees north, -90 to 90; with `longitude` (degrees east, -180 to 180) or not at all
    """

    name: str
    kind_id: int
    opened_on: date | None = None
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def first_problem(self) -> tuple[str, str] | None:
        """Return the field that breaks a rule and what to say about it, or None."""
        if not self.name.strip():
            return "name", "Give the unit a name."
        if self.country and not is_country(self.country):
            return "country", "Give the two letters of a country, for example US or SE."
        if (self.latitude is None) != (self.longitude is None):
            return "latitude", "Give both latitude and longitude, or neither."
        if self.latitude is not None and not -90 <= self.latitude <= 90:
            return "latitude", "A latitude lies between -90 and 90."
        if self.longitude is not None and not -180 <= self.longitude <= 180:
            return "longitude", "A longitude lies between -180 and 180."
        return None
