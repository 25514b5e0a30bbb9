"""Where the numbers of a balance sheet lead: to the lists behind them, for whoever may open those."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from urllib.parse import quote

from django.urls import reverse

from muster.access.actor import Actor
from muster.reports.behind import lists
from muster.reports.figures import CONTACTS


class Links:
    """Addresses of lists about a unit on a day, '' where the actor may not open one. No query; made for thousands of them."""

    def __init__(self, actor: Actor, unit_id: int | None, on: date) -> None:
        self._query: dict[str, int | str] = {} if unit_id is None else {"unit": unit_id}
        if on != actor.on:
            self._query["on"] = on.isoformat()
        self._start = reverse("reports:behind", query=self._query | {"figure": ""})
        self._may = cache(lambda name: lists.may_open(actor, unit_id, name))

    def list_of(self, figure: str, **place: int) -> str:
        """Return the page behind a figure; '' also where no figure is named."""
        if figure == CONTACTS:
            return reverse(
                "figures:contact_figures", query={"unit": self._query["unit"]} if "unit" in self._query else {}
            )
        if not figure or not self._may(figure.partition(":")[0]):
            return ""
        return self._start + quote(figure, safe=":") + "".join(f"&{name}={number}" for name, number in place.items())

    def goal(self, key: int, measure: str) -> str:
        """Return the page behind the number of a goal; one of inquiries only for who may see those."""
        return self.list_of(f"goal:{key}") if measure != "inquiries" or self._may("inquiries") else ""

    def cells(self, keys: Iterable[Iterable[str]]) -> list[list[str]]:
        """Return an address for each cell of a table, the first cell of each row being a name without one."""
        return [["", *map(self.list_of, of_row)] for of_row in keys]

    def file(self, figure: str, kind: str) -> str:
        """Return the same list as a file."""
        return reverse("reports:behind_file", args=[kind], query=self._query | {"figure": figure})

    def sheet(self) -> str:
        """Return the balance sheet itself."""
        return reverse("reports:balance_sheet", query=self._query)

    def row(self, row: lists.Row) -> str:
        """Return what a line of a list leads to."""
        if row.person_id is not None:
            return reverse("people:person_detail", args=[row.person_id])
        if row.unit_id is not None:
            return reverse("units:unit_detail", args=[row.unit_id])
        return self.list_of(row.figure)


def columns(found: lists.Behind) -> list[dict[str, object]]:
    """Return the heads of a list as the table wants them: columns of numbers set to the right."""
    cells = found.rows[0].cells if found.rows else ()
    numbers = [False, *(isinstance(cell, int) for cell in cells)]
    return [{"label": head, "number": number} for head, number in zip(found.heads, numbers, strict=False)]
