"""
`python -m tests.workflows.erasing COUNT`: erase somebody COUNT times in a process that is killed in the middle of it.

It makes an organisation in the installation that its environment names, and prints one line of JSON: for each kill whether it
came in time, and in how many rows of which table the person stood before and after; at the end who is still to be found.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from statistics import median

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from muster.access import rows  # noqa: E402
from muster.access.actor import system_actor  # noqa: E402
from muster.core import erased  # noqa: E402
from muster.people.models import Person  # noqa: E402
from muster.people.services import disclosures, persons  # noqa: E402
from muster.workflows import erasure  # noqa: E402
from muster.workflows.models import Erasure  # noqa: E402
from tests.builders import NOON, TODAY, make_inquiry, make_unit  # noqa: E402
from tests.workflows.sheets import sheet, take_in  # noqa: E402

SYSTEM = system_actor("test", on=TODAY)
UNKILLED = 3


def set_up(names) -> dict[str, Person]:
    """Everybody is imported twice, worked on and written to."""
    rows.process_sees_everyone()
    call_command("migrate", verbosity=0)
    make_unit("Workers Together", kind="organisation")
    for city in ("Salem", "Portland"):
        take_in(sheet(names, city=city), actor=SYSTEM)
    people = {
        person.email.removesuffix("mail@example.org"): person for person in Person.objects.unscoped("all of them")
    }
    for name, person in people.items():
        seen = {"given_name": f"{name}given", "email": person.email}
        persons.edit_person(
            actor=SYSTEM, person_id=person.pk, wanted=seen | {"given_name": f"{name}other"}, seen=seen, now=NOON
        )
        disclosures.show_contact(actor=SYSTEM, person_id=person.pk, now=NOON)
        make_inquiry(person=person, name=f"{name}given", email=person.email)
    return people


def rows_naming(name: str, person: Person) -> dict[str, int]:
    """Table → in how many of its rows they can be told; their private part lies sealed and counts by its number."""
    private = apps.get_model("people.PersonPrivate").objects.unscoped("all of them").filter(person_id=person.pk)
    found = {"private part": private.count()}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sum(name in str(row) for row in cursor)
    return {table: rows for table, rows in found.items() if rows}


def erase(person: Person, *, after: float | None = None) -> tuple[bool, float]:
    """Erase in a process of its own; return whether it was killed, and how long it was alive."""
    connection.close()
    began = time.monotonic()
    child = os.fork()
    if not child:
        if after is not None:
            # Nobody handles this signal: the process ends there and then, as by `kill -9`.
            signal.setitimer(signal.ITIMER_REAL, after)
        erasure.erase_person(actor=SYSTEM, person_id=person.pk, now=NOON)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    lived = time.monotonic() - began
    assert status in (0, signal.SIGALRM), status
    # The server may still be at work on what the dead process said last.
    while connection.vendor == "postgresql" and others_connected():
        time.sleep(0.01)
    return bool(status), lived


def others_connected() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


def files() -> bytes:
    return b"".join(path.read_bytes() for path in Path(settings.HOME).rglob("*") if path.is_file())


def main(count: int) -> None:
    """Kill at moments spread evenly over the time one erasure takes."""
    names = [f"zq{number:03}x" for number in range(UNKILLED + count)]
    people = set_up(names)
    whole = median(erase(people[name])[1] for name in names[:UNKILLED])
    kills = []
    for number, name in enumerate(names[UNKILLED:]):
        person, before = people[name], rows_naming(name, people[name])
        killed, _ = erase(person, after=max(whole * (number + 0.5) / count, 0.001))
        after, known = rows_naming(name, person), Erasure.objects.filter(person_ref=person.ref).exists()
        kills.append({"killed": killed, "before": before, "after": after, "known": known})
        if not known:
            erase(person)
    erasure.rewrite_tables(NOON)
    told = {
        "kills": kills,
        "still": [name for name in names if rows_naming(name, people[name]) or f"{name}mail".encode() in files()],
        "in the log": sorted(erased.read(erasure.log_path())) == sorted(person.ref for person in people.values()),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
