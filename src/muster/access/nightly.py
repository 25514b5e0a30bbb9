"""Long lists that were asked for, and counts of strangers, forgotten when they tell nothing any more."""

from datetime import datetime, timedelta

from django.db.models import Q

from muster.access.models import Release, StrangerUse
from muster.access.services.releases import FETCHED_WITHIN, WAITS

# Files turn up late.
KEPT = timedelta(days=3 * 365)
STRANGERS_KEPT = timedelta(days=1)


def forget_releases(now: datetime) -> str:
    """Forget what was never fetched, and after three years what was."""
    old = Q(taken_at=None, asked_at__lt=now - WAITS - FETCHED_WITHIN) | Q(taken_at__lt=now - KEPT)
    count, _ = Release.objects.filter(old).delete()
    return f"{count} forgotten." if count else "Nothing to forget."


def forget_strangers(now: datetime) -> str:
    """Forget how often somebody wrote who is not signed in."""
    count, _ = StrangerUse.objects.filter(began__lt=int((now - STRANGERS_KEPT).timestamp())).delete()
    return f"{count} counts forgotten." if count else "Nothing to forget."
