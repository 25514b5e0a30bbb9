"""
`python -m tests.workflows.erasing COUNT`: erase somebody COUNT times in a process that is killed in the middle of it.

It makes an organisation in the installation that its environment names, and prints one line of JSON: for each kill in how many
rows of which table the person stood before and after; at the end who is still to be found.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

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


def erase(person: Person, *, until: int = 0) -> int:
    """Erase in a process of its own, which is no more before its statement `until`; return how many statements it made."""
    connection.close()
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        with connection.execute_wrapper(Counted(tell, until)):
            erasure.erase_person(actor=SYSTEM, person_id=person.pk, now=NOON)
        os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as statements:
        made = len(statements.read())
    _, status = os.waitpid(child, 0)
    assert status == (signal.SIGKILL if until else 0), status
    # The server may still be at work on what the dead process said last.
    while connection.vendor == "postgresql" and others_connected():
        time.sleep(0.01)
    return made


class Counted:
    """Says a byte for each statement, and ends the process, as `kill -9` does, instead of the one it is told."""

    def __init__(self, tell: int, until: int) -> None:
        self.tell, self.until, self.made = tell, until, 0

    def __call__(self, execute, *statement):
        self.made += 1
        if self.made == self.until:
            os.kill(os.getpid(), signal.SIGKILL)
        os.write(self.tell, b".")
        return execute(*statement)


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
    """Kill before statements spread evenly over all that one erasure makes, the first and the last among them."""
    names = [f"zq{number:03x}" for number in range(2 + count)]
    people = set_up(names)
    # The first also clears away what the imports left for everybody.
    erase(people[names[0]])
    whole = erase(people[names[1]])
    kills = []
    for number, name in enumerate(names[2:]):
        person, before = people[name], rows_naming(name, people[name])
        erase(person, until=1 + number * (whole - 1) // (count - 1))
        after, known = rows_naming(name, person), Erasure.objects.filter(person_ref=person.ref).exists()
        kills.append({"before": before, "after": after, "known": known})
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
