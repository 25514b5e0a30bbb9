"""The unit one stands in: what lists and figures are about."""

from django.http import Http404

from muster.access.http import ActorRequest, number_in

SESSION_KEY = "unit"


def chosen_unit_id(request: ActorRequest) -> int | None:
    """
    Return the unit one stands in: `?unit=` of the address, else the one chosen before, else the highest one's rights reach.

    None where the rights reach no unit. No query.

    :raises Http404: the address names a unit that is not there or that one may not see; both look the same
    """
    allowed = request.actor.units_for("units.view")
    if request.GET.get("unit"):
        unit_id = number_in(request.GET, "unit")
        if unit_id is None or unit_id not in allowed:
            raise Http404("No such unit.")
        return unit_id
    kept = request.session.get(SESSION_KEY)
    if kept in allowed:
        return int(kept)
    return request.actor.top_unit_id


def choose_unit(request: ActorRequest, unit_id: int) -> None:
    """
    Stand in that unit from now on.

    :raises Http404: it is not there or one may not see it
    """
    if unit_id not in request.actor.units_for("units.view"):
        raise Http404("No such unit.")
    request.session[SESSION_KEY] = unit_id
