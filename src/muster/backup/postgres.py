"""PostgreSQL: `pg_dump` of one exported snapshot, `pg_restore` in one transaction."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import psycopg
from psycopg import conninfo, sql

from muster.backup import half
from muster.backup.databases import LEFT_OUT, Snapshot
from muster.backup.problems import BackupProblem

# Stands in a database from before a restore fills it until the home is in place; its comment names where that waits.
MARK = "muster_restoring"
_SCRATCH = "Scratch of muster drill: may be dropped at any time."
_PLAIN = (
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-tablespaces",
    "--no-publications",
    "--no-subscriptions",
)
# Made anew when Muster starts on the database (`access.row_policies`), for the roles that there are then.
_MADE_ANEW = ("--exclude-schema=everyone", "--exclude-schema=asked")
_POLICIES = (" POLICY ", " ROW SECURITY ")
_OURS = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'muster_restoring')"


class Postgres:
    """The database that an address leads to."""

    engine, label, part = "postgresql", "PostgreSQL", "database.dump"

    def __init__(self, url: str) -> None:
        """
        :raises BackupProblem: the address cannot be read
        """
        self.url = url
        try:
            self._parts = conninfo.conninfo_to_dict(url)
        except psycopg.Error as error:
            raise BackupProblem(
                "DATABASE_URL cannot be read. It should look like postgres://user@host/name."
            ) from error

    def snapshot(self, target: Path) -> Snapshot:
        """Dump all of one moment; writers are not held up."""
        with self._connected() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            moment = _value(connection, "SELECT pg_export_snapshot()")
            if _value(connection, "SELECT to_regclass('django_migrations')") is None:
                raise BackupProblem("There is no organisation here yet, so there is nothing to back up.")
            _see_that_nothing_is_hidden(connection)
            names = connection.execute("SELECT app, name FROM django_migrations").fetchall()
            counts = {**_counts(connection), **dict.fromkeys(_left_out(connection), 0)}
            self._run(
                "pg_dump",
                "--format=custom",
                "--compress=0",
                f"--snapshot={moment}",
                f"--exclude-schema={MARK}",
                "--exclude-schema=stage_*",  # what an import has read and not yet stored is read again
                *(f"--exclude-table-data={table}" for table in LEFT_OUT),
                "--enable-row-security",
                *_MADE_ANEW,
                *_PLAIN,
                f"--file={target}",
            )
            version = connection.info.server_version
        return Snapshot(f"PostgreSQL {version // 10000}", counts, sorted(f"{app}.{name}" for app, name in names))

    def see_that_it_is_free(self, beside: Path) -> None:
        """Clear away what a killed restore put in here; refuse a database that holds anything else."""
        with self._connected() as connection:
            if (token := _mark(connection)) is not None and (beside / token / "home").is_dir():
                if half.is_worked_on(beside / token):
                    raise BackupProblem("Another restore into this database is running.")
                _empty(connection)
            if _tables(connection):
                raise BackupProblem(
                    f"The database “{connection.info.dbname}” is not empty, so nothing was restored. Create an empty one"
                    " and name it in DATABASE_URL."
                )

    def put(self, part: Path, home: Path, token: str) -> Mapping[str, int]:
        """Fill the empty database in one transaction."""
        with self._connected() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {MARK}")
            connection.execute(f"CREATE SCHEMA {MARK}")
            connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(MARK), sql.Literal(token)))
        contents = part.with_suffix(".contents")
        lines = self._run("pg_restore", "--list", str(part)).splitlines()
        contents.write_text("\n".join(line for line in lines if not any(policy in line for policy in _POLICIES)))
        self._run("pg_restore", "--single-transaction", "--exit-on-error", f"--use-list={contents}", *_PLAIN, str(part))
        with self._connected() as connection:
            return _counts(connection)

    def finished(self) -> None:
        """Take the mark away: from here on this is the database of a home."""
        with self._connected() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {MARK}")

    def taken_back(self) -> None:
        """Empty the database again, if a restore began to fill it."""
        with self._connected() as connection:
            if _mark(connection) is not None:
                _empty(connection)

    @contextmanager
    def scratch(self) -> Iterator["Postgres"]:
        """
        Give an empty database beside this one; it is dropped when the block ends.

        :raises BackupProblem: the role may not create databases, or one of that name belongs to somebody else
        """
        name = f"{self._parts['dbname']}_drill"[-63:]
        other = Postgres(urlsplit(self.url)._replace(path=f"/{name}").geturl())
        self._drop_scratch(name)
        with self._connected(autocommit=True) as connection:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege as error:
                user = connection.info.user
                raise BackupProblem(
                    f"The drill needs a database of its own for a moment, and {user} may not make one."
                    f" Allow it once: ALTER ROLE {user} CREATEDB"
                ) from error
            connection.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(_SCRATCH))
            )
        try:
            yield other
        finally:
            self._drop_scratch(name)

    def _drop_scratch(self, name: str) -> None:
        with self._connected(autocommit=True) as connection:
            found = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
            ).fetchone()
            if found is None:
                return
            if found[0] != _SCRATCH:
                raise BackupProblem(
                    f"The drill needs the name {name} for a moment, and there is such a database already."
                )
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def _connected(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        try:
            with psycopg.connect(self.url, autocommit=autocommit, connect_timeout=10) as connection:
                yield connection
        except psycopg.Error as error:
            raise BackupProblem(f"The database does not do what was asked: {str(error).strip()}") from error

    def _run(self, program: str, *options: str) -> str:
        # The password goes by the environment: everybody on the machine can read a command line.
        known = {name: str(value) for name, value in self._parts.items() if name != "password"}
        environment = {**os.environ, "PGAPPNAME": MARK, "PGCONNECT_TIMEOUT": "10"}
        if password := self._parts.get("password"):
            environment["PGPASSWORD"] = str(password)
        command = [program, f"--dbname={conninfo.make_conninfo('', **known)}", *options]
        try:
            answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        except FileNotFoundError as error:
            raise BackupProblem(
                f"{program} is not installed here. On Debian: apt-get install postgresql-client (not older than the server)."
            ) from error
        if answer.returncode != 0:
            raise BackupProblem(_why(program, answer.stderr))
        return answer.stdout


def _why(program: str, text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    said = next((line for line in lines if "error:" in line), lines[-1] if lines else "no reason given")
    detail = next((f" ({line.partition('detail: ')[2]})" for line in lines if "detail: " in line), "")
    if "No space left" in text or "File too large" in text:
        return "There is no room left on the disk. Make room and try again."
    return f"{program} failed: {said.partition('error: ')[2] or said}{detail}"


def _value(connection: psycopg.Connection[tuple[Any, ...]], question: str) -> Any:
    row = connection.execute(question).fetchone()
    return row[0] if row else None


def _mark(connection: psycopg.Connection[tuple[Any, ...]]) -> str | None:
    return cast(
        str | None,
        _value(connection, f"SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = '{MARK}'"),
    )


def _tables(connection: psycopg.Connection[tuple[Any, ...]]) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE c.relkind IN ('r', 'p') AND {_OURS} ORDER BY 1, 2"
    ).fetchall()


def _see_that_nothing_is_hidden(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Refuse a role from which a policy hides rows: they would be missing, and nobody would know."""
    hidden = connection.execute(
        "SELECT c.relname FROM pg_class c WHERE row_security_active(c.oid) AND c.relnamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname AND p.schemaname = 'public'"
        " AND p.permissive = 'PERMISSIVE' AND p.qual = 'true' AND current_user = ANY (p.roles)) ORDER BY 1"
    ).fetchall()
    if hidden:
        raise BackupProblem(
            f"PostgreSQL does not show every row of {hidden[0][0]} to {connection.info.user}. Name the owner of the tables"
            " in DATABASE_OWNER_URL."
        )


def _left_out(connection: psycopg.Connection[tuple[Any, ...]]) -> Sequence[str]:
    there = {name for schema, name in _tables(connection) if schema == "public"}
    return [table for table in LEFT_OUT if table in there]


def _counts(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, int]:
    return {
        name: int(
            connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name))).fetchone()[0]  # type: ignore[index]
        )
        for schema, name in _tables(connection)
        if schema == "public"
    }


def _empty(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Remove all that a restore put in; its own `pg_restore` may have outlived it."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()",
        [MARK],
    )
    drops = connection.execute(
        "SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'"
        " UNION ALL SELECT format('DROP TABLE %I.%I CASCADE', n.nspname, c.relname) FROM pg_class c"
        f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {_OURS}"
    ).fetchall()
    for (drop,) in drops:
        connection.execute(drop)
    routines = connection.execute(
        "SELECT format('DROP ROUTINE %s CASCADE', p.oid::regprocedure) FROM pg_proc p"
        f" JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS}"
    ).fetchall()
    for (drop,) in routines:
        connection.execute(drop)
    connection.execute(f"DROP SCHEMA IF EXISTS {MARK}")
