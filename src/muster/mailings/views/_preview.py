"""A letter as its first readers would get it, and how many those are."""

from dataclasses import dataclass

from markupsafe import Markup

from muster.access.http import ActorRequest
from muster.core.errors import DomainError
from muster.mailings.calc.letters import Template, Written
from muster.mailings.queries import audience
from muster.mailings.queries.audience import Audience
from muster.mailings.queries.mailings import Mailing
from muster.mailings.services.writing import read_by
from muster.units import queries as units

SHOWN = 3
# The way out of a letter is known to its reader alone.
_OF_NOBODY = "only-in-theirs"


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter as it arrives; `html` was cleaned by `calc.letters`."""

    name: str
    written: Written

    @property
    def html(self) -> Markup:
        return Markup(self.written.html)  # noqa: S704  # cleaned by nh3, what was filled in escaped


@dataclass(frozen=True, slots=True)
class Preview:
    """:ivar wrong: why there is none, '' where there is"""

    audience: Audience | None
    samples: list[Sample]
    wrong: str = ""


def preview(request: ActorRequest, mailing: Mailing) -> Preview:
    """Return what a letter, stored or not, would look like to its first readers."""
    actor = request.actor
    try:
        template = Template(mailing.subject, mailing.body)
        found = audience.audience(actor, mailing.unit_id, mailing.ask, units.terms(request.organisation))
    except DomainError as error:
        return Preview(None, [], str(error))
    readers = audience.first_readers(actor, mailing.unit_id, found, most=SHOWN)
    return Preview(
        found,
        [
            Sample(each.name, read_by(actor=actor, mailing=mailing, template=template, reader=each, token=_OF_NOBODY))
            for each in readers
        ],
    )
