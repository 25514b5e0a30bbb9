"""Whatever leaves as a file leaves an entry first: by whom, of which unit, how many, in which format."""

import argparse
import inspect
from contextlib import contextmanager

import pytest
from django.urls import get_resolver

from muster.audit.models import Entry
from muster.cli import audit, reports, transfer
from muster.cli.main import COMMANDS
from muster.transfer.engine import rejected
from muster.transfer.models import Batch
from tests.builders import LONG_AGO, NOON, make_person, make_unit
from tests.matrix.asking import Asker, path_of, readable
from tests.matrix.cells import FORMATS
from tests.matrix.table import TABLE
from tests.matrix.world import build

pytestmark = pytest.mark.web

# Own codes of sign-in, which stand on the page as well: nothing of the register leaves.
NOT_OF_THE_REGISTER = {"mfa_download_recovery_codes"}
# What each command leaves behind of the register, '' where it writes nothing out. A new command fails until it is named here.
COMMAND_EXITS = {
    "export": "transfer.folder.exported",
    "balance-sheet": "reports.sheet.exported",
    "audit": "audit.trace.exported",
    # Its own entry, with the folder and the size, by `workflows.backups`.
    "backup": "backup.file.made",
} | dict.fromkeys(
    [
        "init",
        "import",
        "claims",
        "places",
        "undo",
        "backup-key",
        "restore",
        "drill",
        "serve",
        "new-key",
        "reset-second-factor",
        "worker",
        "fetch-mail",
        "doctor",
        "demo",
        "demo-data",
    ],
    "",
)


@contextmanager
def left_out(batch_id):
    path = rejected.path_of(batch_id)
    path.parent.mkdir(exist_ok=True)
    path.write_text("name,reason\nNora,who?\n", encoding="utf-8")
    yield
    path.unlink()


@pytest.fixture
def world(db):
    """The matrix's world; an import of it left rows out, and the administrator has a record of their own."""
    world = build()
    make_person("Ann Own", user=world.users["administrator"])
    with left_out(world.ids["batch"]):
        yield world


def views(patterns=None, namespace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        below = getattr(pattern, "url_patterns", None)
        if below is None:
            yield f"{namespace}{pattern.name}", pattern.callback
        else:
            yield from views(below, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def looks_like_an_exit(view):
    view = getattr(view, "view_class", inspect.unwrap(view))
    source = inspect.getsource(view)
    return "attachment" in source or "exits.as_file(" in source


def test_every_page_that_answers_with_a_file_leaves_an_entry(world):
    asker, administrator, found = Asker(world), world.users["administrator"], {}
    for name, row in TABLE.items():
        for kind in FORMATS.get(name, ("",)):
            ids = world.ids | {"format": kind or "json", "file_kind": kind or "csv", "picture": kind or "map"}
            ids["figures_table"] = kind or "stages"
            before = set(Entry.objects.values_list("pk", flat=True))
            browser = asker.browser("administrator")
            answer = browser.get(path_of(name, row.args, ids, row.query))
            readable(answer)
            if "attachment" in answer.headers.get("Content-Disposition", ""):
                found[name, kind] = [
                    (entry.user_id, entry.action.rpartition(".")[2], entry.count >= 0, entry.details["kind"])
                    for entry in Entry.objects.exclude(pk__in=before)
                ]

    expected = {
        "units:unit_csv": "csv",
        "transfer:import_rejected": "csv",
        "reports:numbers": "csv",
        "figures:contact_figures_file": "csv",
        "web:own_record_file": "json",
    }
    assert {name for name, _ in found} >= {*expected, *FORMATS}
    assert found == {
        (name, kind): [(administrator.pk, "exported", True, expected.get(name, kind))] for name, kind in found
    }
    # An exit that the walk could not open would be missed there, not here.
    assert {name for name, view in views() if looks_like_an_exit(view)} - {name for name, _ in found} == (
        NOT_OF_THE_REGISTER
    )


def test_an_entry_says_of_what_and_how_many(client, north, alice, dora):
    for name in ("Nora Berg", "Nils Berg"):
        make_person(name, unit=north, member_from=LONG_AGO)
    make_unit("North 1", parent=north)
    batch = Batch.objects.create(
        name="list.csv",
        source="x",
        created_at=NOON,
        state=Batch.State.DONE,
        result={"people": {"created": 5, "updated": 0, "unchanged": 0, "rejected": 3}},
    )
    with left_out(batch.pk):
        for user, path in ((alice, f"/units/{north.pk}.csv"), (dora, f"/imports/{batch.pk}/rejected.csv")):
            client.force_login(user)
            readable(client.get(path))
    # The administrator stands in a part of what she may see.
    client.get("/people/export.csv", {"unit": north.pk})

    assert list(Entry.objects.order_by("pk").values_list("action", "user_id", "target", "unit_id", "count")) == [
        ("units.list.exported", alice.pk, f"units.Unit:{north.pk}", north.pk, 2),
        ("transfer.rejected.exported", dora.pk, f"transfer.Batch:{batch.pk}", None, 3),
        ("people.list.exported", dora.pk, "", north.pk, 2),
    ]


def test_every_command_that_writes_out_leaves_an_entry(db, world, tmp_path, monkeypatch):
    names = argparse.ArgumentParser().add_subparsers()
    for define in COMMANDS:
        define(names)
    assert set(names.choices) == set(COMMAND_EXITS)

    for module in (audit, reports, transfer):
        monkeypatch.setattr(module.start, "organisation", lambda: None)
    asked = {"unit": None, "on": None, "compare": None, "output": str(tmp_path / "sheet")}
    reports.run(argparse.Namespace(command="balance-sheet", format="markdown", **asked))
    transfer.run(argparse.Namespace(command="export", folder=str(tmp_path / "out"), unit=None))
    audit.run(argparse.Namespace(command="audit", act="export", file=str(tmp_path / "trace")))

    done = list(Entry.objects.order_by("-pk").values_list("action", "user_id", "actor_label", "details")[:3])
    assert [action for action, *_ in reversed(done)] == [
        COMMAND_EXITS[name] for name in ("balance-sheet", "export", "audit")
    ]
    assert {user for _, user, *_ in done} == {None}
    assert {label for *_, label, _ in done} <= {"system:command", "system:export"}
    assert (tmp_path / "sheet").read_text().startswith("#")
    assert next(details for action, _, _, details in done if action.startswith("reports"))["kind"] == "markdown"
