"""What the tests of applications, welcomes and leaving share: short ways to act, and to see what came of it."""

from datetime import timedelta

from muster.access.models import Role
from muster.contacts.calc.dues import Dues
from muster.contacts.models import Application, Case, Stage, WelcomeStep
from muster.contacts.services.admission import apply
from muster.contacts.services.deciding import accept, turn_down
from muster.people.models import Placement, Standing
from tests.builders import NOON, TODAY

BEFORE = TODAY - timedelta(days=30)


def all_of(model):
    return model.objects.unscoped("a test")


def standings_of(person):
    """What somebody was, from when to when, in order."""
    rows = all_of(Standing).filter(person=person).order_by("from_on", "pk")
    return [(row.standing, row.from_on, row.to_on) for row in rows]


def home_of(person):
    found = all_of(Placement).filter(person=person, to_on=None, is_primary=True)
    return [str(place.unit) for place in found.select_related("unit")]


def application_of(person):
    return all_of(Application).get(person=person)


def case_of(person):
    return all_of(Case).select_related("stage").get(person=person)


def steps(*days):
    """The steps of a new organisation that are due within so many days."""
    return list(WelcomeStep.objects.filter(after_days__in=days).values_list("pk", flat=True))


def asks(actor, person, **more):
    return apply(**{"actor": actor, "person_id": person.pk, "applied_on": TODAY, "now": NOON} | more)


def takes(actor, person, **more):
    given = {"unit_id": None, "dues": Dues(), "step_ids": steps(3, 14), "now": NOON}
    return accept(**{"actor": actor, "person_id": person.pk} | given | more)


def ends(actor, person, *, stage="Attending", **more):
    given = {"withdrawn": False, "reason": "", "stage_id": Stage.objects.get(name=stage).pk, "now": NOON}
    return turn_down(**{"actor": actor, "person_id": person.pk} | given | more)


def make_role(code, *more):
    base = ["units.view", "people.view", "contacts.view", *more]
    Role.objects.create(code=code, name=code, permissions=base)
