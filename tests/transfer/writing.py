"""
`python -m tests.transfer.writing FIRST COUNT LOG STOP`: so many who edit people, each with a connection of their own.

A line of LOG is one write that was acknowledged: writer, what was written, when it began and how long it took. Whatever
else a write ended with stands there as `!` and the error. They go on until STOP is there, and `LEAST` times at least.
"""

import sys
import time
from itertools import count
from pathlib import Path
from threading import Lock, Thread

LEAST = 30
# Those whom all of them edit, so that they meet.
SHARED = 8


def write(number: int, people: list[int], stop: Path, say) -> None:
    """One's own person is qualified for something each time, and a counter of somebody whom all edit goes up by one."""
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.people.calc.fields import ChangedSince
    from muster.people.models import Person
    from muster.people.services import persons, qualifications

    actor = system_actor(f"writer {number}", on=timezone.localdate())
    own, shared = people[SHARED + number], people[:SHARED]

    def raise_counter(person_id: int) -> str:
        seen = Person.objects.unscoped("a test").values_list("source", flat=True).get(pk=person_id)
        wanted = {"source": str(int(seen or 0) + 1)}
        changed = persons.edit_person(
            actor=actor, person_id=person_id, wanted=wanted, seen={"source": seen}, now=timezone.now()
        )
        # Where another wrote the same meanwhile, nothing is left to do.
        return f"counter {person_id}" if changed else ""

    def qualify(n: int) -> str:
        called = f"course {number} {n}"
        qualifications.add_qualification(
            actor=actor, person_id=own, qualification=called, from_on=actor.on, now=timezone.now()
        )
        return called

    for n in count():
        if n >= LEAST and stop.exists():
            break
        for act, argument in ((qualify, n), (raise_counter, shared[n % SHARED])):
            began = time.monotonic()
            try:
                done = act(argument)
            except ChangedSince:
                continue
            except DatabaseError as error:
                done = f"! {error}"
            if done:
                say(f"{number}|{done}|{began:.6f}|{time.monotonic() - began:.6f}\n")
    connection.close()


def write_together(numbers: range, people: list[int], stop: Path, log: Path) -> list[Thread]:
    """Start a thread for each writer."""
    lock = Lock()

    def say(line: str) -> None:
        with lock, log.open("a") as file:
            file.write(line)

    threads = [Thread(target=write, args=(number, people, stop, say)) for number in numbers]
    for thread in threads:
        thread.start()
    return threads


def written(logs: list[Path]) -> list[tuple[str, float, float]]:
    """Return what was written, when it began and how long it took."""
    lines = [line.split("|") for log in logs for line in log.read_text().splitlines()]
    return [(what, float(began), float(seconds)) for _, what, began, seconds in lines]


if __name__ == "__main__":
    import django

    django.setup()
    from muster.people.models import Person as People

    first, how_many, log_path, stop_path = sys.argv[1:]
    known = list(People.objects.unscoped("a test").order_by("pk").values_list("pk", flat=True)[:100])
    for writer in write_together(range(int(first), int(first) + int(how_many)), known, Path(stop_path), Path(log_path)):
        writer.join()
