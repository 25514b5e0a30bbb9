"""A real browser: a live server, pages signed in as one of the cast, axe, screenshots."""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import expect, sync_playwright

# A busy machine must not fail a test that waits for a page.
expect.set_options(timeout=30_000)
# Playwright's own event loop runs in this thread; the code under test runs in the live server's.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDTHS, SCHEMES = (390, 1280), ("light", "dark")


@pytest.fixture(scope="session")
def browser(django_db_setup, django_db_blocker):
    contents = connection._test_serialized_contents
    with sync_playwright() as playwright:
        # From here on an event loop runs in this thread, and Django keeps a second connection for it.
        connection._test_serialized_contents = contents
        # The same engine; without the windows it costs half.
        found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture
def open_page(browser, live_server, transactional_db):
    """
    `open_page(alice, "/more/", width=390, scheme="dark")`: the page in a window of her own, after it has loaded.

    With None for a path the window is empty.
    """
    contexts = []

    def open_it(user, path="/", *, width=1280, height=800, scheme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, base_url=live_server.url, **options
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: note(page, message))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        if path:
            page.goto(path)
        return page

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page, alice):
    """Today, as alice sees it on a laptop."""
    return open_page(alice)


def note(page, message) -> None:
    # That the page itself is a 404 is what some tests are about.
    if message.type in ("error", "warning") and message.location["url"] != page.url:
        page.problems.append(message.text)


def violations(page) -> list[str]:
    """What axe finds, one line for each element."""
    # To read half a megabyte of script takes as long as to look at a page with it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((told) => told.violations)")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflow(page) -> int:
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def screenshot(page, name: str) -> None:
    """Keep a picture in build/screenshots when MUSTER_SCREENSHOTS=1."""
    if os.environ.get("MUSTER_SCREENSHOTS") == "1":
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.fixture
def looks_right(open_page):
    """
    `looks_right(alice, "/more/", "more")`: at both widths and in both schemes axe finds nothing, nothing is cut off, the
    console is silent; at 320 px nothing has to be scrolled sideways.
    """

    def check(user, path, name, prepare=lambda page: None):
        page = open_page(user, None)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=SCHEMES[0])
            page.goto(path)
            prepare(page)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                screenshot(page, f"{name}-{width}-{scheme}")
                assert (violations(page), overflow(page), page.problems) == ([], 0, []), f"{name} {width} {scheme}"
            if width == min(WIDTHS):
                page.set_viewport_size({"width": 320, "height": 800})
                assert overflow(page) == 0, f"{name} at 320 px"
        page.context.close()

    return check
