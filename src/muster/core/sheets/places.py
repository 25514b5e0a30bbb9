"""Regions, postcodes and phone numbers: read by the country of each record."""

from collections.abc import Callable, Sequence

from muster.core.places.codes import postcode
from muster.core.sheets.values.columns import REMEMBERED, ColumnParser, Parsed
from muster.core.sheets.values.contacts import phones
from muster.core.sheets.values.places import region_code


class PlaceReader:
    """Reads column by column, with the country of each record beside it; '' means the default country."""

    def __init__(self, default: str, *, codes_for_regions: bool) -> None:
        self._default = default
        self._codes_for_regions = codes_for_regions
        self._regions, self._postcodes = _PairMemo(region_code), _PairMemo(postcode)
        self._phones: dict[str, ColumnParser] = {}

    def _filled(self, countries: Sequence[str]) -> list[str]:
        return [country or self._default for country in countries]

    def regions(self, values: list[str], countries: Sequence[str]) -> list[str]:
        """Return codes of states and provinces written out, where codes are wanted."""
        return self._regions.read(values, self._filled(countries)) if self._codes_for_regions else values

    def postcodes(self, values: list[str], countries: Sequence[str]) -> list[str]:
        """Return postcodes with the zeros at their start."""
        # Nothing is lost from codes of five digits, wherever they are; 601.0 is none.
        if set(map(len, values)) <= {0, 5} and "." not in "".join(values):
            return values
        return self._postcodes.read(values, self._filled(countries))

    def phones(self, values: Sequence[str], countries: Sequence[str]) -> Parsed:
        """Return E.164."""
        filled = self._filled(countries)
        present = set(filled)
        if len(present) == 1:
            return self._of(present.pop()).parse(values)
        result = Parsed([""] * len(values))
        for country in present:
            places = [place for place, each in enumerate(filled) if each == country]
            parsed = self._of(country).parse([values[place] for place in places])
            for place, value in zip(places, parsed.values, strict=True):
                result.values[place] = value
            result.bad.update({places[place]: bad for place, bad in parsed.bad.items()})
        return result

    def _of(self, country: str) -> ColumnParser:
        if country not in self._phones:
            self._phones[country] = ColumnParser(*phones(country))
        return self._phones[country]


class _PairMemo(dict[tuple[str, str], str]):
    """Remembers what a function of value and country gave."""

    def __init__(self, function: Callable[[str, str], str]) -> None:
        self._function = function

    def __missing__(self, pair: tuple[str, str]) -> str:
        value = self[pair] = self._function(*pair)
        return value

    def read(self, values: Sequence[str], countries: Sequence[str]) -> list[str]:
        if len(self) > REMEMBERED:
            self.clear()
        return list(map(self.__getitem__, zip(values, countries, strict=True)))
