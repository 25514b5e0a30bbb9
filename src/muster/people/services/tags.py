"""Words put on people to find them again."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.audit import services as audit
from muster.people.calc.tags import BadTag, clean_tag, with_tags
from muster.people.models import Person


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
