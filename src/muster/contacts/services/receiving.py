"""Taking in what somebody wrote who is not signed in: kept, marked where there is doubt, and sent where it belongs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from muster.access.actor import Actor
from muster.contacts.calc.proofs import USED, Proof
from muster.contacts.models import Inquiry, PublicForm
from muster.contacts.queries.public_forms import Shown
from muster.contacts.services.routing import route_inquiries
from muster.units.services import tree
from muster.units.services.rules import UnitClosed

# Who writes the same again within these days has only written once.
REPEATED_WITHIN = timedelta(days=3)
FORM, MAIL = "form", "e-mail"
ANSWERS = "Answers an earlier inquiry that was sent here"
# Letters that say they are from one address.
MOST_AN_HOUR = 20
MANY = f"More than {MOST_AN_HOUR} letters within an hour say they are from this address"


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody says of themselves and wants to say; nothing of it is checked, all of it is a claim."""

    name: str = ""
    email: str = ""
    phone: str = ""
    postcode: str = ""
    city: str = ""
    message: str = ""


@transaction.atomic
def receive_form(
    *,
    actor: Actor,
    form: Shown,
    written: Written,
    email_opt_in: bool | None,
    phone_opt_in: bool | None,
    proof: Proof,
    now: datetime,
) -> int:
    """
    Keep what was sent from a public form, and return its id. Nobody is asked for rights, and nobody is told who is known.

    What is doubtful is marked to be looked at; the same words again are marked as a repeat of the first. It leaves no entry in
    the trace: the row says itself when and how it came, and strangers must not be able to fill the trace.
    """
    # One at a time: the second click of two must find what the first has stored.
    PublicForm.objects.select_for_update().get(pk=form.id)
    rows = Inquiry.objects.unscoped("what a stranger sent before is theirs to repeat, and they are told nothing of it")
    sent_before = rows.filter(sent_with=proof.number).order_by("pk").first()
    inquiry = Inquiry.objects.create(
        received_at=now,
        channel=FORM,
        **asdict(written),
        email_opt_in=email_opt_in,
        phone_opt_in=phone_opt_in,
        sent_with=proof.number,
    )
    if form.unit_id is None:
        route_inquiries(actor=actor, among=[inquiry.pk], now=now)
    else:
        # Whoever chose a unit meant it: no rule sends it elsewhere.
        _keep_in(form.unit_id, inquiry.pk, because=f"Written on the form of {form.unit}", now=now)
    inquiry = rows.get(pk=inquiry.pk)
    doubts = list(proof.doubts)
    if sent_before is not None and not _is_same(sent_before, inquiry):
        doubts.append(USED)
    _judge(inquiry, doubts)
    return inquiry.pk


@transaction.atomic
def receive_mail(
    *,
    actor: Actor,
    name: str,
    email: str,
    message: str,
    doubts: Sequence[str],
    answers: Inquiry | None,
    now: datetime,
) -> Inquiry:
    """
    Keep what came by e-mail as an inquiry and send it where the rules say; nobody is asked for rights.

    :param name, email: whom it says it is from: a claim, by which nobody is recognised and nothing is done
    :param answers: the earlier one that it carries a token of: it is sent where that is, is of whom that is, repeats
        nothing, and counts with that as one
    """
    rows = Inquiry.objects.unscoped("letters that say they are from one address are counted where they went")
    earlier = {"person_id": answers.person_id, "part_of_id": answers.part_of_id or answers.pk} if answers else {}
    inquiry = Inquiry.objects.create(received_at=now, channel=MAIL, name=name, email=email, message=message, **earlier)
    if answers is not None and _goes_on(answers.unit_id, actor):
        _keep_in(answers.unit_id, inquiry.pk, because=ANSWERS, now=now)
    else:
        route_inquiries(actor=actor, among=[inquiry.pk], now=now)
    inquiry = rows.get(pk=inquiry.pk)
    # Of those that were sent to the same unit: of others nothing is told there.
    lately = rows.filter(channel=MAIL, email__iexact=email, received_at__gt=now - timedelta(hours=1))
    many = bool(email) and lately.filter(Q(unit_id=inquiry.unit_id)).count() > MOST_AN_HOUR
    _judge(inquiry, [*doubts, *([MANY] if many else [])], may_repeat=answers is None)
    return inquiry


def _goes_on(unit_id: int | None, actor: Actor) -> bool:
    """Return whether there is such a unit, and it is open."""
    try:
        if unit_id is not None:
            tree.check_open(unit_id=unit_id, on=actor.on)
    except UnitClosed:
        return False
    return unit_id is not None


def _keep_in(unit_id: int | None, inquiry_id: int, *, because: str, now: datetime) -> None:
    """Send an inquiry to a unit where it stays whatever the rules say."""
    Inquiry.objects.unscoped("made just now").filter(pk=inquiry_id).update(
        unit_id=unit_id, routed_by=Inquiry.Rule.HAND, routed_because=because[:400], routed_at=now
    )


def _judge(inquiry: Inquiry, doubts: Sequence[str], *, may_repeat: bool = True) -> None:
    """Mark what is doubtful, and what was sent before; that of spam is spam."""
    first = _first_like(inquiry) if may_repeat else None
    if first is not None:
        inquiry.repeats = first
    if first is not None and first.mark == Inquiry.Mark.SPAM:
        inquiry.mark = Inquiry.Mark.SPAM
    elif doubts:
        inquiry.mark = Inquiry.Mark.SUSPECTED
    inquiry.suspected_because = "; ".join(doubts)[:400]
    inquiry.marked_at = inquiry.received_at if inquiry.mark else None
    inquiry.save(update_fields=["repeats", "mark", "marked_at", "suspected_because"])


def _first_like(inquiry: Inquiry) -> Inquiry | None:
    """Return the first with these words from this address in the same unit, whose officers see both."""
    if inquiry.unit_id is None:
        return None
    if not (inquiry.email or inquiry.phone):
        return None
    same = Q(email__iexact=inquiry.email) if inquiry.email else Q(phone=inquiry.phone)
    rows = Inquiry.objects.unscoped("what a stranger sent before is theirs to repeat, and they are told nothing of it")
    found = rows.filter(
        same,
        received_at__gte=inquiry.received_at - REPEATED_WITHIN,
        message=inquiry.message,
        unit_id=inquiry.unit_id,
        repeats=None,
    )
    return found.exclude(pk=inquiry.pk).order_by("received_at", "pk").first()


def _is_same(one: Inquiry, other: Inquiry) -> bool:
    return (one.email, one.phone, one.message) == (other.email, other.phone, other.message)
