"""Every address × every role × reading and writing: who gets an answer, and that no answer holds what its reader may not see."""

import io
import zipfile

import pytest
from django.urls import URLPattern, get_resolver, reverse

from tests.matrix.table import TABLE
from tests.matrix.world import NOT_A_TEXT, NOT_OF_A_UNIT, ROLES, SEEN_WITH, build, text_fields
from tests.test_architecture import project_models

pytestmark = pytest.mark.web
METHODS = ("GET", "POST")
FREE_ARGS = {"account_reset_password_from_key": ("1", "set-password")}


def addresses(patterns=None, namespace=""):
    """The name of every address of the site, namespaces spelled out."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            below = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, below)


def readable(response):
    """Everything an answer says: headers, body, and what is packed inside a sheet or an archive."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    parts = [body]
    if body[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(body))
        parts += [archive.read(name) for name in archive.namelist()]
    return "\n".join([str(response.headers), *(part.decode("utf-8", "replace") for part in parts)])


def ask(client, world, name, row, method):
    args = FREE_ARGS.get(name) or [world.ids[arg] for arg in row.args]
    if method == "GET":
        return client.get(reverse(name, args=args), row.query)
    return client.post(reverse(name, args=args), {key: world.ids.get(value, value) for key, value in row.data.items()})


def test_every_address_has_a_row():
    names = list(addresses())
    assert sorted(names) == sorted(TABLE)
    assert len(names) * len(ROLES) * len(METHODS) >= 210


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_gets_an_answer_and_nobody_sees_too_much(name, client, db):
    row, world = TABLE[name], build()
    statuses, leaks = {}, {}
    for role, user in world.users.items():
        for method in METHODS:
            client.logout()
            if user is not None:
                client.force_login(user)
            response = ask(client, world, name, row, method)
            statuses[role, method] = response.status_code
            told = row.tells if response.status_code == row.got else ()
            found = world.leaks(role, readable(response))
            if found := [leak for leak in found if leak.partition(" of ")[2] not in told]:
                leaks[role, method] = found

    assert statuses == {(role, method): row.expected(role, method) for role in ROLES for method in METHODS}
    assert leaks == {}


def test_every_text_of_the_world_can_be_told(db):
    world = build()
    texts = {
        f"{model._meta.label}.{column.name}"
        for model in project_models()
        if model._meta.label not in NOT_OF_A_UNIT
        for column in text_fields(model)
    }
    assert texts - NOT_A_TEXT == set(world.fields.values())
    assert {label for label in SEEN_WITH if label.count(".") == 1} <= {name.rpartition(".")[0] for name in texts}


def test_what_should_be_seen_is_seen(client, db):
    """The search for words can find: somebody who may see North does."""
    world = build()
    client.force_login(world.users["viewer"])
    text = readable(client.get(reverse("web:scope")))
    seen = [word for word in world.canaries if word in text]
    assert len(seen) >= 2
    assert [leak.partition(" ")[0] for leak in world.leaks("foreign", text)] == seen
    assert world.leaks("viewer", text) == []
