"""What the workloads stand on: made-up files of the size asked for, databases of their own, commands to run."""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

from benchmarks.pairs import PREFIX, process

UNTIL = date(2026, 1, 31)
MUSTER = (sys.executable, "-m", "muster")
# What `muster serve` does before it answers.
PREPARE = "from muster.cli import init, start; start.django(); init.prepare_database()"
# Some rows of a made-up sheet are beyond reading, as in every sheet.
IMPORTED_IN_PART = (0, 1)
SERVER = os.environ.get("MUSTER_TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@dataclass(frozen=True)
class Ground:
    """
    :ivar size: people of the made-up organisation and rows of the made-up sheet
    :ivar database: sqlite or postgres
    :ivar work: folder for all of it; files of the same size found there are used again
    """

    size: int
    database: str
    work: Path
    pairs: int

    @cached_property
    def folder(self) -> Path:
        """The demo organisation as an exchange folder."""
        from muster.transfer.demo.folder import write_folder

        path = self.work / f"folder-{self.size}"
        if not (path / "done").exists():
            write_folder(path, people=self.size, seed=1, until=UNTIL)
            (path / "done").touch()
        return path

    @cached_property
    def sheet(self) -> Path:
        """A sheet of as many rows, 3 % of them people of the folder; the truth lies beside it."""
        from muster.transfer.demo.sheet import write_import_sheet

        path = self.work / f"sheet-{self.size}.csv"
        if not path.with_suffix(".done").exists():
            write_import_sheet(path, folder=self.folder, people=self.size, seed=2)
            path.with_suffix(".done").touch()
        return path

    @cached_property
    def small_sheet(self) -> Path:
        """A sheet of a tenth as many rows (1,000 at least), 3 % of them people of the folder."""
        from muster.transfer.demo.sheet import write_import_sheet

        path = self.work / f"small-sheet-{self.size}.csv"
        if not path.with_suffix(".done").exists():
            write_import_sheet(path, folder=self.folder, people=self.small_rows, seed=3)
            path.with_suffix(".done").touch()
        return path

    @property
    def small_rows(self) -> int:
        """Rows of the small sheet."""
        return max(1000, self.size // 10)

    def initialised(self, name: str) -> dict[str, str]:
        """Return the environment of a fresh installation with an organisation and nobody in it."""
        environment = self.emptied(name)
        arguments = ["init", "--name", "Benchmark", "--admin-email", "admin@example.org"]
        process([*MUSTER, *arguments], environment=environment)()
        return environment

    def emptied(self, name: str) -> dict[str, str]:
        """Return the environment of an installation in which there is nothing at all, not even a table."""
        environment = self.environment(name)
        self._clear(name)
        Path(environment["MUSTER_HOME"]).mkdir(parents=True)
        if self.database == "postgres":
            self.execute(f'CREATE DATABASE "{self._database(name)}"')
        return environment

    def loaded(self) -> dict[str, str]:
        """Return the environment of an installation with the demo organisation in it; made once in a run, not to be changed."""
        environment = self.environment("loaded")
        mark = Path(environment["MUSTER_HOME"]) / "loaded"
        if not mark.exists():
            self.initialised("loaded")
            process([*MUSTER, "import", str(self.folder), "--yes", "--format", "json"], environment=environment)()
            mark.touch()
            if self.database == "postgres":
                self.execute("VACUUM ANALYZE", database=self._database("loaded"))
        return environment

    def copy(self, name: str, of: str = "loaded") -> dict[str, str]:
        """Return the environment of a copy, to be changed as one likes; an earlier copy of that name is thrown away."""
        environment = self.environment(name)
        self._clear(name)
        source = self.loaded() if of == "loaded" else self.environment(of)
        shutil.copytree(source["MUSTER_HOME"], environment["MUSTER_HOME"])
        if self.database == "postgres":
            self.execute(f'CREATE DATABASE "{self._database(name)}" TEMPLATE "{self._database(of)}"')
        return environment

    def by_its_own_role(self, environment: dict[str, str]) -> dict[str, str]:
        """Return the environment of that installation as it should be run: by a role that the policies of rows hold for."""
        if self.database != "postgres":
            return environment
        role, password = self._role, secrets.token_hex()
        self.execute(
            f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
            f"ALTER ROLE {role} PASSWORD '{password}'",
        )
        owner = environment["DATABASE_URL"]
        parts = urlsplit(owner)
        site = urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"))
        own = environment | {"DATABASE_URL": site, "DATABASE_OWNER_URL": owner}
        process(
            [sys.executable, "-c", PREPARE], environment=own | {"DJANGO_SETTINGS_MODULE": "muster.config.settings"}
        )()
        return own

    def use(self, environment: dict[str, str]) -> None:
        """Let this process itself be that installation; once, as Django has one set of settings."""
        import django

        os.environ |= environment | {"DJANGO_SETTINGS_MODULE": "muster.config.settings"}
        django.setup()
        from muster.access import rows

        # As a command does; a page it asks for shows what its reader may see all the same.
        rows.process_sees_everyone()

    @contextmanager
    def smaller(self, size: int) -> Iterator["Ground"]:
        """Lend ground of another size; its installations are gone afterwards."""
        other = replace(self, size=size, work=self.work / f"of-{size}")
        other.work.mkdir(exist_ok=True)
        try:
            yield other
        finally:
            other.clear()

    def drop(self, name: str) -> None:
        """Throw one installation away."""
        self._clear(name)

    def clear(self) -> None:
        """Throw every installation away; the made-up files stay."""
        for home in self.work.glob(f"home-{self.database}-*"):
            self._clear(home.name.removeprefix(f"home-{self.database}-"))
        if self.database == "postgres":
            self.execute(f"DROP ROLE IF EXISTS {self._role}")

    def execute(self, *statements: str, database: str = "") -> None:
        """Run statements on the PostgreSQL server, each on its own, outside a transaction."""
        import psycopg

        with psycopg.connect(self._url(database) if database else SERVER, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _clear(self, name: str) -> None:
        shutil.rmtree(self.environment(name)["MUSTER_HOME"], ignore_errors=True)
        if self.database == "postgres":
            self.execute(f'DROP DATABASE IF EXISTS "{self._database(name)}" WITH (FORCE)')

    def environment(self, name: str) -> dict[str, str]:
        """Return where the installation of that name is, or will be."""
        home = self.work / f"home-{self.database}-{name}"
        url = self._url(self._database(name)) if self.database == "postgres" else ""
        return {"MUSTER_HOME": str(home), "DATABASE_URL": url, "MUSTER_HTTPS": "0", "MUSTER_LIMITS": "0"}

    def _database(self, name: str) -> str:
        # Two runs in two folders must not take each other's databases away.
        return f"{PREFIX}{crc32(bytes(self.work)):08x}_{name}"

    @property
    def _role(self) -> str:
        return self._database("site")

    def _url(self, database: str) -> str:
        return urlunsplit(urlsplit(SERVER)._replace(path=f"/{database}"))


def imported(kind: str, rows: int, *, share: float = 0.97) -> Callable[[bytes], bool]:
    """Return the judge of `muster import … --format json`: were `rows` rows of that kind read, and at least so many kept?"""

    def judge(output: bytes) -> bool:
        counts = json.loads(output)[kind]
        kept = counts["created"] + counts["updated"] + counts["unchanged"]
        return bool(kept + counts["rejected"] == rows and kept >= share * rows)

    return judge
