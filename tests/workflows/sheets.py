"""A list of people, imported from beginning to end."""

from muster.transfer import services, uploads
from muster.transfer.models import Batch
from tests.builders import NOON


def sheet(names, *, city) -> bytes:
    """Everybody's name, address, street and notes begin with the same few letters, which stand nowhere else."""
    lines = [f"P{n},{n}given,{n}family,{n}mail@example.org,{city},{n}street,{n}notes" for n in names]
    return "\n".join(["person,given_name,family_name,email,city,street,notes", *lines]).encode()


def take_in(content: bytes, *, actor) -> Batch:
    """Publish the list; who stood in it before is found again by their number."""
    path = uploads.keep("people.csv", [content])
    batch = services.start_batch(actor=actor, path=path, name="people.csv", source="list", now=NOON)
    services.read_batch(actor=actor, batch_id=batch.pk, now=NOON)
    services.preview_batch(actor=actor, batch_id=batch.pk, now=NOON)
    return services.publish_batch(actor=actor, batch_id=batch.pk, now=NOON)
