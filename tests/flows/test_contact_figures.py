"""How contacts become members, as a picture and tables, on a phone and a laptop, empty and full."""

from datetime import timedelta

import pytest
from django.utils import timezone

from muster.contacts.models import Conversation, Stage, StageChange
from tests.builders import make_case, make_inquiry, make_person, make_unit, make_user

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
WAY = ("Inquiry", "Contacted", "Meeting held", "Attending", "Asked to join", "Applicant", "Member")
SOURCES = ("Stall at the university on the first day of term", "Website", "", "A friend")


def many_contacts(north, alice):
    """A year of them, from several sources and units, each coming as far as its number says."""
    units = [make_unit(f"Branch of the long valley {number}", parent=north) for number in range(3)]
    stages = {stage.name: stage for stage in Stage.objects.all()}
    owners = [alice, make_user("anna", unit_organiser=north), None]
    for number in range(70):
        person = make_person(f"Nora{number} Berg", unit=units[number % 3], source=SOURCES[number % 4])
        at = timezone.now() - timedelta(days=5 * number)
        far = number % len(WAY)
        case = make_case(
            person,
            WAY[far],
            opened_at=at,
            owner=owners[number % 3],
            closed_at=at if WAY[far] == "Member" else None,
            next_on=timezone.localdate() + timedelta(days=number % 9 - 4),
        )
        for step in range(far + 1):
            StageChange.objects.create(
                person=person, case=case, stage=stages[WAY[step]], changed_at=at + timedelta(days=step)
            )
        make_inquiry(person=person, unit=units[number % 3], received_at=at, case=case if number % 5 else None)
        if number % 5:
            Conversation.objects.create(
                person=person, kind="call", result="reached", held_at=at + timedelta(hours=3 * number), held_by=alice
            )


def test_the_figures_look_right_empty_and_full(looks_right, alice, north):
    looks_right(alice, "/contacts/figures/", "contact-figures-empty")
    many_contacts(north, alice)
    looks_right(alice, "/contacts/figures/", "contact-figures-full")
    looks_right(alice, "/balance-sheet/", "balance-sheet-contacts")
