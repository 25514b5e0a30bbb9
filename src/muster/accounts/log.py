"""
What happens at the door, as lines of the log. The trace of changes is another thing (`audit`).

A line names an account or the address of a computer, never both: a log must not become a list of where members are.
"""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

_log = logging.getLogger("muster.security")


def note(what: str, request: HttpRequest | None, *, account: int | None = None, **details: Any) -> None:
    """
    Write one line.

    :param account: id of the account, where it is not that of the request; an e-mail address is never written: a slip of the
        hand may put a password there
    """
    if account is None and request is not None:
        account = getattr(request.user, "pk", None)
    if not account:
        details = {"from": place(request), **details}
    said = "".join(f" {name}={value}" for name, value in details.items())
    _log.info("%s%s", what, said, extra={"request": request, "account": account})


def place(request: HttpRequest | None) -> str:
    """Return the address a request comes from, as the proxies we trust say; "here" without a request."""
    try:
        return str(get_adapter().get_client_ip(request)) if request is not None else "here"
    except PermissionDenied:
        return "unknown"
