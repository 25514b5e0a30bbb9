"""A merge is taken back: two records again, exactly as they were."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.core.errors import DomainError
from muster.people.models import Merge, Person
from muster.people.queries import _snapshot
from muster.people.queries.merging import UNDO_DAYS, mergeable
from muster.people.services import _pairs
from muster.people.services._both import identifiers_of, leave_trace, point_merges, row_of

_WORDS = {
    "person": "name and details",
    "private": "the private part",
    "ids": "numbers in other systems",
    "standing": "standings",
    "placement": "placements",
    "qualification": "qualifications",
    "office": "offices",
}


class CannotPart(DomainError):
    """The merge cannot be taken back: too late, or something was worked on since."""


@transaction.atomic
def part_records(*, actor: Actor, merge_id: int, now: datetime) -> tuple[int, int, dict[str, Any]]:
    """
    Take a merge back: both records are exactly as they were, their rows with the same ids.

    Possible duplicates that were decided since stay decided.

    :returns: ids of the record that was kept and of the one that is there again, and `elsewhere` of the merge
    :raises NotAllowed: there is no such merge, or the actor may not merge in every unit the person is placed in
    :raises CannotPart: it is older than `UNDO_DAYS`, or the person was worked on since
    """
    merge = Merge.objects.select_for_update().filter(pk=merge_id).order_by("pk").first()
    people = mergeable(actor).select_for_update()
    kept = people.filter(pk=merge.kept_id).order_by("pk").first() if merge is not None else None
    if merge is None or kept is None:
        raise NotAllowed("You may not do this here.")
    if not merge.before or now - merge.merged_at > timedelta(days=UNDO_DAYS):
        raise CannotPart(f"This merge is older than {UNDO_DAYS} days and cannot be taken back.")
    _require_untouched(merge, kept)
    before = merge.before
    _restore(merge, kept)
    point_merges(kept.pk, merge.dropped_id, only=before["merges"])
    merge.delete()
    told = {"dropped": merge.dropped_id, "ref": merge.dropped_ref}
    leave_trace(actor, "people.persons.parted", kept, now, merge=merge_id, **told)
    return kept.pk, merge.dropped_id, before["elsewhere"]


def _require_untouched(merge: Merge, kept: Person) -> None:
    stands = _snapshot.rows_about(kept.pk)
    touched = [_WORDS[name] for name in _snapshot.TABLES if stands[name] != merge.after[name]]
    if not touched:
        return
    if Merge.objects.filter(kept_id=kept.pk, pk__gt=merge.pk).exists():
        raise CannotPart(f"{kept} was merged with another record since. Take that merge back first.")
    raise CannotPart(
        f"{kept} was changed since the merge: {', '.join(touched)}. Put that back first, then the merge can be taken back."
    )


def _restore(merge: Merge, kept: Person) -> None:
    """Put every row back: first what makes room, then what needs it."""
    before = merge.before
    mine, theirs = sorted(before["person"], key=lambda row: bool(row["id"] != kept.pk))
    for row in (mine, theirs):
        # One that a merge left over is linked to nobody meanwhile (`accounts.link_account`), save by older versions of this.
        if row["user_id"] and _is_account_of_another(row["user_id"], kept):
            row["user_id"] = None
    for name in _snapshot.TABLES:
        if name not in ("person", "ids"):
            _snapshot.table(name).filter(person_id=kept.pk).delete()
    restored = _snapshot.restored_rows(Person, [mine, theirs])
    row_of(kept).update(**{name: value for name, value in restored[0].items() if name != "id"})
    Person.objects.bulk_create([Person(**restored[1])])
    for name, (model, _) in _snapshot.TABLES.items():
        if name not in ("person", "ids"):
            rows = _snapshot.restored_rows(model, before[name])
            _snapshot.table(name).bulk_create([model(**row) for row in rows])
    given_back = [row["id"] for row in before["ids"] if row["person_id"] == merge.dropped_id]
    identifiers_of(kept).filter(pk__in=given_back).update(person_id=merge.dropped_id)
    _pairs.put_back(before["pairs"])


def _is_account_of_another(user_id: int, kept: Person) -> bool:
    others = Person.objects.unscoped("whether an account is taken, by whomever").exclude(pk=kept.pk)
    return others.filter(user_id=user_id).exists()
