"""
`python -m tests.mailings.killed begin COUNT`: an organisation, and a letter to so many that waits to be sent.

`… finish`, with the addresses that the mail server knows of on its standard input: decide about the letters of which nobody
knows as somebody would who asked the server, and send the rest. Prints the doubtful addresses, and how the letter stands.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from muster.access import rows  # noqa: E402
from muster.access.actor import actor_for  # noqa: E402
from muster.accounts.models import User  # noqa: E402
from muster.mailings import tasks  # noqa: E402
from muster.mailings.models import ON_ITS_WAY, Letter, Mailing, State  # noqa: E402
from muster.mailings.post import Post  # noqa: E402
from muster.mailings.services import delivery, sending  # noqa: E402
from muster.people.models import Person, Placement  # noqa: E402
from tests.builders import LONG_AGO, NOON, make_mailing, make_unit, make_user  # noqa: E402


def begin(count):
    call_command("migrate", verbosity=0)
    north = make_unit("North", kind="region", parent=make_unit("Workers Together", kind="organisation"))
    alice, anna = (make_user(name, unit_organiser=north) for name in ("alice", "anna"))
    people = Person.objects.bulk_create(
        [
            Person(
                given_name=f"P{number}", email=f"p{number}@example.org", email_key=f"p{number}@example.org",
                email_opt_in=True, tags="stall", created_at=NOON,
            )
            for number in range(count)
        ],
        batch_size=1_000,
    )  # fmt: skip
    spells = [Placement(person=each, unit=north, from_on=LONG_AGO, is_primary=True) for each in people]
    Placement.objects.bulk_create(spells, batch_size=1_000)
    mailing, today = make_mailing(north), timezone.localdate()
    for version, user in enumerate((alice, anna), start=1):
        sent = tasks.begin(
            actor=actor_for(user, on=today), mailing_id=mailing.pk, version=version, seen=count, reason="May Day",
            now=timezone.now(),
        )  # fmt: skip
        # A long one waits for a second person.
        if not sent.is_waiting:
            break
    return {"state": sent.state, "waiting": letters().filter(state=State.QUEUED).count()}


def finish(known):
    mailing = Mailing.objects.unscoped("the only one").get()
    actor = actor_for(User.objects.get(pk=mailing.sent_by_id), on=timezone.localdate())
    late = timezone.now() + ON_ITS_WAY + timedelta(minutes=1)
    doubtful = {letter.person.email: letter.pk for letter in letters().doubtful(late).select_related("person")}
    given = {"actor": actor, "mailing_id": mailing.pk, "now": late}
    sending.settle(letter_ids=[pk for email, pk in doubtful.items() if email in known], again=False, **given)
    sending.settle(letter_ids=[pk for email, pk in doubtful.items() if email not in known], again=True, **given)
    while delivery.deliver(actor=actor, mailing_id=mailing.pk, post=Post(), clock=lambda: late, most=100):
        pass
    mailing.refresh_from_db()
    return {
        "doubtful": sorted(doubtful),
        "state": mailing.state,
        "sent": letters().filter(state=State.SENT).count(),
    }


def letters():
    return Letter.objects.unscoped("all of them")


if __name__ == "__main__":
    rows.process_sees_everyone()
    print(json.dumps(begin(int(sys.argv[2])) if sys.argv[1] == "begin" else finish(set(sys.stdin.read().split()))))
