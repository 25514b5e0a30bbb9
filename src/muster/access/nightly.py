"""Long lists that were asked for, forgotten when they tell nothing any more."""

from datetime import datetime, timedelta

from django.db.models import Q

from muster.access.models import Release
from muster.access.services.releases import FETCHED_WITHIN, WAITS

# Files turn up late.
KEPT = timedelta(days=3 * 365)


def forget_releases(now: datetime) -> str:
    """Forget what was never fetched, and after three years what was."""
    old = Q(taken_at=None, asked_at__lt=now - WAITS - FETCHED_WITHIN) | Q(taken_at__lt=now - KEPT)
    count, _ = Release.objects.filter(old).delete()
    return f"{count} forgotten." if count else "Nothing to forget."
