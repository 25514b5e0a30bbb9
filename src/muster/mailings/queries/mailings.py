"""Letters that are written and sent, and how far each is."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from muster.access.actor import Actor
from muster.access.keyset import Slice, slice_of
from muster.mailings.calc import headers
from muster.mailings.models import ON_ITS_WAY, SEND, Letter, Mailing, State
from muster.people.queries import persons

__all__ = [
    "SEND",
    "Line",
    "Mailing",
    "Report",
    "latest_of",
    "mailing",
    "mailings",
    "own_letters",
    "report",
    "tried_since",
    "troubled",
    "unfinished",
]

SIZE = 50
LISTED = 200


@dataclass(frozen=True, slots=True)
class Report:
    """
    How far a letter is.

    :ivar counts: state of `State` → how many, those on their way for too long being doubtful
    :ivar unsubscribed: how many wanted no more since
    """

    counts: dict[str, int]
    unsubscribed: int

    @property
    def words(self) -> list[tuple[str, int]]:
        """Return (words, how many) of each state there is."""
        return [(words, self.counts[code]) for code, words in State.choices if self.counts.get(code)]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        return self.counts.get("queued", 0) + self.counts.get("sending", 0)


@dataclass(frozen=True, slots=True)
class Line:
    """
    :ivar name: '' where the reader may not be seen (any more)
    :ivar message_id: by which whoever looks after the mail server finds it there
    """

    letter: Letter
    name: str
    message_id: str

    @property
    def said(self) -> str:
        """Return why it was not taken, else how the letter stands."""
        is_doubtful = self.letter.state in (State.SENDING, State.DOUBTFUL)
        return self.letter.answer or (State.DOUBTFUL.label if is_doubtful else self.letter.get_state_display())


def mailings(actor: Actor, here: Actor, *, after: int | None = None, before: int | None = None) -> Slice[Mailing]:
    """
    Return `SIZE` letters that the actor may write and send, the latest first; two queries.

    :param here: the actor narrowed to where they stand
    :param after: only those behind this one; `before`: those in front of it
    """
    found = Mailing.objects.visible_to(here).select_related("unit")
    return slice_of(found, ("-made_at", "-pk"), size=SIZE, after=after, before=before)


def mailing(actor: Actor, mailing_id: int) -> Mailing | None:
    """Return one letter, None where the actor may not see it; one query."""
    found = Mailing.objects.visible_to(actor).filter(pk=mailing_id)
    return found.select_related("unit", "made_by", "asked_by", "sent_by").order_by("pk").first()


def latest_of(actor: Actor, unit_id: int) -> Mailing | None:
    """Return the letter of a unit that was begun last, None: there is none the actor may see; one query."""
    return Mailing.objects.visible_to(actor).filter(unit_id=unit_id).order_by("-made_at", "-pk").first()


def report(actor: Actor, mailing_id: int, *, now: datetime) -> Report:
    """Return how far a letter is that the actor may see; two queries."""
    letters = Letter.objects.visible_to(actor).filter(mailing_id=mailing_id)
    lost = Q(state=State.SENDING, changed_at__lt=now - ON_ITS_WAY)
    rows = letters.order_by("state").values_list("state").annotate(Count("pk"), lost=Count("pk", filter=lost))
    counts: dict[str, int] = {}
    for state, count, doubtful in rows:
        counts[state] = counts.get(state, 0) + count - doubtful
        if doubtful:
            counts["doubtful"] = counts.get("doubtful", 0) + doubtful
    return Report(counts, letters.exclude(unsubscribed_at=None).count())


def troubled(actor: Actor, mailing_id: int, *, named: bool = True, now: datetime) -> list[Line]:
    """
    Return the first `LISTED` letters that perhaps were sent, were refused or given up, doubtful ones first; two queries.

    :param named: whether the actor may know of whom the question of the letter holds
    """
    seen = Letter.objects.visible_to(actor).filter(mailing_id=mailing_id)
    found = list(seen.troublesome(now).order_by("state", "pk")[:LISTED])
    people = persons.people(actor).in_bulk([letter.person_id for letter in found if named])
    address = headers.address_in(settings.DEFAULT_FROM_EMAIL)
    return [
        Line(letter, str(people.get(letter.person_id, "")), headers.message_id(letter.pk, letter.token, address))
        for letter in found
    ]


def own_letters(actor: Actor) -> list[Letter]:
    """
    Return the letters to many that went to whoever acts, latest first, with subject and unit; two queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    own = Letter.objects.unscoped("of one's own record").filter(person_id=persons.own_person(actor).pk)
    return list(own.select_related("mailing", "mailing__unit").order_by("-changed_at", "-pk"))


def tried_since(actor: Actor, since: datetime) -> int:
    """Return how many letters were handed to the mail server since then, whoever's; one query."""
    rows = Letter.objects.unscoped("the limit of an hour is that of the whole installation")
    return rows.filter(changed_at__gte=since).exclude(state__in=(State.QUEUED, State.LEFT_OUT)).count()


def unfinished(actor: Actor) -> "QuerySet[Mailing]":
    """Return the letters that are being sent; for the job that looks after them."""
    return Mailing.objects.visible_to(actor, SEND).filter(state=Mailing.State.SENDING).order_by("pk")
