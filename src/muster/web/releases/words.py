"""How a list that was asked for stands, in words."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from muster.access.exits import RELEASE
from muster.access.models import Release
from muster.access.services.releases import FETCHED_WITHIN


@dataclass(frozen=True, slots=True)
class Asked:
    """`url` fetches the file, '' where it can not be fetched."""

    release: Release
    state: str
    url: str = ""


def asked(release: Release, *, now: datetime) -> Asked:
    """Return how it stands now."""
    if release.taken_at is not None:
        return Asked(release, "Fetched")
    if release.refused_at is not None:
        return Asked(release, f"{release.decided_by.trace_label if release.decided_by else 'Somebody'} refused")
    if release.allowed_at is None:
        return Asked(release, "Waits for somebody else to agree")
    if release.allowed_at < now - FETCHED_WITHIN:
        return Asked(release, "Not fetched within a day")
    sign = "&" if "?" in release.address else "?"
    return Asked(release, "Ready", f"{release.address}{sign}{urlencode({RELEASE: release.ref})}")
