"""Writes of the tree. Rights and traces stand above units (in `workflows`), the rules of the tree stand here."""

from muster.core.errors import DomainError
from muster.units.models import Setting, Unit, UnitKind


class AlreadyFounded(DomainError):
    """There is a root unit already."""


def found(*, name: str, country: str) -> Unit:
    """
    Make the root unit and remember the country.

    :param country: ISO 3166-1 alpha-2
    :raises AlreadyFounded: there is a root unit
    """
    if Unit.objects.filter(parent=None).exists():
        raise AlreadyFounded("There is an organisation here already. Another one needs a MUSTER_HOME of its own.")
    Setting.objects.update_or_create(key="country", defaults={"value": country.upper()})
    return Unit.objects.create(name=name, kind=UnitKind.objects.get(code="organisation"))
