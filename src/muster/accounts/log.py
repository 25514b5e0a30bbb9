"""What happens at the door, as lines of the log: who, from where, what. The trace of changes is another thing (`audit`)."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

_log = logging.getLogger("muster.security")


def note(what: str, request: HttpRequest | None, *, account: int | None = None, **details: Any) -> None:
    """
    Write one line.

    :param account: id of the account, where it is not that of the request; addresses are never written: a slip of the hand may
        put a password there
    """
    said = "".join(f" {name}={value}" for name, value in details.items())
    _log.info("%s from=%s%s", what, _place(request), said, extra={"request": request, "account": account})


def _place(request: HttpRequest | None) -> str:
    try:
        return str(get_adapter().get_client_ip(request)) if request is not None else "here"
    except PermissionDenied:
        return "unknown"
