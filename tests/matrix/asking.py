"""Asking as each role, without a trace: every request happens in a transaction of its own that is taken back."""

import io
import logging
import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader

from muster.accounts.sessions import SIGNED_IN_AT
from tests.matrix.world import World

# What is new in every answer and says nothing.
_TOKENS = re.compile(
    r"""(name="(?:csrfmiddlewaretoken|challenge)"\ value=")[^"]* | (csrf=)\w+ | (expires=)[^;]* | ('Expires':\ ')[^']*
    | ('Content-Length':\ ')\d+ | (<dcterms:(?:created|modified)[^>]*>)[^<]*
    | (/account/password/reset/key/)[\w-]+ | \b(M[PUI]-)[0-9A-Z]{12}\b""",
    re.VERBOSE,
)
FREE_ARGS = {"account_reset_password_from_key": ("1", "set-password")}


@dataclass(frozen=True)
class Answer:
    """
    What came back.

    :ivar text: everything it says: status, headers, cookies, messages, body, and what is packed inside a sheet or a PDF
    :ivar beside: everything it left beside the answer: letters, jobs, lines of the log
    :ivar queries: how many queries it took, 0 where they were not counted
    """

    status: int
    text: str
    beside: str
    queries: int = 0


def addresses(patterns: Any = None, namespace: str = "") -> Iterator[str]:
    """Yield the name of every address of the site, namespaces spelled out."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            below = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, below)


@dataclass
class Asker:
    """One browser for each role, signed in once."""

    world: World
    browsers: dict[str, Client] = field(default_factory=dict)
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    signed_in: dict[str, float] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        for role, user in self.world.users.items():
            self.browsers[role] = Client()
            if user is not None:
                self.browsers[role].force_login(user)
            self.signed_in[role] = time.monotonic()
            self.keys[role] = {name: morsel.value for name, morsel in self.browsers[role].cookies.items()}

    def browser(self, role: str) -> Client:
        """Return the role's browser as it was when it had just signed in."""
        browser = self.browsers[role]
        browser.cookies.clear()
        for name, value in self.keys[role].items():
            browser.cookies[name] = value
        return browser

    def sign_in_again(self, role: str) -> None:
        """Once a minute: what asks for a fresh sign-in is answered however long all the asking takes."""
        if time.monotonic() - self.signed_in[role] < 60:
            return
        self.signed_in[role] = time.monotonic()
        session = self.browser(role).session
        if SIGNED_IN_AT in session:
            session[SIGNED_IN_AT] = time.time()
            session.save()

    def ask(
        self,
        role: str,
        address: str,
        method: str = "GET",
        *,
        data: Mapping[str, Any] | None = None,
        htmx: bool = False,
        count: bool = False,
    ) -> Answer:
        """Ask and take back whatever it did; `count` says to count its queries."""
        self.sign_in_again(role)
        with taken_back():
            return self.do(role, address, method, data=data, htmx=htmx, count=count)

    def do(
        self,
        role: str,
        address: str,
        method: str = "GET",
        *,
        data: Mapping[str, Any] | None = None,
        htmx: bool = False,
        count: bool = False,
    ) -> Answer:
        """Ask, and let stand what it did."""
        self.asked += 1
        self.sign_in_again(role)
        browser, headers = self.browser(role), {"HX-Request": "true"} if htmx else {}
        mail.outbox.clear()
        jobs = DBTaskResult.objects.count() if method == "POST" else 0
        # The log holds so many and no more: a full one would count nothing.
        connection.queries_log.clear()
        with listening() as log, CaptureQueriesContext(connection) if count else _nothing() as queries:
            response = browser.generic(method, address, **_form(data), headers=headers)
            text = readable(response)
        letters = [str(letter.message()) for letter in mail.outbox]
        if method == "POST" and DBTaskResult.objects.count() != jobs:
            letters += [str(row) for row in DBTaskResult.objects.values()]
        return Answer(response.status_code, text, "\n".join([*letters, *log]), len(queries or ()))


def path_of(name: str, args: tuple[str, ...], ids: Mapping[str, Any], query: Mapping[str, Any] | None = None) -> str:
    """Return an address of the table with the ids of one side of the world."""
    found = FREE_ARGS.get(name) or tuple(ids[arg] for arg in args)
    return reverse(name, args=found, query=query or None)


def readable(response: HttpResponseBase) -> str:
    """Return everything an answer says, as text."""
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    parts = [body.decode("utf-8", "replace")]
    if body[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(body))
        parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    elif body[:5] == b"%PDF-":
        parts = [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
    stored = getattr(getattr(response, "wsgi_request", None), "_messages", None)
    said = [str(message) for message in getattr(stored, "_queued_messages", ())]
    cookies = [each.OutputString() for name, each in response.cookies.items() if name != settings.SESSION_COOKIE_NAME]
    return "\n".join([str(response.status_code), str(response.headers), *cookies, *said, *parts])


def without_tokens(text: str) -> str:
    """Return an answer without what is drawn anew for each."""
    return _TOKENS.sub(lambda found: next(filter(None, found.groups())), text)


@contextmanager
def taken_back() -> Iterator[None]:
    """Take back whatever is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect the lines that are logged inside."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("", "django", "muster")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield lines
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


@contextmanager
def _nothing() -> Iterator[tuple[()]]:
    yield ()


def _form(data: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"data": urlencode(data or {}, doseq=True), "content_type": "application/x-www-form-urlencoded"}
