"""The public forms: the one at an address, for everybody; and all of them, for officers."""

from dataclasses import dataclass

from django.db.models import Q

from muster.access import queries as access
from muster.access.actor import Actor
from muster.contacts.models import PublicForm
from muster.units import queries as units

EDIT, VIEW = "units.edit", "contacts.view"


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A form as strangers see it.

    :ivar unit_id: whose it is, None for the organisation's, from which messages go where the rules say
    :ivar unit: what it is called, the organisation for None
    :ivar privacy, email_words, phone_words: of the organisation's form; '' where it does not ask
    """

    id: int
    unit_id: int | None
    unit: str
    title: str
    intro: str
    privacy: str
    email_words: str
    phone_words: str


@dataclass(frozen=True, slots=True)
class Line:
    """
    A form as officers see it.

    :ivar called: what stands in its address, '' for the organisation's
    :ivar is_open: strangers can write there now
    """

    unit_id: int
    unit: str
    is_whole: bool
    called: str
    is_open: bool
    may_edit: bool


def open_form(actor: Actor, called: str = "") -> Shown | None:
    """
    Return the form at an address, None where there is none or it is not switched on; three queries at most.

    :param called: the unit's name for it or its own id, '' for the organisation's
    """
    rows = PublicForm.objects.select_related("unit").filter(is_on=True)
    whole = rows.filter(unit__parent=None).order_by("pk").first()
    if whole is None:
        return None
    own = whole
    if called:
        is_open = Q(unit__closed_on=None) | Q(unit__closed_on__gt=actor.on)
        found = rows.filter(Q(name=called) | Q(unit__ref=called), is_open).exclude(pk=whole.pk)
        # A name goes before an id that is written alike.
        named = sorted(found, key=lambda form: form.name != called)
        if not named:
            return None
        own = named[0]
    return Shown(
        id=own.pk,
        unit_id=None if own is whole else own.unit_id,
        unit=own.unit.name,
        title=own.title,
        intro=own.intro,
        privacy=whole.privacy,
        email_words=whole.email_words,
        phone_words=whole.phone_words,
    )


def lines(actor: Actor, here: Actor) -> list[Line]:
    """
    Return the organisation's form and those of units whose inquiries the actor sees, by name; three queries.

    Of the organisation's form everybody may know; it comes first, also where it was never made.

    :param here: the actor narrowed to where they stand
    """
    root_id = (actor.tree or units.load_tree()).root_id or 0
    stored = {form.unit_id: form for form in PublicForm.objects.order_by("pk")}
    seen = access.units(here, VIEW).filter(pk__in=stored).exclude(pk=root_id)
    whole = stored.get(root_id)
    found = [Line(root_id, units.organisation_name(), True, "", bool(whole and whole.is_on), _may(actor, root_id))]
    return found + [
        Line(
            unit_id=unit.pk,
            unit=unit.name,
            is_whole=False,
            called=stored[unit.pk].name or unit.ref,
            is_open=bool(whole and whole.is_on and stored[unit.pk].is_on)
            and (unit.closed_on is None or unit.closed_on > actor.on),
            may_edit=_may(actor, unit.pk),
        )
        for unit in seen
    ]


def form_of(actor: Actor, unit_id: int) -> PublicForm | None:
    """
    Return the form of a unit as it is stored, None where there never was one; one query.

    :raises NotAllowed: the actor may not change that unit
    """
    actor.require(EDIT, unit_id=unit_id)
    return PublicForm.objects.filter(unit_id=unit_id).order_by("pk").first()


def _may(actor: Actor, unit_id: int) -> bool:
    return actor.may(EDIT, unit_id=unit_id)
