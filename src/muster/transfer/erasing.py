"""What imports still hold of somebody who is erased."""

from datetime import datetime, timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.people.queries import merging
from muster.people.services import erasure
from muster.transfer.engine import dialect as dialects
from muster.transfer.engine import rejected
from muster.transfer.models import Batch, Change
from muster.transfer.nightly import ENDED, remove_uploads
from muster.transfer.queries import batches

# Tables in which a row may hold what somebody was called → the column that leads to the person.
_OF_PERSON = {
    "people.Person": "pk",
    "people.PersonPrivate": "person_id",
    "people.PersonExternalId": "person_id",
    "people.Standing": "person_id",
    "contacts.Inquiry": "person_id",
    "contacts.Case": "person_id",
    "contacts.StageChange": "person_id",
    "contacts.Conversation": "person_id",
    "contacts.Assessment": "person_id",
    "contacts.Application": "person_id",
}


class ImportUnfinished(DomainError):
    """A file waits to be imported in which the person may stand."""


@transaction.atomic
def erase_traces(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Remove the rows kept for undoing imports, what imports told of single rows, and every file that was uploaded.

    A later undo leaves this person alone, as somebody who was worked on since.

    :raises NotAllowed: the actor may not erase people where this one is placed
    :raises ImportUnfinished: an import is not finished yet; its file would bring the person back
    """
    erasure.require_erasable(actor=actor, person_id=person_id)
    for unfinished in Batch.objects.exclude(state__in=ENDED).order_by("pk"):
        if not actor.everywhere:
            seen = batches(actor).filter(pk=unfinished.pk).exists()
            called = f"The import “{unfinished.name}”" if seen else "An import"
            raise ImportUnfinished(f"{called} is not finished. It has to be finished or called off first.")
        # After a restore nobody is there to ask, and nothing is being worked on.
        Batch.objects.filter(pk=unfinished.pk).update(state=Batch.State.CANCELLED)
        dialects.current().drop(unfinished.pk)
    for label, column in _OF_PERSON.items():
        model = apps.get_model(label)
        rows = model.objects.unscoped("the right to erase the person was checked").filter(**{column: person_id})
        # Rows that were taken out since, or given to somebody else, are found by what they said before.
        theirs = Q(row_id__in=rows.values("pk")) | Q(before__person_id=person_id)
        Change.objects.filter(theirs, table=model._meta.db_table).exclude(before=None).delete()
    for table, ids in merging.rows_before_merges(actor, person_id).items():
        Change.objects.filter(table=table, row_id__in=ids).exclude(before=None).delete()
    for batch in Batch.objects.order_by("pk"):
        batch.result = {**batch.result, "problems": [], "changed_examples": []} if batch.result else {}
        columns = [{**column, "samples": []} for column in batch.mapping.get("columns", ())]
        batch.mapping = {**batch.mapping, "columns": columns} if batch.mapping else {}
        batch.save(update_fields=["result", "mapping"])
        rejected.path_of(batch.pk).unlink(missing_ok=True)
    remove_uploads(before=now + timedelta(days=1))
