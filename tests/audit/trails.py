"""A trace with entries of several days, signed heads, and what lies outside the database."""

from datetime import UTC, datetime, timedelta

from muster.audit import services

FIRST = datetime(2026, 10, 1, 9, tzinfo=UTC)
DAYS, PER_DAY = 5, 6
ENTRIES = DAYS * PER_DAY


def record(number: int, *, at: datetime) -> int:
    return services.record(
        user_id=number % 3 or None,
        actor_label=f"user {number % 3}",
        action=("people.person.edited", "people.contact.shown")[number % 2],
        now=at,
        unit_id=number % 4,
        count=1 + number % 2,
        changed={"given_name": ["Rosa", f"Rosa {number}"]},
    )


def make_trail(capture) -> None:
    """`ENTRIES` entries on `DAYS` days, a head for each day but the last; `capture` runs what waits for the commit."""
    for day in range(DAYS):
        start = FIRST + timedelta(days=day)
        with capture(execute=True):
            services.make_head(now=start)
        for number in range(PER_DAY):
            with capture(execute=True):
                record(day * PER_DAY + number, at=start + timedelta(minutes=number))
