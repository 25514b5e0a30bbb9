"""Switching public forms on and off, and what they say."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from muster.access.actor import Actor
from muster.contacts.models import PublicForm
from muster.contacts.queries.public_forms import EDIT
from muster.contacts.services._cases import leave_trace
from muster.core.errors import DomainError
from muster.units import queries as units
from muster.units.services import tree

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])?")


class BadName(DomainError):
    """A name that an address cannot hold."""


class NameTaken(DomainError):
    """Another unit calls its form so."""


class TitleMissing(DomainError):
    """A page needs a title."""


@dataclass(frozen=True, slots=True)
class Words:
    """
    What a form says; of a unit's own form only the first three count.

    :ivar name: what stands in its address, '' for the unit's own id
    """

    title: str
    intro: str = ""
    name: str = ""
    privacy: str = ""
    email_words: str = ""
    phone_words: str = ""


# What the organisation's form says until somebody writes something else.
FIRST_WORDS = Words(
    title="Write to us",
    intro="Ask us anything, or tell us what you would like to do. Somebody near you answers.",
    privacy="Only those who answer read what you write. You can ask us at any time what we hold about you, or to forget it.",
    email_words="You may write to me about what you do",
    phone_words="You may call me about what you do",
)


@transaction.atomic
def set_form(*, actor: Actor, unit_id: int, is_on: bool, words: Words, now: datetime) -> None:
    """
    Switch the form of a unit on or off and say what stands on it; that of the root is the organisation's.

    :raises NotAllowed: the actor may not change that unit
    :raises TitleMissing, BadName, NameTaken, UnitClosed: see there
    """
    actor.require(EDIT, unit_id=unit_id)
    if is_on:
        tree.check_open(unit_id=unit_id, on=actor.on)
    is_whole = unit_id == units.load_tree().root_id
    wanted = {name: text.strip() for name, text in asdict(words).items()}
    if not wanted["title"]:
        raise TitleMissing("Give the page a title.", field="title")
    if is_whole:
        wanted["name"] = ""
    else:
        wanted |= dict.fromkeys(("privacy", "email_words", "phone_words"), "")
    if wanted["name"] and not NAME.fullmatch(wanted["name"]):
        raise BadName("Use small letters, digits and hyphens, such as north-side.", field="name")
    form, _ = PublicForm.objects.select_for_update().get_or_create(unit_id=unit_id)
    before = {name: getattr(form, name) for name in (*wanted, "is_on")}
    try:
        with transaction.atomic():
            PublicForm.objects.filter(pk=form.pk).update(is_on=is_on, **wanted)
    except IntegrityError as error:
        raise NameTaken("Another unit has taken this name.", field="name") from error
    after = {**wanted, "is_on": is_on}
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    leave_trace(actor, "contacts.form.changed", now, of=form, unit_id=unit_id, changed=changed)
