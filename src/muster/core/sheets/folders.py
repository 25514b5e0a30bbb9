"""The exchange folder, or a zip of it: which tables there are."""

from dataclasses import dataclass
from pathlib import Path

from muster.core.sheets.problems import SheetProblem
from muster.core.sheets.tables import Table

KINDS = ("units", "people", "standings", "placements", "roles", "qualifications", "inquiries", "goals")


@dataclass(frozen=True, slots=True)
class Folder:
    """
    The tables of an exchange folder.

    :ivar tables: kind (one of `KINDS`, in that order) → its table; ``people`` is always there
    :ivar warnings: files that were left out, and what the tables themselves warn of
    """

    name: str
    tables: dict[str, Table]
    warnings: tuple[SheetProblem, ...] = ()


def open_folder(path: Path, *, scratch: Path | None = None) -> Folder:
    """
    Open an exchange folder: a directory, or a .zip of one, with or without one folder inside.

    A known file that is empty or has a header only is left out with a warning, unless it is people.csv.

    :raises SheetError: no people.csv, the same kind twice, an unsafe or oversized archive, or a known file that cannot be read
    """
    raise NotImplementedError
