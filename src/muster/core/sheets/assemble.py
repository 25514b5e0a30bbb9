"""From the columns of a sheet to those of the exchange folder: names joined or split, dates and addresses put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muster.core.sheets.problems import SheetProblem
from muster.core.sheets.tables import Chunk


@dataclass(slots=True)
class Canonical:
    """
    One chunk in the columns of the exchange folder, each value in its canonical text.

    :ivar rows: the row number of each record, shape ``(records,)``
    :ivar tables: kind → column → values, shape ``(records,)``; a sheet of people may hold ``standings``, ``placements``,
        ``units`` and ``roles`` too: a record has none of them where its key cell is ''
    :ivar custom: header → values, the columns kept as fields of the organisation's own
    :ivar problems: cells that could not be read; the value is '' then and the record stands
    """

    rows: Sequence[int]
    tables: dict[str, dict[str, list[str]]]
    custom: dict[str, list[str]] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)


class Assembler:
    """Reads the chunks of one table in turn; it keeps what it has learnt of each column."""

    def __init__(
        self,
        file: str,
        kind: str,
        headers: Sequence[str],
        mapping: Mapping[str, str],
        *,
        country: str = "US",
        this_year: int,
        orders: Mapping[str, str] | None = None,
    ) -> None:
        """
        :param kind: which table of the exchange folder this is
        :param mapping: header → field, as `Guess.mapping` or corrected by the user
        :param country: where numbers and postcodes without a country belong, ISO 3166-1 alpha-2
        :param this_year: what two-digit years are read against
        :param orders: header → order of its dates, from `orders.date_orders`
        """
        raise NotImplementedError

    def assemble(self, chunk: Chunk) -> Canonical:
        """Read one chunk."""
        raise NotImplementedError
