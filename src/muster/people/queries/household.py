"""Who may live with somebody, or is reached with them: a hint for whoever is about to call."""

from django.db.models import Q

from muster.access.actor import Actor
from muster.people.models import Person

MOST = 5


def same_reach(actor: Actor, person_id: int) -> list[tuple[int, str, str]]:
    """
    Return (id, name, what is the same) of others who are reached by the phone number or e-mail of a person, or may live there.

    Whoever has the same family name and post code may live there: the street lies sealed, and is not for everybody who calls.
    Only among people whose phone and e-mail the actor may see, this one included; at most `MOST`; four queries.
    """
    reached = Person.objects.visible_to(actor, "people.contact", row_by_row=True)
    person = reached.filter(pk=person_id).order_by("pk").first()
    if person is None:
        return []
    # Said twice so that the index of those who have one at all is used.
    alike = (
        ("the same phone number", ~Q(phone_e164="") & Q(phone_e164=person.phone_e164), person.phone_e164),
        ("the same e-mail", ~Q(email_key="") & Q(email_key=person.email_key), person.email_key),
        (
            "the same family name and post code",
            ~Q(postcode="") & Q(postcode=person.postcode, family_name=person.family_name),
            person.postcode and person.family_name,
        ),
    )
    found: dict[int, tuple[int, str, str]] = {}
    for what, condition, is_known in alike:
        if is_known:
            for other in reached.filter(condition).exclude(pk__in={person_id, *found}).order_by("pk")[:MOST]:
                found[other.pk] = (other.pk, str(other), what)
    return list(found.values())[:MOST]
