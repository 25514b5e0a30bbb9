"""What the tests of cases, conversations and what else was done for contacts share."""

import csv
from datetime import timedelta

from muster.contacts.models import Application, Assessment, Case, Conversation, StageChange
from muster.transfer.exports import export_folder
from tests.builders import NOON
from tests.transfer.helpers import SYSTEM

KINDS = ("cases", "stages", "conversations", "assessments", "applications")
MODELS = (StageChange, Case, Conversation, Assessment, Application)
EARLIER = NOON - timedelta(days=9, microseconds=-7)
FILES = {
    "people": "person,given_name,family_name\nP1,Ana,Lopez\nP2,Bo,Ek",
    "cases": """person,opened_at,stage,next_step,next_on,closed_at
        P1,2026-05-01T10:00:00Z,Attending,Call her,2026-12-01,
        P2,2026-05-01,do not  CONTACT,,,2026-06-01""",
    "stages": "person,opened_at,stage,at\nP1,2026-05-01T10:00:00Z,Inquiry,2026-05-01T10:00:00Z",
    "conversations": "person,held_at,way,result,note\nP1,2026-05-02T18:00:00+02:00,call,reached,Wants to come.",
    "assessments": "person,scale,value,made_on\nP1,support,2,2026-05-02",
    "applications": """person,applied_on,outcome,decided_at,dues,said
        P1,2026-05-03,,,7.50,I am with you.
        P2,2025-05-03,rejected,2025-06-01,,""",
}


def all_of(model):
    return model.objects.unscoped("a test")


def of(person, model):
    return all_of(model).filter(person=person).order_by("pk")


def rows(folder, kind):
    with (folder / f"{kind}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def taken_out(folder, actor=SYSTEM, **options):
    export_folder(actor=actor, folder=folder, now=NOON, **options)
    return folder
