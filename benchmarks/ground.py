"""What the workloads stand on: made-up files of the size asked for, databases of their own, commands to run."""

import os
import shutil
import sys
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.pairs import process

UNTIL = date(2026, 1, 31)
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

    def home(self, name: str) -> dict[str, str]:
        """Return the environment of a fresh, empty installation of that name."""
        home = self.work / f"home-{self.database}-{name}"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        return self._environment(home, name, fresh=True)

    def _environment(self, home: Path, name: str, *, fresh: bool) -> dict[str, str]:
        url = ""
        if self.database == "postgres":
            database = f"muster_bench_{name}"
            if fresh:
                self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', f'CREATE DATABASE "{database}"')
            url = urlunsplit(urlsplit(SERVER)._replace(path=f"/{database}"))
        return {"MUSTER_HOME": str(home), "DATABASE_URL": url}

    def execute(self, *statements: str) -> None:
        """Run statements on the server, each on its own, outside a transaction."""
        import psycopg

        with psycopg.connect(SERVER, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def initialised(self, name: str) -> dict[str, str]:
        """Return the environment of an installation with an organisation and nobody in it."""
        environment = self.home(name)
        arguments = ["init", "--name", "Benchmark", "--admin-email", "admin@example.org"]
        process([*MUSTER, *arguments], environment=environment)()
        return environment


MUSTER = (sys.executable, "-m", "muster")
