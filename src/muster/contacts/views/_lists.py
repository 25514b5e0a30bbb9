"""What the lists of contacts share: several kinds with their counts, and the way on and back."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.urls import reverse

from muster.access import scope
from muster.access.actor import Actor, NotAllowed
from muster.access.http import ActorRequest, number_in

Page = Callable[..., Any]
Count = Callable[[Actor, Actor, str], int]


def shown_list(
    request: ActorRequest,
    address: str,
    kinds: Mapping[str, str],
    page: Page,
    count: Count,
    *,
    also: tuple[str, ...] = (),
) -> dict[str, Any]:
    """
    Return what the page of a list shows of the kind that is asked for, the first where none is.

    :param page: a query of actor, actor where they stand, kind, `after` and `before`
    :param also: parameters of the address that stay
    """
    actor, address_of = request.actor, partial(_address, request, address, also)
    if not actor.may("contacts.view"):
        raise NotAllowed("You may not see contacts.")
    here = actor.standing_in(scope.chosen_unit_id(request))
    shown = request.GET["show"] if request.GET.get("show") in kinds else next(iter(kinds))
    found = page(actor, here, shown, **{name: number_in(request.GET, name) for name in ("after", "before")})
    return {
        "page": found,
        "shown": shown,
        "views": [
            (words, address_of(show=kind), kind == shown, count(actor, here, kind)) for kind, words in kinds.items()
        ],
        "previous": address_of(show=shown, before=found.previous) if found.previous else "",
        "next": address_of(show=shown, after=found.next) if found.next else "",
    }


def _address(request: ActorRequest, address: str, also: tuple[str, ...], **place: Any) -> str:
    kept = {name: request.GET[name] for name in ("unit", *also) if request.GET.get(name)}
    return reverse(address, query=kept | place)
