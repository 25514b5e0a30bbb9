"""Checks on the shape of the code base that no linter offers: above all, that rights are decided in one place."""

import ast
import importlib
import inspect
import pkgutil
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps

import muster
from muster.access.actor import Actor
from muster.access.querysets import ScopedQuerySet
from muster.core import privacy
from tests.builders import (
    NOON,
    TODAY,
    make_case,
    make_claim,
    make_goal,
    make_inquiry,
    make_mailing,
    make_meeting,
    make_office,
    make_person,
    make_placement,
    make_private,
    make_qualification,
    make_standing,
    make_user,
)

SOURCES = Path(muster.__file__).parent
# Below rights: these apps know no actor.
FOUNDATION = {"core", "units", "accounts", "audit"}
AFTER_OBJECTS = {"visible_to", "create", "bulk_create", "unscoped"}
# Models that point at a unit or a person and are read by other rules than `visible_to`; why stands beside each.
NOT_SCOPED = {
    "access.Grant": "rights themselves; `access.queries.grants` asks for access.grant",
    "access.Release": "read by who asked, by who may take out the same, and by who reads the whole trace",
    "contacts.PublicForm": "for everybody to read once it is on; changed by whoever may change the unit",
    "people.DuplicatePair": "read where both people may be seen",
    "people.Merge": "read by whoever may merge",
    "units.FormerKind": "below rights; what a unit was is known to whoever may see the unit",
    "units.Split": "below rights; `workflows.growing` asks for units.edit",
    "units.Closing": "below rights; `workflows.units` asks for units.edit",
    "workflows.ErasureRequest": "read by whoever may erase the person, and by the member",
    "units.Unit": "below rights; `access.queries.units` narrows it",
    "units.UnitExternalId": "below rights; asked for by ids that were narrowed already",
}
# What could ask another server for something. Muster asks none: so nobody can make it ask one of their choice.
OUTBOUND = {
    *(
        "requests",
        "httpx",
        "aiohttp",
        "urllib3",
        "http.client",
        "urllib.request",
        "ftplib",
        "smtplib",
        "xmlrpc",
        "telnetlib",
    ),
    *("imaplib", "imap_tools", "poplib", "paramiko", "websockets", "asyncio", "socket", "ssl"),
}
# Constants, the name of this machine, and whether a port is free; letters go through Django's mail alone.
NOT_ASKING = {
    "cli/serve.py": "socket",
    "cli/worker.py": "socket",
    "workflows/jobs.py": "socket",
    # How sending failed; and the one mailbox that the operator named.
    "contacts/tasks.py": "smtplib",
    "workflows/mailbox.py": "imap_tools",
    "people/views/changes.py": "http.client",
}
# Letters to many: what makes one, what hands it to the mail server, and what stands between.
WRITING_LETTERS = {"mailings/post.py", "mailings/services/_outbox.py", "mailings/services/writing.py"}
# What would run what it is given.
RUNNING = {"pickle", "marshal", "shelve", "dill", "code", "codeop", "runpy", "xml", "lxml", "yaml"}
# Programs that are started, always as a list of words and never by a shell.
STARTING = {
    *("cli/serve.py", "cli/drill.py", "backup/postgres.py"),
    *("core/mails/apart.py", "core/sheets/trial.py", "core/sheets/workbooks.py"),
}
# Housekeeping that nobody asks for and that shows nobody anything.
NOBODY_ASKED = {
    "muster.contacts.services.claims.forget_old_changes",
    "muster.contacts.services.letters.forget_raw",
    "muster.people.services.merging.forget_old_merges",
    "muster.people.services.undo.forget_old_reasons",
    "muster.transfer.services.forget_old_changes",
}
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime"}
OF_A_MOMENT = {"localdate", "localtime"}  # with an argument they ask no clock
READS_THE_CLOCK = ("views", "middleware", "context", "commands", "cli", "tasks", "signals")


def project_models():
    return [model for model in apps.get_models() if model.__module__.startswith("muster.")]


def scoped_models():
    return [model for model in project_models() if isinstance(model._default_manager.all(), ScopedQuerySet)]


def modules_of(layer):
    """Every module of that layer in every app that knows of rights, packages taken apart."""
    for app in pkgutil.iter_modules(muster.__path__):
        folder = SOURCES / app.name
        if app.name in FOUNDATION or not folder.is_dir():
            continue
        if (folder / f"{layer}.py").exists():
            yield importlib.import_module(f"muster.{app.name}.{layer}")
        for found in pkgutil.walk_packages([str(folder / layer)], f"muster.{app.name}.{layer}."):
            # A module of their own that only its neighbours import.
            if not found.name.rpartition(".")[2].startswith("_"):
                yield importlib.import_module(found.name)


def public_functions(layer):
    for module in modules_of(layer):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if inspect.unwrap(function).__module__ == module.__name__ and not name.startswith("_"):
                yield pytest.param(function, id=f"{module.__name__.removeprefix('muster.')}.{name}")


def trees():
    for path in sorted(SOURCES.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(SOURCES).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.unit
@pytest.mark.parametrize("function", list(public_functions("queries")))
def test_every_query_takes_the_actor_first(function):
    assert next(iter(inspect.signature(function).parameters), None) == "actor"


@pytest.mark.unit
@pytest.mark.parametrize("function", list(public_functions("services")))
def test_every_service_is_told_by_name_who_acts(function):
    parameters = inspect.signature(function).parameters
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert "actor" in parameters or f"{function.__module__}.{function.__name__}" in NOBODY_ASKED


@pytest.mark.unit
def test_every_model_of_a_unit_or_a_person_is_scoped():
    guarded = {"units.Unit", "people.Person"}
    pointing = {
        model._meta.label
        for model in project_models()
        if any(field.related_model and field.related_model._meta.label in guarded for field in model._meta.fields)
    }
    scoped = {model._meta.label for model in scoped_models()}
    assert pointing - scoped == set(NOT_SCOPED)
    assert len(scoped) >= 9


@pytest.mark.unit
def test_no_row_has_a_back_door():
    """No reverse accessor leads from one of our rows (or from a template) to rows nobody filtered."""
    doors = {
        f"{model._meta.label}.{field.name}"
        for model in project_models()
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.is_relation and not field.remote_field.hidden
    }
    assert doors == set()


@pytest.mark.unit
def test_scoped_managers_are_always_told_who_is_looking():
    names = {model.__name__ for model in scoped_models()}
    told, found = 0, []
    for path, tree in trees():
        allowed = {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in AFTER_OBJECTS
        }
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(attr="objects", value=ast.Name(id=name)) if name in names and id(node) in allowed:
                    told += 1
                case ast.Attribute(attr="objects" | "_default_manager" | "_base_manager", value=ast.Name(id=name)) if (
                    name in names
                ):
                    found.append(f"{path}:{node.lineno} {name}.{node.attr}")
                case ast.Call(
                    func=ast.Name(id="get_object_or_404" | "get_list_or_404"), args=[ast.Name(id=name), *_]
                ) if name in names:
                    found.append(f"{path}:{node.lineno} {name} from an unfiltered table")
    assert found == []
    assert told > 0


@pytest.mark.unit
def test_skipping_the_check_needs_a_reason():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "unscoped"
        and not (len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and len(str(node.args[0].value)) >= 10)
    ]
    assert found == []


@pytest.mark.unit
def test_only_the_edge_reads_the_clock():
    """Everything else is told what day it is, so that it can be tried on any day."""
    found = []
    for path, tree in trees():
        if any(part.removesuffix(".py") in READS_THE_CLOCK for part in path.split("/")):
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr=attr, value=ast.Name(id="timezone" | "date" | "datetime"))):
                    if attr in CLOCKS and not (attr in OF_A_MOMENT and node.args):
                        found.append(f"{path}:{node.lineno} {attr}()")
    assert found == []


def imported(tree):
    """Yield the full names of everything a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(modules):
    """Return path → which of these modules it imports."""
    found = {}
    for path, tree in trees():
        for name in imported(tree):
            hit = next((module for module in modules if name == module or name.startswith(f"{module}.")), None)
            if hit:
                found[path] = hit
    return found


@pytest.mark.unit
def test_nothing_asks_another_server():
    """With no address that Muster asks there is none that somebody could choose; letters leave, and one mailbox is read."""
    assert imports_of(OUTBOUND) == NOT_ASKING
    uses = {
        path: {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_socket(node.value)}
        for path, tree in trees()
        if path in NOT_ASKING
    }
    assert set().union(*uses.values()) <= {"gethostname", "socket", "SOL_SOCKET", "SO_REUSEADDR"}
    assert set(imports_of({"django.core.mail"})) == {"accounts/tasks.py", "contacts/tasks.py", *WRITING_LETTERS}


def _is_socket(node):
    return isinstance(node, ast.Name) and node.id == "socket"


@pytest.mark.unit
def test_nothing_runs_what_it_is_given():
    assert imports_of(RUNNING) == {}
    assert set(imports_of({"subprocess"})) == STARTING
    found = []
    for path, tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="eval" | "exec" | "compile" | "__import__")):
                    found.append(f"{path}:{node.lineno}")
                case ast.Call(func=ast.Attribute(attr="system" | "popen" | "from_string" | "loads_pickle")):
                    found.append(f"{path}:{node.lineno}")
                case ast.keyword(arg="shell" | "allow_pickle", value=ast.Constant(value=True)):
                    found.append(f"{path}:{node.value.lineno}")
    assert found == []


def rows_in(unit):
    """One row of every scoped model that belongs to the unit."""
    person = make_person(unit=unit)
    case = make_case(person)
    call_list = apps.get_model("contacts.CallList").objects.create(unit=unit, name="x", cooldown_days=0, made_at=NOON)
    mailing = make_mailing(unit)
    support = apps.get_model("contacts.Scale").objects.get(name="Support")
    application = apps.get_model("contacts.Application").objects.create(person=person, applied_on=TODAY, made_at=NOON)
    return {
        "contacts.Application": application,
        "contacts.Welcome": apps.get_model("contacts.Welcome").objects.create(
            person=person, application=application, step_id=1, due_on=TODAY
        ),
        "contacts.Assessment": apps.get_model("contacts.Assessment").objects.create(
            person=person, scale=support, step=1, made_on=TODAY
        ),
        "contacts.CallList": call_list,
        "contacts.Call": apps.get_model("contacts.Call").objects.create(call_list=call_list, person=person),
        "contacts.Case": case,
        "contacts.Conversation": apps.get_model("contacts.Conversation").objects.create(
            person=person, kind="call", result="reached", held_at=NOON
        ),
        "contacts.StageChange": apps.get_model("contacts.StageChange").objects.create(
            person=person, case=case, stage=case.stage, changed_at=NOON
        ),
        "contacts.UnitMeeting": make_meeting(unit),
        "contacts.Claim": make_claim(unit, value=f"{unit.pk:05}"),
        "contacts.Inquiry": make_inquiry(person=person),
        "mailings.Mailing": mailing,
        "mailings.Letter": apps.get_model("mailings.Letter").objects.create(
            unit=unit, mailing=mailing, person=person, due_at=NOON, changed_at=NOON
        ),
        "people.Office": make_office(person, unit),
        "people.Person": person,
        "people.PersonExternalId": apps.get_model("people.PersonExternalId").objects.create(
            person=person, source="list", value=str(unit.pk)
        ),
        "people.PersonPrivate": make_private(person, notes="x"),
        "people.Placement": make_placement(person, unit, from_on=date(1998, 1, 1), to_on=date(1999, 1, 1)),
        "people.Qualification": make_qualification(person),
        "people.Standing": make_standing(person),
        "planning.Goal": make_goal(unit),
        "web.SavedView": apps.get_model("web.SavedView").objects.create(
            user=make_user(f"keeper{unit.pk}"), unit=unit, page="people:person_list", name="x", query="x"
        ),
    }


@pytest.mark.db
@pytest.mark.parametrize("label", sorted(model._meta.label for model in scoped_models()))
def test_visible_to_shows_one_unit_only(label, north, south):
    model = apps.get_model(label)
    north_rows, south_rows = rows_in(north), rows_in(south)
    assert set(north_rows) == {scoped._meta.label for scoped in scoped_models()}

    def seen(unit, permission=None):
        needed = permission or model.objects.unscoped("the permission's name").view_permission
        actor = Actor(label="x", on=TODAY, unit_ids={needed: frozenset({unit.pk})})
        return set(model.objects.visible_to(actor))

    assert north_rows[label] in seen(north)
    assert south_rows[label] not in seen(north)
    assert seen(north).isdisjoint(seen(south))
    assert set(model.objects.visible_to(Actor(label="nobody", on=TODAY))) == set()


@pytest.mark.unit
def test_every_column_is_marked_personal_secret_or_plain():
    """What is not marked is forgotten when somebody asks what is held about them, or to be erased."""
    stored = {
        model._meta.label: sorted(column.name for column in model._meta.concrete_fields)
        for model in apps.get_models(include_auto_created=True)
    }
    marked = {
        label: sorted(name for mark in ("personal", "secret", "plain") for name in privacy.columns(label, mark))
        for label in privacy.TABLES
    }
    assert marked == stored
    for label, table in privacy.TABLES.items():
        assert table.kept, label
