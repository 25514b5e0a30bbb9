from datetime import date

import pytest
from django.db import IntegrityError, transaction

from muster.people.models import Person, Placement, Standing
from tests.builders import make_office, make_person, make_placement, make_qualification, make_standing, make_unit

pytestmark = pytest.mark.db
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))


def make_spell(kind, person, unit, other_unit, from_on, to_on):
    match kind:
        case "standing":
            return make_standing(person, from_on=from_on, to_on=to_on)
        case "placement":
            return make_placement(person, unit, from_on=from_on, to_on=to_on)
        case "primary":
            used = Placement.objects.unscoped("test").filter(person=person).exists()
            return make_placement(person, other_unit if used else unit, from_on=from_on, to_on=to_on, is_primary=True)
        case "qualification":
            return make_qualification(person, from_on=from_on, to_on=to_on)
    return make_office(person, unit, from_on=from_on, to_on=to_on)


@pytest.mark.parametrize("kind", ["standing", "placement", "primary", "qualification", "office"])
@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        ((JAN, MAR), (MAR, APR), True),
        ((JAN, None), (MAR, APR), False),
        ((JAN, MAR), (FEB, None), False),
        ((FEB, MAR), (JAN, APR), False),
        ((MAR, None), (JAN, MAR), True),
    ],
)
def test_spells_that_may_not_share_a_day(kind, first, second, fits, north, south):
    person = make_person()
    make_spell(kind, person, north, south, *first)
    if fits:
        assert make_spell(kind, person, north, south, *second).pk
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        make_spell(kind, person, north, south, *second)


def test_a_spell_cannot_be_stretched_over_another(north):
    person = make_person()
    first = make_standing(person, from_on=JAN, to_on=FEB)
    make_standing(person, from_on=FEB)
    with pytest.raises(IntegrityError), transaction.atomic():
        Standing.objects.unscoped("test").filter(pk=first.pk).update(to_on=MAR)
    assert Standing.objects.unscoped("test").filter(pk=first.pk).update(to_on=FEB) == 1


@pytest.mark.parametrize(("from_on", "to_on"), [(FEB, JAN), (FEB, FEB)])
def test_a_spell_ends_after_it_begins(from_on, to_on, db):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_standing(make_person(), from_on=from_on, to_on=to_on)


def test_there_is_one_root(organisation):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_unit("Another", kind="organisation")


def test_people_are_seen_where_they_are_placed_now(organisation, north, south, alice, charlie, dora, actor_of):
    branch = make_unit("North 1", parent=north)
    here = make_person("Ada Here", unit=branch)
    both = make_person("Ben Both", unit=south)
    make_placement(both, branch)
    moved = make_person("Cid Moved")
    make_placement(moved, branch, to_on=date(2026, 10, 1))
    make_placement(moved, south, from_on=date(2026, 10, 1))
    nowhere = make_person("Dan Nowhere")

    def seen(user):
        return set(Person.objects.visible_to(actor_of(user)))

    assert seen(alice) == {here, both}
    assert seen(charlie) == {both, moved}
    assert seen(dora) == {here, both, moved, nowhere}
