"""Small installations to back up: a home, and a database of the kind that the suite runs on."""

import os
import secrets
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pysqlite3.dbapi2 as sqlite3
from psycopg import sql

from muster.backup.databases import database_of

SERVER = os.environ.get("DATABASE_URL", "")
SESSION = "session-cookie-of-somebody-signed-in"
SETTINGS = {"MUSTER_HOSTS": "muster.example.org"}
# Not from the builders: they need Django, and a process that is killed should not wait for it.
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TABLES = """
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(50), name varchar(250));
CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text);
CREATE TABLE member (id integer PRIMARY KEY, name text);
CREATE TABLE work (id {serial} PRIMARY KEY, writer integer NOT NULL, n integer NOT NULL, half integer NOT NULL);
INSERT INTO django_migrations VALUES (1, 'units', '0001_initial');
"""


@dataclass(frozen=True)
class Place:
    """:ivar url: of its PostgreSQL database; '' for SQLite in the home"""

    home: Path
    url: str

    @property
    def database(self):
        return database_of(self.url, self.home)

    def connect(self):
        """A connection as the site opens it; closed with the block."""
        if self.url:
            return closing(psycopg.connect(self.url))
        connection = sqlite3.connect(str(self.home / "muster.sqlite3"), timeout=20)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return closing(connection)

    def rows(self, question):
        with self.connect() as connection:
            return connection.execute(question).fetchall()

    def content(self):
        """Everything it holds: rows by table, what is kept of the trace outside, uploads, keys."""
        tables = ("django_migrations", "django_session", "member", "work")
        files = {
            path.relative_to(self.home).as_posix(): path.read_bytes()
            for folder in ("audit", "uploads", "keys")
            for path in sorted((self.home / folder).rglob("*"))
            if path.is_file()
        }
        return {table: sorted(self.rows(f"SELECT * FROM {table}")) for table in tables} | files

    def fill(self, *, members=200, upload_bytes=50_000):
        """Make it an installation; what it holds does not compress."""
        for folder in ("audit", "uploads", "keys", "work", "backups"):
            (self.home / folder).mkdir(parents=True)
        (self.home / "keys" / "secret_key").write_text("the key of all sign-ins")
        (self.home / "audit" / "heads").write_text("2026-10-31 7 seal key signature\n")
        (self.home / "audit" / "tip").write_text("7 seal key signature")
        (self.home / "uploads" / "import-1").mkdir()
        (self.home / "uploads" / "import-1" / "liste Ä.csv").write_bytes(os.urandom(upload_bytes))
        (self.home / "uploads" / "empty").write_bytes(b"")
        serial = "bigserial" if self.url else "integer"
        mark = "%s" if self.url else "?"
        with self.connect() as connection:
            for statement in TABLES.format(serial=serial).split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            rows = [(number, secrets.token_hex(20)) for number in range(members)]
            cursor = connection.cursor()
            cursor.executemany(f"INSERT INTO member VALUES ({mark}, {mark})", rows)
            cursor.execute(f"INSERT INTO django_session VALUES ({mark}, 'x')", (SESSION,))
            connection.commit()
        return self


def create_database() -> str:
    """Make an empty database on the suite's server and return its address; '' on SQLite."""
    if not SERVER:
        return ""
    name = f"muster_backup_{secrets.token_hex(6)}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


def drop_database(url: str) -> None:
    if url:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            name = sql.Identifier(urlsplit(url).path[1:])
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
