"""Letters while they are written: begun, changed, removed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from email_validator import EmailNotValidError, validate_email

from muster.access import queries as access
from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.core.terms import Terms
from muster.mailings.calc.letters import Template
from muster.mailings.models import SEND, Mailing
from muster.mailings.queries.audience import writer_in
from muster.mailings.services._shared import locked, require_version
from muster.people.queries import asking

LONGEST_BODY = 50_000
_OPEN = (Mailing.State.DRAFT, Mailing.State.WAITING)


class TextMissing(DomainError):
    """A letter needs a subject, a text, and who writes it."""


class TextTooLong(DomainError):
    """The letter is too long."""


class BadAddress(DomainError):
    """Answers cannot go to that address."""


@dataclass(frozen=True, slots=True)
class Draft:
    """
    What is typed of a letter.

    :ivar ask: to whom, as `people.calc.questions` reads it
    :ivar reply_to: where answers go, '' for the address of the installation
    :ivar imprint: who writes, and from where; stands below every letter
    """

    subject: str
    body: str
    ask: str
    reply_to: str
    imprint: str


def unsaved(*, actor: Actor, unit_id: int, draft: Draft) -> Mailing:
    """
    Return a letter as it is typed, for its preview; nothing is stored. One query.

    :raises NotAllowed: the actor may not write letters for that unit
    """
    actor.require(SEND, unit_id=unit_id)
    unit = access.units(actor, SEND).get(pk=unit_id)
    return Mailing(
        unit=unit, subject=draft.subject, body=draft.body, ask=draft.ask, reply_to=draft.reply_to, imprint=draft.imprint
    )


@transaction.atomic
def begin(*, actor: Actor, unit_id: int, draft: Draft, now: datetime, terms: Terms = Terms()) -> Mailing:
    """
    Begin a letter of a unit.

    :raises NotAllowed: the actor may not write letters for that unit
    :raises TextMissing, TextTooLong, BadAddress, WrongField, WrongQuestion: see there
    """
    actor.require(SEND, unit_id=unit_id)
    columns = _checked(actor, unit_id, draft, terms)
    return Mailing.objects.create(unit_id=unit_id, made_by_id=actor.user_id, made_at=now, **columns)


@transaction.atomic
def change(*, actor: Actor, mailing_id: int, version: int, draft: Draft, terms: Terms = Terms()) -> Mailing:
    """
    Change a letter that is not sent yet; one that waited for a second person waits no more, and needs its reason again.

    :param version: as it was shown
    :raises NoSuchMailing, ChangedMeanwhile: see `_shared`
    :raises TextMissing, TextTooLong, BadAddress, WrongField, WrongQuestion: see there
    """
    mailing = locked(actor, mailing_id, *_OPEN)
    require_version(mailing, version)
    for name, value in _checked(actor, mailing.unit_id, draft, terms).items():
        setattr(mailing, name, value)
    mailing.state, mailing.asked_by, mailing.reason = Mailing.State.DRAFT, None, ""
    mailing.version += 1
    mailing.save()
    return mailing


@transaction.atomic
def remove(*, actor: Actor, mailing_id: int) -> None:
    """
    Remove a letter that was never sent.

    :raises NoSuchMailing: there is none, or it was sent
    """
    locked(actor, mailing_id, *_OPEN).delete()


def _checked(actor: Actor, unit_id: int, draft: Draft, terms: Terms) -> dict[str, str]:
    subject, imprint = " ".join(draft.subject.split()), draft.imprint.strip()
    body = draft.body.replace("\r\n", "\n").strip()
    for name, value, words in (
        ("subject", subject, "Give the letter a subject."),
        ("body", body, "Write something."),
        ("imprint", imprint, "Say who writes and from where: everybody who gets letters must know."),
    ):
        if not value:
            raise TextMissing(words, field=name)
    if len(body) > LONGEST_BODY:
        raise TextTooLong(f"The text is too long: at most {LONGEST_BODY:,} letters.", field="body")
    Template(subject, body)
    asking.understood(writer_in(actor, unit_id), draft.ask, terms)
    return {
        "subject": subject[:200],
        "body": body,
        "ask": draft.ask.strip()[:1_000],
        "reply_to": _address(draft.reply_to),
        "imprint": imprint[:300],
    }


def _address(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        # Others than plain letters in front of the @ stop at many a server on the way.
        return validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        told = "This is no e-mail address that every mail server takes, such as name@example.org."
        raise BadAddress(told, field="reply_to") from error
