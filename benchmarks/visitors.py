"""Who looks at pages: somebody signed in for one branch, and somebody signed in for all of it."""

import json
import sys
from dataclasses import asdict, dataclass

from benchmarks.ground import UNTIL, Ground
from benchmarks.pairs import process


@dataclass(frozen=True)
class Visitor:
    """
    :ivar cookie: what the browser sends
    :ivar unit_id: the unit the role is held in
    :ivar person_id: one of the members there
    :ivar people: (name, key of the name, e-mail, phone) of people one may find
    """

    cookie: str
    unit_id: int
    person_id: int
    people: list[tuple[str, str, str, str]]


def sign_in(ground: Ground, environment: dict[str, str]) -> dict[str, Visitor]:
    """Make an account for the largest branch and one for the whole, sign both in, and say whom they may look for."""
    report = ground.work / f"visitors-{ground.database}.json"
    process([sys.executable, "-m", "benchmarks.visitors", str(report)], environment=environment)()
    return {name: Visitor(**found) for name, found in json.loads(report.read_text()).items()}


def _main(report: str) -> None:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.config.settings")
    import django

    django.setup()
    from django.db.models import Count, Q

    from muster.people.models import Placement
    from muster.units.queries import load_tree

    current = Q(to_on=None) | Q(to_on__gt=UNTIL)
    placed = Placement.objects.unscoped("benchmark").filter(current, is_primary=True, unit__kind__code="branch")
    largest = placed.values("unit_id").annotate(people=Count("pk")).order_by("-people", "unit_id")[0]["unit_id"]
    root = load_tree().root_id
    assert root is not None
    found = {
        "branch": _visitor("organiser@example.org", "unit_organiser", largest, largest),
        "national": _visitor("national@example.org", "national_officer", root, None),
    }
    with open(report, "w", encoding="utf-8") as file:
        json.dump({name: asdict(visitor) for name, visitor in found.items()}, file)


def _visitor(email: str, role: str, unit_id: int, of_unit: int | None) -> Visitor:
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.access.services import grants
    from muster.accounts.models import User
    from muster.accounts.sessions import SECOND_FACTOR
    from muster.people.models import Person, Placement

    now = timezone.now()
    actor = system_actor("benchmark", on=now.date())
    if not User.objects.filter(email=email).exists():
        grants.invite(
            actor=actor,
            email=email,
            name="Visitor",
            role_code=role,
            unit_id=unit_id,
            from_on=now.date(),
            now=now,
            site="",
        )
    client = Client()
    client.force_login(User.objects.get(email=email))
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()
    placed = Placement.objects.unscoped("benchmark").on(now.date())
    if of_unit is not None:
        placed = placed.filter(unit_id=of_unit)
    step = max(1, placed.count() // 300)
    ids = list(placed.order_by("pk").values_list("person_id", flat=True)[::step])
    people = list(Person.objects.unscoped("benchmark").filter(pk__in=ids).order_by("pk"))
    return Visitor(
        cookie=f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}",
        unit_id=unit_id,
        person_id=people[0].pk,
        people=[(str(person), person.name_key, person.email_key, person.phone_e164) for person in people],
    )


if __name__ == "__main__":
    _main(sys.argv[1])
