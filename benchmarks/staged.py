"""Rows that an import made, laid beside the tables they belong into, to see what the database alone needs for them."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.ground import Ground

# Table → the column that tells new rows from those that were there.
TABLES = {
    "people_person": "id",
    "people_personprivate": "person_id",
    "people_standing": "id",
    "people_placement": "id",
    "people_duplicatepair": "id",
}
_PREFIX = {"postgres": "limit_", "sqlite": "kept."}


@dataclass(frozen=True)
class Staged:
    """
    :ivar of: installation into which an import was made, to be copied anew from the loaded one for each turn
    """

    ground: Ground
    of: str

    @property
    def _is_postgres(self) -> bool:
        return self.ground.database == "postgres"

    def _file(self, name: str) -> Path:
        return self.ground.work / f"kept-{self.ground.database}-{name}"

    def keep(self) -> int:
        """Keep the rows the installation has more than the loaded one; return how many there are."""
        return self._keep_postgres() if self._is_postgres else self._keep_sqlite()

    def lay_out(self) -> None:
        """Lay the kept rows beside the tables of this process's installation; not measured."""
        from django.db import connection

        with connection.cursor() as cursor:
            if not self._is_postgres:
                cursor.execute("ATTACH %s AS kept", [str(self._file("rows"))])
                return
            for table in TABLES:
                cursor.execute(f"CREATE UNLOGGED TABLE limit_{table} (LIKE {table})")
                with cursor.copy(f"COPY limit_{table} FROM STDIN (FORMAT binary)") as copy:
                    copy.write(self._file(table).read_bytes())
                cursor.execute(f"ANALYZE limit_{table}")

    def insert(self) -> int:
        """Insert the rows that were laid out, table by table, in one transaction; return how many."""
        from django.db import connection, transaction

        prefix, count = _PREFIX[self.ground.database], 0
        with transaction.atomic(), connection.cursor() as cursor:
            for table, key in TABLES.items():
                cursor.execute(f"INSERT INTO {table} SELECT * FROM {prefix}{table} ORDER BY {key}")
                count += cursor.rowcount
        return count

    def _keep_postgres(self) -> int:
        import psycopg

        count = 0
        loaded, own = (self.ground.environment(name)["DATABASE_URL"] for name in ("loaded", self.of))
        with psycopg.connect(loaded) as before, psycopg.connect(own) as after:
            for table, key in TABLES.items():
                base = before.execute(f"SELECT COALESCE(max({key}), 0) FROM {table}").fetchone()[0]  # type: ignore
                query = f"COPY (SELECT * FROM {table} WHERE {key} > {base}) TO STDOUT (FORMAT binary)"
                with self._file(table).open("wb") as file, after.cursor() as cursor:
                    with cursor.copy(query) as copy:  # type: ignore
                        for block in copy:
                            file.write(block)
                    count += cursor.rowcount
        return count

    def _keep_sqlite(self) -> int:
        import pysqlite3

        count, kept = 0, self._file("rows")
        kept.unlink(missing_ok=True)
        loaded, own = (self.ground.environment(name)["MUSTER_HOME"] for name in ("loaded", self.of))
        after = pysqlite3.connect(f"{own}/muster.sqlite3")
        after.execute("ATTACH ? AS before", [f"{loaded}/muster.sqlite3"])
        after.execute("ATTACH ? AS kept", [str(kept)])
        for table, key in TABLES.items():
            (base,) = after.execute(f"SELECT COALESCE(max({key}), 0) FROM before.{table}").fetchone()
            after.execute(f"CREATE TABLE kept.{table} AS SELECT * FROM main.{table} WHERE {key} > ?", [base])
            count += after.execute(f"SELECT count(*) FROM kept.{table}").fetchone()[0]
        after.commit()
        after.close()
        return count
