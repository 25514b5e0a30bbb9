"""i: inquiries and people at large find their units; a list of claims is previewed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from math import cos, pi, sin
from typing import TYPE_CHECKING

from benchmarks.ground import UNTIL, Ground
from benchmarks.pairs import call
from benchmarks.table import Row, in_words

if TYPE_CHECKING:
    # They need Django, which an installation brings.
    from muster.access.actor import Actor
    from muster.contacts.calc.claims import ClaimRow

PEOPLE, INQUIRIES, CLAIMS, CHANGED, AREAS = 11_540, 2_000, 24_000, 2_400, 50
NOW = datetime(UNTIL.year, UNTIL.month, UNTIL.day, 12, tzinfo=UTC)


def measure(ground: Ground) -> list[Row]:
    """Send everybody and everything at once, of an organisation of a given size, whatever size was asked for."""
    with replace(ground, size=PEOPLE).smaller(PEOPLE) as few:
        few.use(few.copy("routing"))
        return _measure()


def _measure() -> list[Row]:
    from muster.access.actor import system_actor
    from muster.contacts.services import claims

    actor = system_actor("benchmark", on=UNTIL)
    branches, rows = _prepare()
    claims.set_claims(actor=actor, rows=rows, now=NOW)
    routed = call(lambda: _route(actor), check=lambda result: result == (PEOPLE, INQUIRIES))()
    others = _other_units(rows, branches)
    preview = call(lambda: claims.preview_claims(actor=actor, rows=others))()
    whole = call(lambda: claims.preview_claims(actor=actor, rows=[*others, *rows[CHANGED:]], replace=True))()
    areas = call(lambda: claims.preview_claims(actor=actor, rows=_areas(others[0].unit)))()
    name = f"{PEOPLE:,} people at large, {INQUIRIES:,} inquiries, {CLAIMS:,} claims"
    return [
        Row("i", f"{name}: all sent", "–", in_words(routed), "≤ 10 s", routed.seconds <= 10),
        Row("i", f"preview of {CHANGED:,} claims that change", "–", in_words(preview), "≤ 2 s", preview.seconds <= 2),
        Row("i", f"preview of {AREAS} areas on a map", "–", in_words(areas), "≤ 2 s", areas.seconds <= 2),
        Row("i", f"preview of all {CLAIMS:,} as a whole list", "–", in_words(whole), "≤ 2 s", whole.seconds <= 2),
    ]


def _route(actor: Actor) -> tuple[int, int]:
    """Let every inquiry wait, and send it; decide for everybody at large; return how many of each have a reason."""
    from muster.contacts.models import Inquiry
    from muster.contacts.queries import routing as queries
    from muster.contacts.services import routing
    from muster.units.places import ground

    inquiries = Inquiry.objects.unscoped("a benchmark")
    inquiries.update(unit=None, routed_by="", routed_because="", routed_at=None)
    routing.route_inquiries(actor=actor, now=NOW)
    on = ground()
    decided = queries.decisions(actor, queries.routes_now(actor, on=on), queries.homes(actor, on=on), on)
    reasons = sum(bool(decision.because) for decision in decided.values())
    return reasons, inquiries.exclude(routed_because="").count()


def _prepare() -> tuple[list[str], list[ClaimRow]]:
    """Give everybody a post code somewhere and no unit, make the inquiries, and return the branches and rows that claim codes."""
    from muster.contacts.calc.claims import ClaimRow
    from muster.contacts.models import Inquiry
    from muster.core import places
    from muster.people.models import Person, Placement, Standing
    from muster.units import queries as units

    draw = random.Random(1)
    codes = [code for code in map("{:05}".format, range(100_000)) if places.BUNDLED.by_postcode(code, "US")]
    draw.shuffle(codes)
    everyone = list(Person.objects.unscoped("a benchmark").order_by("pk"))
    for person in everyone:
        person.postcode, person.city, person.region, person.country = draw.choice(codes), "", "", "US"
    Person.objects.bulk_update(everyone, ["postcode", "city", "region", "country"], batch_size=500)
    Placement.objects.unscoped("a benchmark").delete()
    Standing.objects.unscoped("a benchmark").delete()
    Standing.objects.bulk_create(
        Standing(person=person, standing="contact", from_on=UNTIL.replace(year=2000)) for person in everyone
    )
    Inquiry.objects.unscoped("a benchmark").delete()
    Inquiry.objects.bulk_create(
        Inquiry(received_at=NOW, channel="website", name=f"N {number}", postcode=draw.choice(codes), country="US")
        for number in range(INQUIRIES)
    )
    refs = list(units.units().filter(kind__code="branch", closed_on=None).values_list("ref", flat=True))
    rows = [ClaimRow(n, draw.choice(refs), "postcode", code) for n, code in enumerate(codes[:CLAIMS], 2)]
    return refs, rows


def _other_units(rows: list[ClaimRow], refs: list[str]) -> list[ClaimRow]:
    """Give the first claims to another branch each."""
    following = dict(zip(refs, [*refs[1:], refs[0]], strict=True))
    return [replace(row, unit=following[row.unit]) for row in rows[:CHANGED]]


def _areas(unit: str) -> list[ClaimRow]:
    """Draw areas side by side over the country, of a thousand points each."""
    from muster.contacts.calc.claims import ClaimRow

    found = []
    for number in range(AREAS):
        west = -125 + number * 60 / AREAS
        middle, corners = west + 30 / AREAS, [step * 2 * pi / 1_000 for step in range(1_000)]
        ring = [[round(middle + cos(turn) * 30 / AREAS, 6), round(37 + sin(turn) * 12, 6)] for turn in corners]
        found.append(ClaimRow(number + 1, unit, "area", f"Area {number}", shape=[[[*ring, ring[0]]]]))
    return found
