"""Which column holds what: by the system that wrote the file, by the header's words, by what the cells hold."""

from collections.abc import Sequence
from dataclasses import dataclass

CUSTOM, IGNORE = "custom", "ignore"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """
    What one column seems to hold.

    :ivar field: a key of `fields.FIELDS`, or `CUSTOM` (keep it as a field of the organisation's own), or `IGNORE`
    :ivar confidence: 0 to 1; below 0.7 the user should look
    :ivar reason: one plain sentence
    :ivar samples: up to three values that differ
    """

    header: str
    field: str
    confidence: float
    reason: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """
    What a sheet seems to be.

    :ivar system: the system that wrote it (such as ``Action Network``), None if not known
    :ivar kind: which table of the exchange folder it is, such as ``units``; ``people`` where it is none of the others
    :ivar columns: one guess per header, in the sheet's order; no two claim the same single-valued field
    """

    system: str | None
    kind: str
    columns: list[ColumnGuess]

    @property
    def mapping(self) -> dict[str, str]:
        """Header → field."""
        return {column.header: column.field for column in self.columns}


def guess_columns(headers: Sequence[str], columns: Sequence[Sequence[str]]) -> Guess:
    """
    Guess what each column holds.

    :param columns: the cells of the first chunk, shape ``(headers, records)``; at most 1,000 records are looked at
    """
    raise NotImplementedError
