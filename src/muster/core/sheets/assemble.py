"""From the columns of a sheet to those of the exchange folder: each cell read, parts put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muster.core.sheets.delimited import Chunk
from muster.core.sheets.fields import MANY_VALUED, PHONE, POSTCODE, REGION, fields_of
from muster.core.sheets.guess import CUSTOM, IGNORE
from muster.core.sheets.persons import put_together
from muster.core.sheets.places import PlaceReader
from muster.core.sheets.problems import SheetProblem, shown
from muster.core.sheets.readers import reader_of
from muster.core.sheets.values.columns import ColumnParser, Parsed
from muster.core.sheets.values.contacts import email_keys
from muster.core.sheets.values.flags import text_parser
from muster.core.sheets.values.names import bare_keys

LONGEST_CUSTOM = 10_000
_JOINT = {"tags": ";", "notes": "\n"}


@dataclass(slots=True)
class Canonical:
    """
    One chunk in the columns of the exchange folder, each value in its canonical text.

    :ivar rows: the row number of each record, shape ``(records,)``
    :ivar tables: kind → column → values, shape ``(records,)``; only columns the sheet has. People and inquiries carry what is
        matched on: ``email_key``, ``phone_e164``, people also ``name_key``, ``given_key``, ``family_key``. A sheet of people
        may hold ``units``, ``standings``, ``placements``, ``roles`` and ``qualifications`` too, row by row: a record has none
        where ``unit``, ``standing``, ``unit``, ``role``, ``qualification`` is ''
    :ivar custom: header → values, the columns kept as fields of the organisation's own
    :ivar problems: cells that could not be read; the value is '' then (a phone number stays as it was) and the record stands
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
        this_year: int,
        country: str = "US",
        orders: Mapping[str, str] | None = None,
    ) -> None:
        """
        Prepare to read a table.

        :param kind: which table of the exchange folder this is
        :param mapping: header → field, as `Guess.mapping` or corrected by the user
        :param this_year: what two-digit years are read against
        :param country: where numbers and postcodes without a country belong, ISO 3166-1 alpha-2
        :param orders: header → order of its dates, from `orders.date_orders`
        :raises ValueError: a field that this kind does not have, or a single-valued one that is given to two columns
        """
        self._file, self._kind, self._country = file, kind, country
        fields = fields_of(kind)
        self._columns: list[tuple[int, str, str]] = []
        self._custom: list[tuple[int, str]] = []
        for place, header in enumerate(headers):
            name = mapping.get(header, IGNORE)
            if name == CUSTOM:
                self._custom.append((place, header))
            elif name != IGNORE:
                self._columns.append((place, header, name))
        self._header_of: dict[str, str] = {}
        for _, header, name in self._columns:
            if name not in fields:
                raise ValueError(f"There is no field “{name}” to put the column “{header}” into.")
            if name in self._header_of and name not in MANY_VALUED:
                raise ValueError(f"The columns “{self._header_of[name]}” and “{header}” cannot both be “{name}”.")
            self._header_of[name] = header
        self._readers: dict[str, ColumnParser] = {
            header: reader_of(name, fields[name], kind=kind, this_year=this_year, order=(orders or {}).get(header, ""))
            for _, header, name in self._columns
        }
        self._custom_readers = {
            header: ColumnParser(*text_parser(LONGEST_CUSTOM, lines=True)) for _, header in self._custom
        }
        self._fields = fields
        exchange = all(header == name for _, header, name in self._columns)
        # What an organisation wrote as region in its own register stays as it is.
        self._places = PlaceReader(country, codes_for_regions=not exchange)

    def assemble(self, chunk: Chunk) -> Canonical:
        """Read one chunk."""
        result = Canonical(chunk.rows, {})
        found: dict[str, list[str]] = {}
        for place, header, name in self._columns:
            cells = chunk.columns[place]
            if name in found:
                # Read together with the column before, so that no tag stands twice and the whole is not too long.
                pairs = zip(found[name], cells, strict=True)
                cells = [_JOINT[name].join(filter(None, pair)) for pair in pairs]
            parsed = self._readers[header].parse(cells)
            self._report(result, header, cells, parsed)
            found[name] = parsed.values
        for place, header in self._custom:
            parsed = self._custom_readers[header].parse(chunk.columns[place])
            self._report(result, header, chunk.columns[place], parsed)
            result.custom[header] = parsed.values
        self._read_by_place(result, found)
        if self._kind == "people":
            result.tables, bad = put_together(found, len(chunk.rows), self._country)
            for name, position, value, problem in bad:
                header = self._header_of[name]
                result.problems.append(
                    SheetProblem(
                        self._file, chunk.rows[position], header, shown(value), problem.message, problem.expected
                    )
                )
        else:
            result.tables = {self._kind: found}
        self._add_keys(result)
        return result

    def _report(self, result: Canonical, header: str, cells: Sequence[str], parsed: Parsed) -> None:
        for position, bad in parsed.bad.items():
            result.problems.append(
                SheetProblem(
                    self._file, result.rows[position], header, shown(cells[position]), bad.message, bad.expected
                )
            )

    def _read_by_place(self, result: Canonical, found: dict[str, list[str]]) -> None:
        """Read what depends on the country of the record."""
        countries = found.get("country") or [""] * len(result.rows)
        for name in list(found):
            holds = self._fields[name].holds
            if holds == REGION:
                found[name] = self._places.regions(found[name], countries)
            elif holds == POSTCODE:
                found[name] = self._places.postcodes(found[name], countries)
            elif holds == PHONE:
                parsed = self._places.phones(found[name], countries)
                self._report(result, self._header_of[name], found[name], parsed)
                found["phone_e164"] = parsed.values

    def _add_keys(self, result: Canonical) -> None:
        table = result.tables.get(self._kind, {})
        if "email" in table:
            table["email_key"] = email_keys(table["email"])
        if self._kind == "people" and ("given_name" in table or "family_name" in table):
            blank = [""] * len(result.rows)
            given, family = (bare_keys(table.get(part, blank)) for part in ("given_name", "family_name"))
            table["given_key"], table["family_key"] = given, family
            table["name_key"] = [
                f"{one} {other}" if one and other else one or other for one, other in zip(given, family, strict=True)
            ]
