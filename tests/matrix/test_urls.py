"""Every address × every role × reading and writing: who gets an answer, and that no answer holds what its reader may not see."""

import pytest

from tests.matrix.asking import addresses
from tests.matrix.cells import EVERYBODY, QUERIES, examine, questions
from tests.matrix.table import TABLE
from tests.matrix.world import NOT_A_TEXT, NOT_OF_A_UNIT, ROLES, SEALED, SEALED_TEXTS, SEEN_WITH, text_fields
from tests.test_architecture import project_models

pytestmark = [pytest.mark.web, pytest.mark.django_db]
METHODS = ("GET", "POST")
NAMES = sorted(TABLE)
# The roles for which queries and formats are varied in every run; the whole proof varies them for all.
VARIED = ("viewer", "north_officer", "foreign")


@pytest.fixture(scope="module")
def known():
    """Every question is asked once, however many tests look at the answer."""
    return {}


def test_every_address_has_a_row():
    assert sorted(addresses()) == NAMES
    assert set(QUERIES) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_who_gets_an_answer_and_nobody_sees_too_much(name, asker, known):
    row = TABLE[name]
    found = examine(asker, questions(asker, [name]), known)
    found_varied = examine(asker, questions(asker, [name], roles=VARIED, methods=["GET"], varied=True), known)

    statuses = {(asked.role, asked.method): status for asked, status in found.statuses.items() if asked.role in ROLES}
    assert statuses == {(role, method): row.expected(role, method) for role in ROLES for method in METHODS}
    assert found.leaks + found_varied.leaks == []


def test_every_text_of_the_world_can_be_told(world):
    texts = {
        f"{model._meta.label}.{column.name}"
        for model in project_models()
        if model._meta.label not in NOT_OF_A_UNIT
        for column in text_fields(model)
    }
    sealed = {f"people.PersonPrivate.{name}" for name in SEALED}
    sealed |= {f"{label}.{column}" for label, columns in SEALED_TEXTS.items() for column in columns}
    sealed |= {"contacts.InquiryLetter.text", "contacts.RawLetter.raw"}
    assert texts - NOT_A_TEXT | sealed == {canary.name for canary in world.canaries.values()}
    assert {label for label in SEEN_WITH if label.count(".") == 1} <= {name.rpartition(".")[0] for name in texts}


# What an administrator finds on some page or in some file.
SHOWN = {
    "accounts.User": "email name",
    "audit.Entry": "actor_label details",
    "contacts.Application": "said",
    "contacts.CallList": "name script",
    "contacts.Case": "next_step",
    "contacts.Conversation": "note",
    "contacts.Inquiry": "channel city message name postcode ref region routed_because",
    "contacts.InquiryLetter": "name note text",
    "contacts.RawLetter": "raw",
    "mailings.Letter": "answer",
    "mailings.Mailing": "subject body reply_to imprint reason told",
    "people.Office": "role",
    "people.Person": "city custom email family_name given_name language occupation phone postcode preferred_name ref region tags",
    "people.PersonExternalId": "source value",
    "people.PersonPrivate": "ethnicity gender notes street",
    "people.Qualification": "qualification",
    "people.Standing": "reason",
    "transfer.Batch": "name",
    "units.Unit": "city name postcode ref region",
    "units.UnitExternalId": "value",
}


def test_what_should_be_seen_is_seen(asker, known):
    """The search can find: whoever may see everything is shown every field that has a place on some page."""
    found = examine(asker, questions(asker, NAMES, roles=["administrator"], varied=True), known)
    seen = {asker.world.canaries[word].name for word in found.seen}
    assert {f"{model}.{column}" for model, columns in SHOWN.items() for column in columns.split()} - seen == set()
    assert found.leaks == []


def test_there_are_enough_cells(asker):
    """A run of this module looks for every word in the answers to the questions above: each of them is a cell."""
    asked = [*questions(asker, NAMES), *questions(asker, NAMES, roles=VARIED, methods=["GET"], varied=True)]
    assert len(asked) >= 2_300
    assert len(asked) * len(asker.world.canaries) >= 500_000


@pytest.mark.prove
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_the_whole_matrix(role, asker):
    """Every unit stood in, every method, with and without htmx, every query and format."""
    units = ("", "unit", "region", "foreign_unit")
    methods = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
    found = examine(
        asker, questions(asker, NAMES, roles=[role], methods=methods, units=units, htmx=(False, True), varied=True)
    )
    assert found.leaks == []
    assert found.cells >= 500_000
