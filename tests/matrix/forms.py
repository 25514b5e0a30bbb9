"""The forms of a page as they are sent: which fields they have, what stands in them, and what may be chosen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SILENT = {"submit", "button", "reset", "image", "file"}


@dataclass
class Field:
    """:ivar choices: what a select or a group of radio buttons offers"""

    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """:ivar action: where it is sent, '' for the page it stands on"""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_sent_to(page: str, path: str) -> Form | None:
    """Return the form of a page that is posted to an address, the longest if several are."""
    fitting = [form for form in forms_of(page) if form.method == "post" and form.action in ("", path)]
    return max(fitting, key=lambda form: len(form.fields), default=None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._open: Field | None = None
        self._writes = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._inside)
        elif self._inside is None:
            return
        elif tag in ("input", "select", "textarea"):
            self._field(tag, given)
        elif tag == "option" and self._open is not None:
            value = given.get("value", "")
            self._open.choices.append(value)
            if "selected" in given:
                self._open.value = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        if tag in ("select", "textarea"):
            self._open, self._writes = None, False

    def handle_data(self, data: str) -> None:
        if self._writes and self._open is not None:
            self._open.value += data

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._inside is not None
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        if not name or kind in _SILENT or name == "csrfmiddlewaretoken":
            return
        found = self._inside.fields.setdefault(name, Field(kind))
        if kind in ("radio", "checkbox"):
            found.choices.append(given.get("value", "on"))
            found.value = given.get("value", "on") if "checked" in given else found.value
        elif tag == "input":
            found.value = given.get("value", "")
        else:
            self._open, self._writes = found, tag == "textarea"


def sent(fields: dict[str, Field]) -> Iterator[tuple[str, str]]:
    """Yield what a browser would send: a box that is not ticked sends nothing."""
    for name, each in fields.items():
        if each.value or each.kind not in ("radio", "checkbox"):
            yield name, each.value
