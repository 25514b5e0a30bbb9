"""The nouns of the organisation: one place that says what things are called, and may be told to call them otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DEFAULTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "organisation": ("organisation", "organisations"),
        "region": ("region", "regions"),
        "branch": ("branch", "branches"),
        "group": ("group in formation", "groups in formation"),
        "committee": ("committee", "committees"),
        "unit": ("unit", "units"),
        "person": ("person", "people"),
        "member": ("member", "members"),
        "applicant": ("applicant", "applicants"),
        "contact": ("contact", "contacts"),
        "organiser": ("organiser", "organisers"),
        "member_at_large": ("member at large", "members at large"),
        "inquiry": ("inquiry", "inquiries"),
        "goal": ("goal", "goals"),
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """
    Singular and plural of every noun, lower case.

    :param renamed: noun → (singular, plural) where the organisation uses words of its own
    """

    renamed: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    def one(self, noun: str) -> str:
        """Return the singular; :raises KeyError: no such noun."""
        return self._pair(noun)[0]

    def many(self, noun: str) -> str:
        """Return the plural; :raises KeyError: no such noun."""
        return self._pair(noun)[1]

    def count(self, number: int, noun: str) -> str:
        """Return for example `1 branch` or `12 branches`."""
        return f"{number:,} {self.one(noun) if number == 1 else self.many(noun)}"

    def _pair(self, noun: str) -> tuple[str, str]:
        return self.renamed.get(noun) or DEFAULTS[noun]
