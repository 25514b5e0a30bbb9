"""What is asked in both worlds: everything of the matrix, and every form filled in with what somebody outside may be called."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.matrix.asking import Answer, Asker, path_of, taken_back, without_tokens
from tests.matrix.cells import questions
from tests.matrix.forms import Form, form_sent_to, sent
from tests.matrix.outside import CITY, EMAIL, FAMILY, GIVEN, NAME, PHONE, TAG, pin_numbers
from tests.matrix.table import TABLE

# Who sees North or a part of it, and nothing else.
WITHIN = ("anonymous", "member", "viewer", "organiser", "north_officer", "north_administrator", "branch_viewer")
# What is asked for by name, whoever has it.
SEARCHES: dict[str, tuple[dict[str, str], ...]] = {
    "people:person_list": ({"text": GIVEN}, {"city": CITY}, {"tag": TAG}, {"qualification": "organiser"}),
    "people:person_ask": (
        {"ask": f'name:"{GIVEN}" or tag:"{TAG}"'},
        {"ask": f'not city:"{CITY}"'},
        {"ask": 'in:"North 1" or in:"Pro"'},
        {"ask": "standing:member,former not at-large:yes"},
        {"ask": "field.Shirt:x or wrote<9y or has:email"},
        {"kind": "in"},
        {"kind": "field.Shirt", "add": "1", "value": TAG, "ask": "joined>1d"},
    ),
    "people:person_export": ({"text": FAMILY, "standing": "everyone"}, {"city": CITY}, {"ask": f'name:"{FAMILY}"'}),
    "web:search": ({"q": NAME}, {"q": EMAIL}, {"q": PHONE}, {"q": "North 1"}, {"q": "OUT-1"}),
    "web:palette": ({"q": NAME}, {"q": EMAIL}, {"q": PHONE}, {"q": "OUT-1"}),
    "web:scope": ({"q": "Pro"},),
    "contacts:inquiry_assign": ({"q": "Pro"},),
    "units:unit_tree": ({"q": "Pro"}, {"q": CITY}, {"closed": "1", "q": NAME}),
    "units:unit_move": ({"q": "Pro"},),
    "units:unit_close": ({"q": "Pro"},),
    "access:grant_list": ({"q": "Pro"}, {"q": EMAIL}),
    "merging:merge_with": ({"q": NAME}, {"q": EMAIL}),
    "merging:duplicate_list": ({"show": "apart"}, {"show": "merged"}, {"batch": "1"}),
}
# Each answer holds a secret of the reader's own, made for it.
SECRET = {"mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"}
_TYPED = {
    "email": EMAIL,
    "phone": PHONE,
    "given_name": GIVEN,
    "family_name": FAMILY,
    "name": NAME,
    "city": CITY,
    "tag": TAG,
    "tags": TAG,
    "label": "Shirt",
    "role": "chair",
    "office": "Chair",
    "qualification": "organiser",
    "reason": TAG,
}


@dataclass(frozen=True)
class Step:
    """One thing to ask; `typed` is sent by POST, and where the answer leads is looked at too."""

    role: str
    method: str
    path: str
    htmx: bool = False
    typed: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.role} {self.method} {self.path}{' htmx' if self.htmx else ''} {dict(self.typed) or ''}"


def steps(asker: Asker) -> list[Step]:
    """Return everything that is asked in both worlds."""
    names, found = sorted(TABLE.keys() - SECRET), []
    for fragment in (False, True):
        asked = questions(asker, names, roles=WITHIN, methods=("GET",), htmx=(fragment,), varied=not fragment)
        found += [Step(each.role, "GET", each.path, fragment) for each in asked]
    for name, queries in SEARCHES.items():
        for query in queries:
            path = path_of(name, TABLE[name].args, asker.world.ids, query)
            found += [Step(role, "GET", path) for role in WITHIN[2:]]
    for name in names:
        path = path_of(name, TABLE[name].args, asker.world.ids)
        row = {key: str(asker.world.ids.get(value, value)) for key, value in TABLE[name].data.items()}
        for role in WITHIN:
            found += [
                Step(role, "POST", path, typed=typed) for typed in {tuple(row.items()), *_filled(asker, role, path)}
            ]
    return list(dict.fromkeys(found))


def _filled(asker: Asker, role: str, path: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield what to type into the form of an address: what stands there, and what somebody outside is called."""
    page = asker.ask(role, path)
    form = form_sent_to(page.text, path) if page.status == 200 else None
    if form is not None and form.fields:
        yield tuple((name, value) for name, value in sent(form.fields) if value)
        yield tuple(filled_in(form, first=True).items())
        yield tuple(filled_in(form, first=False).items())


def filled_in(form: Form, *, first: bool) -> dict[str, str]:
    """Return what to send: the first or last of each choice, and what somebody outside is called."""
    typed = dict(sent(form.fields))
    for name, each in form.fields.items():
        if name.startswith("was:") or each.kind == "hidden":
            continue
        choices = [choice for choice in each.choices if choice]
        if choices and each.kind == "select":
            typed[name] = choices[0 if first else -1]
        elif name in _TYPED and each.kind in ("text", "email"):
            typed[name] = _TYPED[name]
        elif each.kind == "date" and not each.value and name in ("from_on", "on"):
            typed[name] = "2026-02-01"
    return typed


def answered(asker: Asker, step: Step) -> str:
    """Return what is said to a step, and on the page it leads to, without what is drawn anew; takes back what it did."""
    with taken_back():
        if step.method == "POST":
            pin_numbers()
        answer = asker.do(step.role, step.path, step.method, data=dict(step.typed), htmx=step.htmx)
        said = [answer.text]
        if step.method == "POST" and (path := _leads_to(answer)):
            said.append(asker.do(step.role, path).text)
    return without_tokens("\n".join(said))


def _leads_to(answer: Answer) -> str:
    if answer.status != 302:
        return ""
    path = answer.text.partition("'Location': '")[2].partition("'")[0]
    try:
        resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    return path
