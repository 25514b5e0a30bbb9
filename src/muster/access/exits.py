"""Lists on their way out: does one need a reason, or a second person, before it leaves as a file; and the file itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render

from muster.access import canary
from muster.access.actor import Actor
from muster.access.calc import LONG, SHORT, Needed, needed
from muster.access.http import ActorRequest, blame
from muster.access.models import Release
from muster.access.services import releases
from muster.core.errors import DomainError
from muster.core.sheets import lists

RELEASE = "release"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="What is it for",
        max_length=300,
        help_text="For example: letters to everybody about the congress. It stays in the trace.",
    )


@dataclass(frozen=True, slots=True)
class Pass:
    """
    The file may leave.

    :ivar release: what allowed it; None: the list is short
    """

    actor: Actor
    release: Release | None = None

    def marked(self, rows: Iterator[canary.Row]) -> Iterator[canary.Row]:
        """Return heads and rows of the file, with a made-up row among the first where the list is long."""
        if self.release is None:
            return rows
        heads, first = next(rows), list(islice(rows, SHORT))
        if found := canary.made_up(first):
            place, row = found
            releases.keep_canary(actor=self.actor, release=self.release, ref=row[0], name=row[1])
            first.insert(place, row)
        return chain([heads], first, rows)


def leave(
    request: ActorRequest, *, count: int, members: Callable[[], int], unit_id: int | None, back: str, now: datetime
) -> Pass | HttpResponse:
    """
    Return a pass, or the page to answer with instead: the question what a long list is for.

    :param count: people on the list
    :param members: how many members the whole organisation has; asked only of long lists
    :param back: address of the page with the list
    """
    if count <= SHORT:
        return Pass(request.actor)
    need = needed(count, members=members())
    address = _address(request, unit_id)
    if request.method == "GET" and RELEASE in request.GET:
        try:
            ref = request.GET[RELEASE]
            taken = releases.take_release(actor=request.actor, ref=ref, address=address, count=count, now=now)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("releases:release_list")
        return Pass(request.actor, taken)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            releases.ask_release(
                actor=request.actor, address=address, unit_id=unit_id, count=count, need=need, now=now,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except DomainError as error:
            blame(form, error)
        else:
            return redirect("releases:release_list")
    shown = {"form": form, "count": count, "back": back, "second": need is Needed.SECOND, "limit": LONG}
    return render(request, "web/releases/release_ask.html", shown)


def as_file(rows: Iterator[canary.Row], *, kind: str, name: str, title: str) -> HttpResponseBase:
    """
    Return the answer that is a file of these rows, written as it is sent.

    :param kind: one of `lists.KINDS`
    :param name: of the file, without its ending
    :param title: of the sheet in a workbook
    """
    if kind == "xlsx":
        return FileResponse(lists.xlsx(rows, title), as_attachment=True, filename=f"{name}.xlsx")
    answer = StreamingHttpResponse(lists.csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _address(request: ActorRequest, unit_id: int | None) -> str:
    """Return the address of just this list: with the unit one stands in, without the name of a release."""
    query = request.GET.copy()
    query.pop(RELEASE, None)
    if unit_id is not None:
        query["unit"] = str(unit_id)
    return f"{request.path}?{query.urlencode()}" if query else request.path
