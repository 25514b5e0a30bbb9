"""The Jinja2 environment of all pages: where templates lie, what they may call, how values are written."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static as static_url
from django.urls import get_script_prefix, reverse
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from muster.web import words


@cache
def _version(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"There is no static file {name}.")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]


def static(name: str) -> str:
    """Return the address of a static file with a mark that changes when its content does, so that browsers may keep it."""
    return f"{static_url(name)}?v={_version(name)}"


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a named page; `query` (a dict) is added after a question mark."""
    query = kwargs.pop("query", None)
    if query:
        return reverse(name, args=args, kwargs=kwargs, query=query)
    return _address(get_script_prefix(), name, args, tuple(sorted(kwargs.items())))


@lru_cache(maxsize=20_000)
def _address(prefix: str, name: str, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> str:
    # Some sixty on a page, and always the same.
    return reverse(name, args=args, kwargs=dict(kwargs))


def _folders() -> list[Path]:
    ours = [Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith("muster.")]
    return [folder for folder in ours if folder.is_dir()]


def environment(**options: Any) -> Environment:
    """Return the environment; Django's backend passes options such as `auto_reload` and calls this once."""
    work = settings.HOME / "work" / "templates"
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    options |= {
        "loader": FileSystemLoader(_folders()),
        "undefined": StrictUndefined,
        # Mails are plain text: an apostrophe in a name must stay one.
        "autoescape": lambda name: name is None or not name.endswith((".txt", ".ics")),
        "bytecode_cache": FileSystemBytecodeCache(str(work)),
    }
    made = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701
    made.globals |= {"url": url, "static": static}
    made.filters |= {
        "day": words.day,
        "moment": words.moment,
        "month": words.month,
        "number": words.number,
        "share": words.share,
        "plural": words.plural,
    }
    return made
