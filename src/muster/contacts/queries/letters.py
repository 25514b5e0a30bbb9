"""An inquiry as a whole: what it says, and the letters that came and went since."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from muster.access.actor import Actor
from muster.contacts import sealed
from muster.contacts.models import Inquiry, InquiryLetter, RawLetter
from muster.contacts.queries import inbox, inquiries
from muster.contacts.queries.following import WORK

RAW, REACH = "contacts.raw", "people.contact"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One letter.

    :ivar by: of ours: who wrote it
    :ivar name: of theirs: whom it says it is from; never the address, which is shown on demand
    :ivar differs: it says it is from another address than the first
    :ivar may_see_raw: it is kept as it came, and the reader may see that
    """

    id: int
    at: datetime
    is_ours: bool
    by: str
    name: str
    differs: bool
    subject: str
    text: str
    left_out: list[str]
    note: str
    may_see_raw: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """
    :ivar line: the inquiry as the list shows it
    :ivar came_as_letter: the first letter is the inquiry itself; else its message is what came first
    :ivar letters: oldest first, at most `LONGEST`
    :ivar may_answer: the reader may write to who wrote it, and there is an address
    """

    line: inbox.Line
    came_as_letter: bool
    letters: list[Shown]
    may_answer: bool


def thread(actor: Actor, inquiry_id: int) -> Thread | None:
    """
    Return an inquiry with its letters, None where there is none that the actor may see; six queries.

    :raises CannotOpen: see `core.sealing`
    """
    line = inbox.line(actor, inquiry_id)
    if line is None:
        return None
    inquiry = Inquiry.objects.unscoped("it was seen just now").get(pk=inquiry_id)
    rows = InquiryLetter.objects.filter(inquiry_id=inquiry_id).select_related("written_by").order_by("at", "pk")
    letters = list(rows[:LONGEST])
    may_see_raw = _may(actor, RAW, inquiry)
    kept = RawLetter.objects.filter(letter__in=[one.pk for one in letters]) if may_see_raw else RawLetter.objects.none()
    return Thread(
        line=line,
        came_as_letter=bool(letters) and not letters[0].is_ours and letters[0].at == inquiry.received_at,
        letters=list(_shown(letters, inquiry, frozenset(kept.values_list("letter_id", flat=True)))),
        may_answer=bool(inquiry.email)
        and inquiry.mark != Inquiry.Mark.SPAM
        and _may(actor, WORK, inquiry)
        and _may(actor, REACH, inquiry),
    )


def own_letters(actor: Actor) -> list[InquiryLetter]:
    """
    Return the letters of the inquiries of whoever acts, oldest first, what they say opened in `sealed`; three queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    :raises CannotOpen: see `core.sealing`
    """
    own = inquiries.own_inquiries(actor).order_by().values("pk")
    letters = list(InquiryLetter.objects.filter(inquiry_id__in=own).order_by("at", "pk"))
    for one in letters:
        one.sealed = sealed.opened(one, "sealed")
    return letters


def _shown(letters: Iterable[InquiryLetter], inquiry: Inquiry, kept: frozenset[int]) -> Iterable[Shown]:
    for one in letters:
        said = json.loads(sealed.opened(one, "sealed") or "{}")
        yield Shown(
            id=one.pk,
            at=one.at,
            is_ours=one.is_ours,
            by=one.written_by.trace_label if one.written_by else "",
            name=one.name,
            differs=not one.is_ours and one.email.lower() != inquiry.email.lower(),
            subject=said.get("subject", ""),
            text=said.get("text", ""),
            left_out=list(said.get("left_out", ())),
            note=one.note,
            may_see_raw=one.pk in kept,
        )


def _may(actor: Actor, permission: str, inquiry: Inquiry) -> bool:
    return actor.may(permission, unit_id=inquiry.unit_id) if inquiry.unit_id else actor.has_whole(permission)
