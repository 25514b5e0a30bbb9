"""Small steps that the tests of imports share."""

from pathlib import Path

from django.apps import apps
from django.db import connection

from muster.access.actor import system_actor
from muster.transfer import services
from muster.transfer.engine.tables import KINDS
from tests.builders import NOON, TODAY

SYSTEM = system_actor("test", on=TODAY)
COUNTED = ("created", "updated", "unchanged", "rejected")
NOT_COMPARED = {"audit_entry", "audit_head", "transfer_batch", "transfer_change"}


def write_files(folder: Path, **files: str) -> Path:
    """`write_files(tmp_path, people="person,given_name\\nP1,Ana")` makes people.csv; leading spaces of lines go."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        lines = "\n".join(line.strip() for line in text.strip().splitlines())
        (folder / f"{name}.csv").write_text(lines + "\n", encoding="utf-8")
    return folder


def preview(path: Path, *, actor=SYSTEM, source="", now=NOON, mapping=None):
    """Bring an import to its preview."""
    batch = services.start_batch(actor=actor, path=path, name=path.name, source=source, now=now)
    batch = services.read_batch(actor=actor, batch_id=batch.pk, now=now)
    if mapping:
        batch = services.set_mapping(actor=actor, batch_id=batch.pk, mapping=mapping, now=now)
    if batch.state == "MAPPING":
        batch = services.preview_batch(actor=actor, batch_id=batch.pk, now=now)
    return batch


def publish(path: Path, **options):
    """Import from beginning to end."""
    actor, now = options.get("actor", SYSTEM), options.get("now", NOON)
    batch = preview(path, **options)
    return services.publish_batch(actor=actor, batch_id=batch.pk, now=now)


def counts(batch) -> dict[str, tuple[int, int, int, int]]:
    """kind → (created, updated, unchanged, rejected), kinds without a row left out."""
    found = {kind: tuple(batch.result[kind][name] for name in COUNTED) for kind in KINDS}
    return {kind: value for kind, value in found.items() if any(value)}


def problems(batch) -> list[tuple[str, int | None, str, str]]:
    """(file, row, column, message) of every problem."""
    return [(p["file"], p["row"], p["column"], p["message"]) for p in batch.result["problems"]]


def dump() -> dict[str, list[tuple]]:
    """Every row of every table of ours, but for the trace and the batches."""
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model.__module__.startswith("muster.") and table not in NOT_COMPARED:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
                tables[table] = [tuple(map(str, row)) for row in cursor.fetchall()]
    return tables


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
