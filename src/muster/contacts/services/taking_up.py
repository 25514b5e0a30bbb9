"""Taking up an inquiry: from here on somebody answers for it."""

from datetime import datetime

from django.db import transaction

from muster.access import rows
from muster.access.actor import Actor, NotAllowed
from muster.contacts.calc.strangers import fields_of
from muster.contacts.models import Case, Inquiry, new_inquiry_ref
from muster.contacts.queries import following
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import leave_trace, require_work
from muster.contacts.services.cases import open_case
from muster.contacts.services.routing import NoSuchInquiry
from muster.core.errors import DomainError
from muster.people.services import consents, persons
from muster.units import queries as units


class TakenUp(DomainError):
    """Somebody took this inquiry up already, or called it spam."""


@transaction.atomic
def take_up(*, actor: Actor, inquiry_id: int, now: datetime, person_id: int | None = None) -> int:
    """
    Take an inquiry up, and return whose it is: they are followed up by the actor from today, unless somebody does already.

    Somebody who is not in the register yet, or only elsewhere, is added as a contact, in the unit the inquiry was sent to.
    From then on it is theirs like any stranger's; whoever knows them elsewhere keeps it as it was.

    :param person_id: who wrote, where the inquiry itself does not say; None: somebody new
    :raises NoSuchInquiry: there is none that the actor may see
    :raises TakenUp: somebody was quicker
    :raises NotAllowed: the actor may not talk to this person, or not add people there
    """
    if not Inquiry.objects.visible_to(actor).filter(pk=inquiry_id).exists():
        raise NoSuchInquiry("There is no such inquiry.")
    inquiry = Inquiry.objects.unscoped("it was seen just now").select_for_update().get(pk=inquiry_id)
    if inquiry.case_id is not None:
        raise TakenUp("Somebody was quicker: this is taken up already.")
    if inquiry.mark == Inquiry.Mark.SPAM:
        raise TakenUp("This is marked as spam. Say first that it is none.")
    who = following.writer_of(actor, inquiry) or person_id or _add_person(actor, inquiry, now)
    require_work(actor, who)
    if inquiry.person_id != who:
        _leave_with_theirs(actor, inquiry, now)
    cases = Case.objects.unscoped("the right to talk to the person was checked")
    case = cases.filter(person_id=who, closed_at=None).order_by("pk").first()
    inquiry.case = case or open_case(actor=actor, person_id=who, now=now)
    inquiry.person_id = who
    # Somebody has looked at it now.
    inquiry.mark, inquiry.marked_at = "", None
    inquiry.save(update_fields=["person", "case", "mark", "marked_at"])
    _carry_consents(actor, inquiry, who, now)
    leave_trace(
        actor,
        "contacts.inquiry.taken_up",
        now,
        of=inquiry,
        person_id=who,
    )
    return who


def _carry_consents(actor: Actor, inquiry: Inquiry, person_id: int, now: datetime) -> None:
    """Note what they agreed to on the form. Whoever said no before, and is only claimed to have written this, keeps their no."""
    said = (inquiry.email_opt_in, inquiry.phone_opt_in)
    if said != (None, None):
        consents.add_consents(actor=actor, person_id=person_id, said=said, now=now)


def _leave_with_theirs(actor: Actor, inquiry: Inquiry, now: datetime) -> None:
    """
    Leave an inquiry in the record of somebody elsewhere, as one that was sent to where they are placed.

    Were it the same one, whoever took it up would see by their list, questions and figures that it is not theirs alone. A
    stranger's goes the same way and is removed again: the number of the next inquiry would tell the two apart.
    """
    with rows.everyone("where somebody elsewhere is placed is told to nobody"):
        home = following.home_of(actor, inquiry.person_id or 0) or (actor.tree or units.load_tree()).root_id
    theirs = {fact.attname: getattr(inquiry, fact.attname) for fact in Inquiry._meta.concrete_fields}
    theirs |= {"id": None, "ref": new_inquiry_ref(), "unit_id": home, "part_of_id": inquiry.part_of_id or inquiry.pk}
    # By hand: no rule sends it back.
    theirs |= {"routed_by": Inquiry.Rule.HAND, "routed_because": "Stays where they are known", "routed_at": now}
    left = Inquiry.objects.create(**theirs)
    of_nobody = Inquiry.objects.unscoped("made just now").filter(pk=left.pk, person=None)
    of_nobody._raw_delete(of_nobody.db)


def _add_person(actor: Actor, inquiry: Inquiry, now: datetime) -> int:
    unit_id = following.unit_for_new(actor, inquiry)
    if not (actor.may(WORK, unit_id=unit_id) if unit_id else actor.has_whole(WORK)):
        raise NotAllowed("You may not do this here.")
    person = persons.add_person(
        actor=actor,
        fields=fields_of(inquiry),
        unit_id=unit_id,
        standing="contact",
        on=actor.on,
        now=now,
    )
    return int(person.pk)
