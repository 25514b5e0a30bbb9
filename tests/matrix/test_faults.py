"""The proofs can see: each of forty checks, taken out or made too loose, makes one of them fail."""

import pytest

from tests.matrix.asking import taken_back
from tests.matrix.faults import FAULTS

pytestmark = [pytest.mark.web, pytest.mark.django_db]
# One for each kind of proof; the others are tried in the long run.
QUICK = (
    "every person is visible",
    "tags are put on anybody",
    "matches elsewhere are counted",
    "a grant has no end",
    "one gives more than one holds",
    "who is there is refused, not absent",
)


def is_caught(fault, asker):
    with taken_back():
        assert fault.look(asker) == []
    with taken_back(), pytest.MonkeyPatch.context() as patch:
        fault.patch(patch)
        return fault.look(asker) != []


def test_there_are_forty():
    names = {str(fault) for fault in FAULTS}
    assert len(names) == len(FAULTS) >= 40
    assert set(QUICK) <= names


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if str(fault) in QUICK], ids=str)
def test_a_fault_is_caught(fault, asker):
    assert is_caught(fault, asker)


@pytest.mark.prove
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, asker):
    assert is_caught(fault, asker)
