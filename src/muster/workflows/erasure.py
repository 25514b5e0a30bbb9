"""
Erasing people: asked for by the member, done by whoever may, kept true after a restore.

Every app forgets its own part (`settings.ERASING`), all in one transaction. The numbers of erased records stand in a file
outside the database too, so that a backup from before brings nobody back: `replay` erases again whom the file names and the
database does not.
"""

import time
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from muster.access import queries as access
from muster.access.actor import Actor, system_actor
from muster.access.owner import as_owner, owns_tables
from muster.access.services import offices
from muster.accounts import services as accounts
from muster.core import erased
from muster.core.errors import DomainError
from muster.people.queries import merging, persons
from muster.people.services import erasure as people
from muster.workflows.models import Erasure, ErasureRequest, NightlyRun

STEP = "erasures"  # as `settings.NIGHTLY` calls `rewrite_tables`
# From which something goes when somebody is erased.
TABLES = (
    "people_person", "people_personprivate", "people_personexternalid", "people_standing", "people_saidreason",
    "people_merge", "people_duplicatepair", "contacts_inquiry", "contacts_inquiryexternalid",
    "contacts_inquiryletter", "contacts_rawletter",
    "contacts_case", "contacts_stagechange", "contacts_conversation", "contacts_assessment",
    "contacts_application", "mailings_letter", "mailings_reminder",
    "transfer_change", "transfer_batch", "workflows_erasurerequest", "units_closing", "units_split",
    "accounts_user", "accounts_session", "account_emailaddress", "mfa_authenticator",
)  # fmt: skip
STILL_READ = "What was erased may still be in the database's files, as somebody was reading for long. Run it again."
PATIENCE_SECONDS = 60.0
# Whether somebody who works on this database began before an erasure. A role sees its own; nobody sees a transaction of another
# database on the server, for which PostgreSQL keeps old rows as well while it writes.
_IS_HELD = """
    SELECT EXISTS (
        SELECT 1 FROM workflows_erasure e JOIN pg_stat_activity a ON age(e.xmin) <= age(a.backend_xmin)
        WHERE (%s::timestamptz IS NULL OR e.erased_at >= %s) AND a.datname = current_database() AND a.pid <> pg_backend_pid())
"""


class HoldsRoles(DomainError):
    """The account of this person may still do something."""


class NoReason(DomainError):
    """A refusal without a reason."""


class AlreadyErased(DomainError):
    """There is nothing left of this person."""


class StillRead(DomainError):
    """The log of changes could not be emptied."""


class NotTheOwner(DomainError):
    """The role that works on the database may not write its tables anew."""


def erase_person(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Erase somebody for good: all of it or nothing.

    :raises NotAllowed: the actor may not erase people where this one is placed
    :raises HoldsRoles: their account still holds roles; they must be ended first
    :raises ImportUnfinished: an import that waits might bring them back
    :raises AlreadyErased: it was done before
    """
    with transaction.atomic():
        person = people.require_erasable(actor=actor, person_id=person_id)
        if Erasure.objects.filter(person_ref=person.ref).exists():
            raise AlreadyErased("There is nothing left of this person.")
        if person.user_id is not None:
            if not actor.everywhere and access.has_open_grants(actor, person.user_id):
                raise HoldsRoles("Their account still holds roles. End those first.")
            offices.end_with_account(actor=actor, user_id=person.user_id)
            accounts.forget_account(user_id=person.user_id)
        # A backup from before a merge holds the other record too.
        refs = [person.ref, *merging.merged_refs(actor, person_id)]
        for path in settings.ERASING:
            _function(path)(actor=actor, person_id=person_id, now=now)
        Erasure.objects.bulk_create(Erasure(person_ref=ref, erased_at=now) for ref in refs)
        ErasureRequest.objects.filter(person_id=person_id).update(decided_at=now, refused_because="")
    write_log()
    compact()


@transaction.atomic
def ask_erasure(*, actor: Actor, now: datetime) -> None:
    """
    Write down that the actor asks to be erased; asking twice changes nothing.

    :raises NoOwnRecord: the account belongs to nobody in the register
    """
    person = persons.own_person(actor)
    ErasureRequest.objects.get_or_create(person_id=person.pk, defaults={"asked_at": now})


@transaction.atomic
def refuse_erasure(*, actor: Actor, person_id: int, because: str, now: datetime) -> None:
    """
    Say why somebody who asked is not erased now; they see it.

    :raises NotAllowed: the actor may not erase people where this one is placed
    :raises NoReason: nothing was said
    """
    people.require_erasable(actor=actor, person_id=person_id)
    if not because.strip():
        raise NoReason("Say why: the member will read it.", field="because")
    ErasureRequest.objects.filter(person_id=person_id).update(decided_at=now, refused_because=because.strip()[:500])


def requests(actor: Actor) -> list[ErasureRequest]:
    """Return what was asked and not decided, oldest first, of people whom the actor may erase; one query."""
    if not actor.may(people.PERMISSION):
        return []
    waiting = ErasureRequest.objects.filter(decided_at=None, person_id__in=persons.ids_for(actor, people.PERMISSION))
    return list(waiting.select_related("person").order_by("asked_at", "pk"))


def own_request(actor: Actor) -> ErasureRequest | None:
    """Return what the actor asked for, None where they did not; two queries."""
    return ErasureRequest.objects.filter(person_id=persons.own_person(actor).pk).order_by("pk").first()


def log_path() -> Path:
    """Return where the numbers of erased records stand, one a line."""
    return Path(settings.HOME) / erased.NAME


def write_log() -> None:
    """Bring the file up to the database: whoever stands in either stands in the file afterwards; one query."""
    erased.add(log_path(), Erasure.objects.order_by("pk").values_list("person_ref", flat=True))


def replay(*, now: datetime) -> int:
    """
    Erase again whom the file names and a restored database still holds, and return how many those were.

    Nobody is asked: roles the account held then and imports that waited then are no obstacle.
    """
    named = erased.read(log_path()) - set(Erasure.objects.values_list("person_ref", flat=True))
    if not named:
        return 0
    actor = system_actor("erasure", on=timezone.localdate(now))
    found = persons.ids_of_refs(actor, named)
    for person_id in found:
        erase_person(actor=actor, person_id=person_id, now=now)
    return len(found)


def compact() -> bool:
    """
    Let what was deleted leave the log of changes beside an SQLite database; return whether that could be done.

    It can not while somebody is in the middle of reading, nor inside a transaction; the night does it again.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return connection.vendor != "sqlite"
    with connection.cursor() as cursor:
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def rewrite_tables(now: datetime) -> str:
    """
    Every night: bring the log up to date, and write the tables anew without what was erased since that last ended well.

    On PostgreSQL an emptied row keeps its old version in the file until then. On SQLite `secure_delete` overwrites at once, but
    not what is left behind where rows were moved from page to page.

    :raises StillRead: somebody kept reading, so that old bytes may be left
    :raises NotTheOwner: PostgreSQL lets only the owner of the tables do it, and DATABASE_OWNER_URL does not name it
    """
    write_log()
    before = NightlyRun.objects.filter(step=STEP, failed=False).aggregate(latest=Max("finished_at"))["latest"]
    since = Q() if before is None else Q(erased_at__gte=before)
    if not Erasure.objects.filter(since).exists():
        return "Nobody was erased."
    _wait_for_readers(before)
    with as_owner(), connection.cursor() as cursor:
        if not owns_tables():
            raise NotTheOwner("Only the owner of the tables can write them anew. Name it in DATABASE_OWNER_URL.")
        _wait_for_readers(before)
        cursor.execute("VACUUM" if connection.vendor == "sqlite" else f"VACUUM (FULL) {', '.join(TABLES)}")
    if not compact():
        raise StillRead(STILL_READ)
    return "What was erased has left the files."


def _wait_for_readers(since: datetime | None) -> None:
    """
    Wait until nobody is at work who began before the last erasure; PostgreSQL keeps for them what was there then.

    :raises StillRead: somebody has not ended after `PATIENCE_SECONDS`
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_IS_HELD, [since, since])
            if not cursor.fetchone()[0]:
                return
        if time.monotonic() > until:
            raise StillRead(STILL_READ)
        time.sleep(0.2)


def _function(path: str) -> Callable[..., None]:
    module, _, name = path.rpartition(".")
    found: Callable[..., None] = getattr(import_module(module), name)
    return found
