"""Words put on people to find them again."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.people.models import Person

LONGEST_TAG = 60


class BadTag(DomainError):
    """A tag that cannot be one."""


def clean_tag(tag: str) -> str:
    """
    Return the tag as it is kept.

    :raises BadTag: empty, too long, or with a semicolon in it
    """
    tag = " ".join(tag.split())
    if not tag:
        raise BadTag("Write a tag.", field="tag")
    if ";" in tag:
        raise BadTag("A tag cannot contain a semicolon.", field="tag")
    if len(tag) > LONGEST_TAG:
        raise BadTag(f"A tag has at most {LONGEST_TAG} letters.", field="tag")
    return tag


def with_tags(kept: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> str:
    """Return the canonical text of tags: sorted, each once, joined by semicolons."""
    return ";".join(sorted((set(filter(None, kept.split(";"))) | set(add)) - set(remove)))


@transaction.atomic
def tag_people(
    *,
    actor: Actor,
    person_ids: Collection[int],
    now: datetime,
    add: Collection[str] = (),
    remove: Collection[str] = (),
) -> int:
    """
    Put tags on people or take them off, and return how many were changed; four queries at most per thousand people.

    :raises NotAllowed: the actor may not change one of them; nobody is changed then
    :raises BadTag: see `clean_tag`, or too many for one person
    """
    add, remove = [clean_tag(tag) for tag in add], [clean_tag(tag) for tag in remove]
    wanted = set(person_ids)
    people = list(
        Person.objects.visible_to(actor, "people.edit").select_for_update().filter(pk__in=wanted).order_by("pk")
    )
    if len(people) != len(wanted):
        raise NotAllowed("You may not do this here.")
    changed = []
    for person in people:
        tags = with_tags(person.tags, add=add, remove=remove)
        if len(tags) > 2000:
            raise BadTag(f"{person} has too many tags already.", field="tag")
        if tags != person.tags:
            person.tags, person.version = tags, person.version + 1
            changed.append(person)
    editable = Person.objects.unscoped("these rows were read with the right to change them")
    editable.bulk_update(changed, ["tags", "version"], batch_size=1000)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="people.people.tagged",
        target=people[0] if len(people) == 1 else None,
        now=now,
        count=len(changed),
        added=add,
        removed=remove,
        people=[person.pk for person in changed],
    )
    return len(changed)
