"""Putting an application back as it was before it was made or decided."""

from collections.abc import Mapping
from typing import Any

from muster.contacts.models import Application, Welcome


def as_before(application: Application, *, is_new: bool) -> dict[str, Any]:
    """Return what `put_back` needs of an application that is about to change; `is_new`: it was not there before."""
    columns = ("state", "dues_cents", "dues_every")
    stored = {column: getattr(application, column) for column in columns}
    paid_on = application.dues_paid_on
    return {"id": application.pk, "new": is_new, "paid_on": paid_on and paid_on.isoformat(), **stored}


def is_decided(before: Mapping[str, Any]) -> bool:
    """Say whether the application was accepted or turned down by now, and hold it until the transaction ends; one query."""
    rows = Application.objects.unscoped("the change was the actor's own; the person was checked").select_for_update()
    row = rows.filter(pk=before["id"]).order_by("pk").first()
    return row is not None and row.state in (Application.State.ACCEPTED, Application.State.REJECTED)


def put_back(before: Mapping[str, Any], version: int) -> bool:
    """
    Make an application what it was, its welcome steps gone; say whether that could be done.

    :param version: the one that what is taken back left it with; a newer one, or a step done since, stands in the way
    """
    rows = Application.objects.unscoped("the change was the actor's own; the person was checked")
    steps = Welcome.objects.unscoped("the change was the actor's own; the person was checked")
    theirs = steps.filter(application_id=before["id"])
    row = rows.select_for_update().filter(pk=before["id"], version=version)
    if theirs.exclude(done_at=None).exists() or not row.exists():
        return False
    theirs.delete()
    if before["new"]:
        row.delete()
        return True
    columns = {column: before[column] for column in ("state", "dues_cents", "dues_every")}
    columns |= {"dues_paid_on": before["paid_on"], "reason": "", "decided_at": None, "decided_by": None}
    row.update(**columns, version=version + 1)
    return True
