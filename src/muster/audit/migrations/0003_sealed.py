"""Seal the entries there are, in the order in which they came, and let the database refuse to change or remove one."""

from django.db import migrations

from muster.audit import _sealing, outside
from muster.audit.calc import chain

_BATCH = 2000
_SAME = ("id", "happened_at", "user_id", "actor_label", "channel", "address", "action", "target", "unit_id", "count", "details")
REFUSAL = "The trace is never changed."


def seal_all(apps, schema_editor):
    key_id, mac = outside.current_mac()
    position, before, last_id = 0, chain.BEFORE_THE_FIRST, 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT {_sealing.columns()} FROM audit_entry WHERE id > %s ORDER BY id LIMIT {_BATCH}", [last_id]
            )
            rows = [_sealing.row_of(values) for values in cursor.fetchall()]
            if not rows:
                break
            sealed = []
            for row in rows:
                position += 1
                before = chain.seal(mac, before, position, chain.content(row))
                sealed.append((position, key_id, before, row.id))
            cursor.executemany("UPDATE audit_entry SET position = %s, key_id = %s, mac = %s WHERE id = %s", sealed)
            last_id = rows[-1].id
    if position:
        outside.note_tip(position, before)


def sqlite_guards():
    for table in ("audit_entry", "audit_head"):
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def postgres_guards():
    same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _SAME)
    yield (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    # An entry that waits gets its seal, once, and nothing else about it changes.
    yield (
        "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry FOR EACH ROW"
        f" WHEN (NOT (OLD.position IS NULL AND NEW.position IS NOT NULL AND {same})) EXECUTE FUNCTION audit_refuse()"
    )
    yield "CREATE TRIGGER audit_head_no_update BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    for table in ("audit_entry", "audit_head"):
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )


def guard(apps, schema_editor):
    guards = postgres_guards if schema_editor.connection.vendor == "postgresql" else sqlite_guards
    for statement in guards():
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_refuse CASCADE", params=None)
        return
    for table in ("audit_entry", "audit_head"):
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}", params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]
    operations = [
        migrations.RunPython(seal_all, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
