"""
Letters by e-mail: taken in, joined to what they answer, shown as they came, forgotten.

Nothing that a letter says is believed. Its `From` names whom an inquiry says it is of, and gives nobody a right; only a token
of ours, 128 bits by lot, joins a letter to an inquiry, and joined it is still a claim.
"""

import hashlib
import re
from datetime import datetime, timedelta
from enum import Enum

from django.db import IntegrityError, transaction
from django.db.models import Q

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.contacts import sealed
from muster.contacts.models import Case, Inquiry, InquiryLetter, RawLetter
from muster.contacts.services import receiving
from muster.contacts.services._letters import keep_text
from muster.contacts.services.routing import NoSuchInquiry
from muster.core.mails.mail import Mail
from muster.core.mails.reading import MOST_BYTES, body_of

RAW = "contacts.raw"
RAW_KEPT = timedelta(days=30)
TOKEN = re.compile(r"[0-9a-f]{32}")
EMPTY = "It holds no text"
LATE, FROM_ELSEWHERE = "It answers an earlier inquiry", "from another address"


class Kept(Enum):
    """What became of a letter."""

    NEW = "a new inquiry"
    JOINED = "part of an inquiry"
    KNOWN = "here already"


@transaction.atomic
def receive_letter(*, actor: Actor, mail: Mail, raw: bytes, size: int, now: datetime) -> Kept:
    """
    Keep a letter: with the inquiry whose token it carries, else as a new one; one that came before is left alone.

    What answers an inquiry that nobody looks at any more is a new one too, which waits where that is. Nobody is asked for
    rights and nobody is answered. Eight queries and more.

    :param mail: what was read out of it
    :param raw: the letter, or its beginning; at most `MOST_BYTES` are kept
    :param size: of the whole, in bytes
    """
    digest = _digest(mail, raw)
    if InquiryLetter.objects.filter(digest=digest).exists():
        return Kept.KNOWN
    try:
        with transaction.atomic():
            answered = _answered(mail)
            if answered is not None and _will_be_seen(answered, actor):
                inquiry, kept, note = answered, Kept.JOINED, _note(mail)
            else:
                inquiry, kept, note = _new(actor, mail, answered, now), Kept.NEW, _note(mail, answered)
            letter = InquiryLetter.objects.create(
                inquiry=inquiry, at=now, name=mail.name, email=mail.email, note=note, digest=digest
            )
    except IntegrityError:
        # Another worker read the same mailbox at this moment. Whatever else it is: what is not stored must stay there.
        if not InquiryLetter.objects.filter(digest=digest).exists():
            raise
        return Kept.KNOWN
    said = {
        "subject": mail.subject,
        "text": mail.text,
        "left_out": mail.left_out,
        "date": mail.date,
        "id": mail.message_id,
    }
    keep_text(letter, **said)
    as_it_came = RawLetter.objects.create(letter=letter, received_at=now, size=size)
    text = raw[:MOST_BYTES].decode("latin-1")
    RawLetter.objects.filter(pk=as_it_came.pk).update(sealed=sealed.seal(as_it_came, "sealed", text))
    return kept


@transaction.atomic
def show_raw(*, actor: Actor, inquiry_id: int, letter_id: int, now: datetime) -> str:
    """
    Return a letter as it came, and write down that somebody looked.

    :raises NoSuchInquiry: there is none that the actor may see, no such letter in it, or it is forgotten by now
    :raises NotAllowed: the actor may not see letters as they came in that unit
    """
    inquiry = Inquiry.objects.visible_to(actor, row_by_row=True).filter(pk=inquiry_id).order_by("pk").first()
    if inquiry is None:
        raise NoSuchInquiry("There is no such inquiry.")
    actor.require(RAW, unit_id=inquiry.unit_id)
    found = RawLetter.objects.filter(letter_id=letter_id, letter__inquiry_id=inquiry_id).order_by("pk").first()
    if found is None:
        raise NoSuchInquiry("There is no such letter.")
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="contacts.letter.shown",
        target=inquiry,
        unit_id=inquiry.unit_id,
        now=now,
    )
    return sealed.opened(found, "sealed")


def forget_raw(*, now: datetime) -> int:
    """Delete letters as they came after `RAW_KEPT`, and return how many those were."""
    count, _ = RawLetter.objects.filter(received_at__lt=now - RAW_KEPT).delete()
    return count


def _new(actor: Actor, mail: Mail, answered: Inquiry | None, now: datetime) -> Inquiry:
    words = "\n\n".join(filter(None, (mail.subject, mail.text)))
    if mail.left_out:
        words = f"{words}\n\nNot kept: {', '.join(mail.left_out)}".strip()
    doubts = [*([mail.automatic] if mail.automatic else []), *mail.doubts, *([] if words else [EMPTY])]
    return receiving.receive_mail(
        actor=actor, name=mail.name, email=mail.email, message=words, doubts=doubts, answers=answered, now=now
    )


def _answered(mail: Mail) -> Inquiry | None:
    """Return the inquiry of which a letter carries a token, in the id it answers or in the address it was sent to."""
    ids = [one.partition("@")[0] for one in mail.answers]
    addresses = [address.partition("@")[0].rpartition("+")[2] for address in mail.to]
    tokens = {one.lower() for one in (*ids, *addresses) if TOKEN.fullmatch(one.lower())}
    ours = InquiryLetter.objects.filter(token__in=tokens, is_ours=True).order_by("-at", "-pk")
    found = ours.select_related("inquiry").first() if tokens else None
    return found.inquiry if found else None


def _will_be_seen(inquiry: Inquiry, actor: Actor) -> bool:
    """
    Return whether what is joined to an inquiry is seen: it waits itself, or whoever follows them up is told.

    They have it to do today then; what was planned stays.
    """
    if inquiry.case_id is None:
        return inquiry.mark != Inquiry.Mark.SPAM and inquiry.repeats_id is None
    cases = Case.objects.unscoped("an answer makes a case due, whoever's it is").select_for_update()
    # They may be followed up anew since, or as somebody else with whom their record was merged.
    theirs = cases.filter(Q(pk=inquiry.case_id) | Q(person_id=inquiry.person_id), closed_at=None)
    case = theirs.order_by("pk").first()
    if case is not None and case.next_on > actor.on:
        case.next_on = actor.on
        case.save(update_fields=["next_on"])
    return case is not None


def _note(mail: Mail, answered: Inquiry | None = None) -> str:
    late = LATE if answered is not None else ""
    if answered is not None and answered.email.lower() != mail.email.lower():
        late = f"{LATE}, {FROM_ELSEWHERE}"
    return "; ".join(filter(None, (late, mail.automatic, *mail.doubts)))[:400]


def _digest(mail: Mail, raw: bytes) -> str:
    known = mail.message_id or f"{mail.email}\0{mail.date}\0{mail.subject}"
    return hashlib.sha256(known.encode("utf-8", "replace") + b"\0" + body_of(raw[:MOST_BYTES])).hexdigest()
