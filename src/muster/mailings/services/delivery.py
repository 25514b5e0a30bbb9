"""What the worker does of one letter to many: so many readers at a time, then again until all have got it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from muster.access.actor import Actor
from muster.core.mails import addresses
from muster.mailings.calc.letters import Template
from muster.mailings.models import ON_ITS_WAY, SEND, Letter, LetterQuerySet, Mailing, State
from muster.mailings.post import NotReached, Outcome, Post
from muster.mailings.queries import mailings as queries
from muster.mailings.queries.audience import writer_in
from muster.mailings.services import _outbox
from muster.mailings.services._outbox import Clock
from muster.mailings.services.sending import stop_sending
from muster.mailings.services.writing import message_to
from muster.people.queries import writing
from muster.people.queries.writing import Reader
from muster.people.services import consents

# Readers whose addresses are read at once: whoever says no meanwhile gets none.
TOGETHER = 50
HOUR, FULL, UNREACHED = timedelta(hours=1), timedelta(minutes=5), timedelta(minutes=10)
# For whoever writes letters: what is wrong, `muster doctor` says to whoever can mend it.
NO_SENDER = (
    "No letters can be sent: mail servers do not take the address that they come from. Tell whoever looks after the"
    " server: “muster doctor” says what to set."
)


def deliver(*, actor: Actor, mailing_id: int, post: Post, clock: Clock, most: int) -> datetime | None:
    """
    Send what is due of a letter, and return when there will be more to do; None: nothing.

    May be run again at any moment, by any number of workers: each letter goes out once.

    :param actor: who sent it, with the rights of now
    :param most: how many at most, of those that the limit of an hour leaves
    """
    mailing = Mailing.objects.unscoped("a job for it was asked for").filter(pk=mailing_id, state=Mailing.State.SENDING)
    found = mailing.select_related("unit").order_by("pk").first()
    if found is None:
        return None
    if not actor.may(SEND, unit_id=found.unit_id):
        _stop(actor, found, clock())
        return None
    now = clock()
    if addresses.wrong_sender(settings.DEFAULT_FROM_EMAIL):
        return _wait(found, now + UNREACHED, NO_SENDER)
    _letters().filter(mailing_id=mailing_id).doubtful(now).update(state=State.DOUBTFUL)
    room = min(most, settings.MAIL_PER_HOUR - queries.tried_since(actor, now - HOUR))
    if room <= 0:
        return _wait(found, now + FULL, "The limit of letters in an hour is reached; it goes on by itself.")
    try:
        _send(actor, found, post, clock, room)
    except NotReached as error:
        return _wait(found, clock() + UNREACHED, f"The mail server cannot be reached: {error}")
    finally:
        post.close()
    return _rest(found, clock())


def _send(actor: Actor, mailing: Mailing, post: Post, clock: Clock, room: int) -> None:
    """:raises NotReached: see `Post.open`"""
    template = Template(mailing.subject, mailing.body)
    due = _letters().filter(mailing_id=mailing.pk, state=State.QUEUED, due_at__lte=clock())
    letters = list(due.order_by("due_at", "pk")[:room])
    for start in range(0, len(letters), TOGETHER):
        _send_together(actor, mailing, template, letters[start : start + TOGETHER], post, clock)


def _send_together(
    actor: Actor, mailing: Mailing, template: Template, letters: Sequence[Letter], post: Post, clock: Clock
) -> None:
    ids = [letter.person_id for letter in letters if letter.person_id is not None]
    readers = writing.readers(writer_in(actor, mailing.unit_id), ids)
    # Somebody has two where two records became one.
    rows = _letters().filter(mailing_id=mailing.pk, person_id__in=ids).exclude(state=State.LEFT_OUT)
    firsts = dict(rows.order_by("person_id").values_list("person_id").annotate(Min("pk")))
    for letter in letters:
        reader = readers.get(letter.person_id or 0)
        if reader is None or firsts.get(reader.person_id) != letter.pk:
            _letters().filter(pk=letter.pk, state=State.QUEUED).update(state=State.LEFT_OUT, changed_at=clock())
            continue
        with _outbox.alone(letter, _letters(), post, clock):
            _send_one(actor, mailing, template, letter, reader, post, clock)


def _send_one(
    actor: Actor, mailing: Mailing, template: Template, letter: Letter, reader: Reader, post: Post, clock: Clock
) -> None:
    message = message_to(
        actor=actor, mailing=mailing, template=template, reader=reader, number=letter.pk, token=letter.token
    )
    answer = _outbox.hand_over(letter, _letters(), message, post, clock)
    if answer is not None and answer.outcome is Outcome.REFUSED and answer.is_address:
        consents.note_refused(actor=actor, person_id=reader.person_id, email=reader.email)


def _rest(mailing: Mailing, now: datetime) -> datetime | None:
    """Return when there is more to do; where there is nothing left the letter is done."""
    rows = _letters().filter(mailing_id=mailing.pk)
    due = rows.filter(state=State.QUEUED).aggregate(due=Min("due_at"))["due"]
    on_their_way = rows.filter(state=State.SENDING).aggregate(since=Min("changed_at"))["since"]
    later: list[datetime] = [due] if due else []
    later += [on_their_way + ON_ITS_WAY + timedelta(seconds=1)] if on_their_way else []
    mailings = Mailing.objects.unscoped("its letters were sent").filter(pk=mailing.pk, state=Mailing.State.SENDING)
    if later:
        mailings.exclude(told="").update(told="")
        return min(later)
    mailings.update(state=Mailing.State.DONE, ended_at=now, told="")
    return None


def _wait(mailing: Mailing, until: datetime, told: str) -> datetime:
    Mailing.objects.unscoped("its letters wait").filter(pk=mailing.pk).update(told=told[:200])
    return until


@transaction.atomic
def _stop(actor: Actor, mailing: Mailing, now: datetime) -> None:
    held = Mailing.objects.unscoped("a job for it was asked for").select_for_update().filter(pk=mailing.pk)
    for found in held.filter(state=Mailing.State.SENDING).order_by("pk"):
        because = "Whoever sent it may not write for this unit any more."
        stop_sending(actor=actor, mailing=found, because=because, now=now)


def _letters() -> LetterQuerySet:
    return Letter.objects.unscoped("the right to send them was checked")
