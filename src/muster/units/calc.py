"""The organisation's choices with their defaults and ranges."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """
    :ivar nouns: noun → (singular, plural) where they differ from `core.terms.DEFAULTS`
    :ivar country: ISO 3166-1 alpha-2, taken where a row names none; also how phone numbers are read
    :ivar milestone_step: members between two milestones, 1 to 1,000,000
    :ivar small_branch: members a new branch needs at least (first figure of the potential), 1 to 100
    :ivar working_branch: members a branch works well with (second figure), `small_branch` to 1,000
    :ivar coverage_km: radius that counts as within reach, 1 to 500
    """

    nouns: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    country: str = "US"
    milestone_step: int = 100
    small_branch: int = 5
    working_branch: int = 7
    coverage_km: int = 50

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "OrganisationSettings":
        """Take the known keys; what is missing keeps its default."""
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in stored.items() if key in known})
