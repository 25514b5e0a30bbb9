"""What every page knows besides its own content; worked out only where a template asks for it."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from muster.access import scope
from muster.access.http import ActorRequest
from muster.access.middleware import lacks_second_factor
from muster.core.terms import Terms
from muster.units import queries as unit_queries
from muster.web.navigation import Entry, navigation
from muster.web.saved_views import pages as saved_pages
from muster.web.saved_views import queries as saved_views


@dataclass(frozen=True, slots=True)
class Scope:
    """The unit one stands in."""

    unit_id: int
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class SavedTab:
    """A kept view of the list on the page; `change_url` is '' where one may not change it."""

    name: str
    url: str
    current: bool
    change_url: str


class Frame:
    """The frame around a page: who is signed in, where one stands, where one can go. Two queries where all of it is shown."""

    def __init__(self, request: ActorRequest, terms: Terms) -> None:
        self._request = request
        self._terms = terms

    @property
    def signed_in(self) -> bool:
        return self._request.user.is_authenticated

    @property
    def barred(self) -> bool:
        """Say whether only the pages of sign-in are open, until a second factor is set up."""
        return self.signed_in and lacks_second_factor(self._request)

    @property
    def label(self) -> str:
        return str(self._request.user)

    @property
    def keys_on(self) -> bool:
        return bool(getattr(self._request.user, "keyboard_shortcuts", True))

    @cached_property
    def navigation(self) -> list[Entry]:
        return navigation(self._request.actor, self._terms, self._request.path)

    @cached_property
    def scope(self) -> Scope | None:
        try:
            unit_id = scope.chosen_unit_id(self._request)
        except Http404:
            return None
        if unit_id is None:
            return None
        names = dict(unit_queries.choices([unit_id]))
        here = self._request.get_full_path()
        return Scope(unit_id, names.get(unit_id, ""), f"{reverse('web:scope')}?{urlencode({'next': here})}")

    @cached_property
    def saved_views(self) -> list[SavedTab]:
        """The views kept of this very list; one query, where a template asks."""
        match, actor = self._request.resolver_match, self._request.actor
        page = match.view_name if match else ""
        if page not in saved_pages.PAGES:
            return []
        now = self._request.GET.get("view", "")
        return [
            SavedTab(
                view.name,
                saved_pages.address(page, view.query, view.pk),
                str(view.pk) == now,
                reverse("views:view_change", args=[view.pk]) if saved_views.may_change(actor, view) else "",
            )
            for view in saved_views.saved_views(actor, page, scope.chosen_unit_id(self._request))
        ]

    @property
    def keep_view_url(self) -> str:
        """Where the filters of this list can be kept under a name."""
        match = self._request.resolver_match
        query = {"page": match.view_name if match else "", "query": self._request.GET.urlencode()}
        return reverse("views:view_save", query=query)

    @cached_property
    def urls(self) -> dict[str, str]:
        names = {
            "sign_out": "account_logout",
            "me": "web:me",
            "search": "web:search",
            "palette": "web:palette",
        }
        return {key: reverse(name) for key, name in names.items()}


def terms_of(request: ActorRequest) -> Terms:
    """Return the organisation's nouns; read once per request, and only when one is asked for."""
    if not hasattr(request, "terms"):
        request.terms = cast(Terms, SimpleLazyObject(lambda: unit_queries.terms(request.organisation)))
    return request.terms


def page(request: HttpRequest) -> dict[str, object]:
    """Give templates `frame`, `terms` (the organisation's nouns) and `csrf_input`."""
    if not hasattr(request, "actor"):
        return {}
    terms = terms_of(cast(ActorRequest, request))
    return {
        "frame": Frame(cast(ActorRequest, request), terms),
        "terms": terms,
        # One for all forms of a page; Django would mask the token anew for each.
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
    }
