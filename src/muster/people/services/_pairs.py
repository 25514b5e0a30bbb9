"""What a merge does to possible duplicates, and how it is put back."""

from typing import Any

from django.db.models import Q

from muster.people.models import DuplicatePair, Person
from muster.people.queries._snapshot import Row, plain_rows, restored_rows

APART = DuplicatePair.State.APART


def rewire(kept_id: int, dropped_id: int) -> dict[str, list[Row]]:
    """
    Let the pairs of a record that goes be pairs of the one that is kept, and return the rows before and after.

    Whoever was found to be somebody else than either is somebody else than both.
    """
    moving = list(DuplicatePair.objects.filter(Q(first_id=dropped_id) | Q(second_id=dropped_id)).order_by("pk"))
    others = [pair.second_id if pair.first_id == dropped_id else pair.first_id for pair in moving]
    standing = {
        pair.second_id if pair.first_id == kept_id else pair.first_id: pair
        for pair in DuplicatePair.objects.filter(
            Q(first_id=kept_id, second_id__in=others) | Q(second_id=kept_id, first_id__in=others)
        ).order_by("pk")
    }
    before = _rows([*(pair.pk for pair in moving), *(pair.pk for pair in standing.values())])
    after: list[int] = []
    for pair, other in zip(moving, others, strict=True):
        there = standing.get(other)
        if other == kept_id:
            pair.delete()
        elif there is not None:
            DuplicatePair.objects.filter(pk=there.pk, state=DuplicatePair.State.OPEN).update(state=pair.state)
            pair.delete()
            after.append(there.pk)
        else:
            first_id, second_id = sorted((kept_id, other))
            DuplicatePair.objects.filter(pk=pair.pk).update(first_id=first_id, second_id=second_id)
            after.append(pair.pk)
    return {"before": before, "after": _rows(after)}


def put_back(stored: dict[str, list[Row]]) -> None:
    """Put back what `rewire` changed, wherever nobody has decided otherwise since; both people must be there again."""
    now = {row["id"]: row for row in _rows([row["id"] for row in stored["after"]])}
    for row in stored["after"]:
        if now.get(row["id"]) == row:
            DuplicatePair.objects.filter(pk=row["id"]).delete()
    for row in restored_rows(DuplicatePair, stored["before"]):
        people = Person.objects.unscoped("whether both are still there").filter(
            pk__in=(row["first_id"], row["second_id"])
        )
        taken = Q(pk=row["id"]) | Q(first_id=row["first_id"], second_id=row["second_id"])
        if people.count() == 2 and not DuplicatePair.objects.filter(taken).exists():
            DuplicatePair.objects.create(**row)


def _rows(ids: list[Any]) -> list[Row]:
    return plain_rows(DuplicatePair.objects.filter(pk__in=ids).order_by("pk"), DuplicatePair)
