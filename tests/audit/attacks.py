"""What somebody who can write to the database, but has no key, may try. Each returns after it has changed something."""

from datetime import timedelta
from random import Random

from django.db.models import F, Max

from muster.audit.models import Entry, Head

DRAWN = {
    "happened_at": lambda entry, random: entry.happened_at + timedelta(seconds=random.randint(1, 10**6)),
    "user_id": lambda entry, random: 10 + random.randint(1, 99),
    "actor_label": lambda entry, random: f"someone {random.random()}",
    "channel": lambda entry, random: "job",
    "address": lambda entry, random: f"/people/{random.randint(1, 99)}/",
    "action": lambda entry, random: entry.action + "x",
    "target": lambda entry, random: f"people.Person:{random.randint(1, 99)}",
    "unit_id": lambda entry, random: 10 + random.randint(1, 99),
    "count": lambda entry, random: entry.count + random.randint(1, 99),
    "details": lambda entry, random: {"changed": {"given_name": ["Rosa", str(random.random())]}},
    "mac": lambda entry, random: random.randbytes(32),
    "key_id": lambda entry, random: "1-000000000000",
}
SAID = ("happened_at", "user_id", "actor_label", "action", "unit_id", "count", "details")


def _two(random: Random) -> tuple[Entry, Entry]:
    first, second = random.sample(list(Entry.objects.order_by("position")), 2)
    return first, second


def _one(random: Random) -> Entry:
    return random.choice(list(Entry.objects.order_by("position")))


def _shift(above: int, by: int) -> None:
    """Move all positions above one up or down; in two steps, as each may be there only once."""
    Entry.objects.filter(position__gt=above).update(position=-F("position") - by)
    Entry.objects.filter(position__lt=0).update(position=-F("position"))


def _copy(entry: Entry, **changed: object) -> None:
    last = Entry.objects.aggregate(last=Max("pk"))["last"]
    for name, value in {"pk": last + 1, **changed}.items():
        setattr(entry, name, value)
    entry.save(force_insert=True)


def edit(random: Random) -> None:
    entry, field = _one(random), random.choice(sorted(DRAWN))
    Entry.objects.filter(pk=entry.pk).update(**{field: DRAWN[field](entry, random)})


def renumber(random: Random) -> None:
    Entry.objects.filter(pk=_one(random).pk).update(id=random.randint(1000, 2000))


def delete(random: Random) -> None:
    entry = _one(random)
    entry.delete()


def delete_and_close_the_hole(random: Random) -> None:
    entry = _one(random)
    position = entry.position
    entry.delete()
    _shift(position, -1)


def reorder(random: Random) -> None:
    first, second = _two(random)
    Entry.objects.filter(pk=first.pk).update(position=-1)
    Entry.objects.filter(pk=second.pk).update(position=first.position)
    Entry.objects.filter(pk=first.pk).update(position=second.position)


def swap_what_is_said(random: Random) -> None:
    first, second = _two(random)
    for entry, other in ((first, second), (second, first)):
        Entry.objects.filter(pk=entry.pk).update(**{name: getattr(other, name) for name in SAID})


def swap_days(random: Random) -> None:
    first, second = _two(random)
    while first.happened_at.date() == second.happened_at.date():
        first, second = _two(random)
    for entry, other in ((first, second), (second, first)):
        Entry.objects.filter(pk=entry.pk).update(happened_at=other.happened_at)


def cut(random: Random) -> None:
    last = _one(random).position
    Entry.objects.filter(position__gte=last).delete()
    if random.random() < 0.5:
        Head.objects.filter(position__gte=last).delete()


def empty(random: Random) -> None:
    Entry.objects.all().delete()
    if random.random() < 0.5:
        Head.objects.all().delete()


def replay_at_the_end(random: Random) -> None:
    last = Entry.objects.aggregate(last=Max("position"))["last"]
    _copy(_one(random), position=last + 1)


def replay_unsealed(random: Random) -> None:
    _copy(_one(random), position=None)


def insert_at_the_end(random: Random) -> None:
    last = Entry.objects.aggregate(last=Max("position"))["last"]
    _copy(_one(random), position=last + 1, mac=random.randbytes(32), action="access.role.granted")


def insert_between(random: Random) -> None:
    entry = _one(random)
    position = entry.position
    _shift(position, 1)
    _copy(entry, position=position + 1, mac=random.choice([bytes(entry.mac), random.randbytes(32)]))


def insert_unsealed(random: Random) -> None:
    _copy(_one(random), position=None, key_id="", mac=b"", action="access.role.granted")


def edit_head(random: Random) -> None:
    head = random.choice(list(Head.objects.order_by("day")))
    drawn = random.choice([{"position": head.position - 1}, {"mac": random.randbytes(32)}, {"day": "2025-01-01"}])
    Head.objects.filter(pk=head.pk).update(**drawn)


def delete_head(random: Random) -> None:
    random.choice(list(Head.objects.order_by("day"))).delete()


ATTACKS = (
    edit,
    renumber,
    delete,
    delete_and_close_the_hole,
    reorder,
    swap_what_is_said,
    swap_days,
    cut,
    empty,
    replay_at_the_end,
    replay_unsealed,
    insert_at_the_end,
    insert_between,
    insert_unsealed,
    edit_head,
    delete_head,
)
