"""Which column holds what: by the system that wrote the file, by the header's words, by what the cells hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from muster.core.sheets.contents import HOLD_NO_CONTACT, Content, look_at
from muster.core.sheets.fields import MANY_VALUED, TABLES
from muster.core.sheets.systems import System, find_system
from muster.core.sheets.values.names import bare_key
from muster.core.sheets.words import known_words

CUSTOM, IGNORE = "custom", "ignore"
LOOKED_AT = 1_000
SURE, LIKELY, MAYBE = 0.95, 0.8, 0.6

# Words around the one that counts: `Primary E-Mail (required)`, `Phone 1`, `What is your city?`
_AROUND = re.compile(
    r"^(?:your|my|the|what is your|primary|main|member|members|contact|home|current)\s|\s(?:required|optional|\d)$"
)
# A whole is left out where its parts are there.
_PARTS = {
    "full_name": ("given_name", "family_name"), "address": ("street", "city"), "birth_year": ("birth_date",),
    "birth_month": ("birth_date",), "birth_day": ("birth_date",),
}  # fmt: skip
_PEOPLE_MARKS = {"person", "given_name", "family_name"}
# Languages in which one word is both the whole date and the day of the month.
_BIRTH_DAY_WORDS = {"geburtstag", "fodelsedag", "birthday", "birth"}
_NAME_WORDS = {"name": "family_name", "nom": "family_name", "namn": "family_name", "nombre": "given_name"}


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """
    What one column seems to hold.

    :ivar field: a key of `fields.fields_of(kind)`, or `CUSTOM` (keep it as a field of the organisation's own), or `IGNORE`
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


@dataclass(slots=True)
class _Claim:
    """A guess in the making; `place` says how early the header stands among the usual words for its field."""

    field: str
    confidence: float
    reason: str
    place: int = 0


def guess_columns(headers: Sequence[str], columns: Sequence[Sequence[str]], *, kind: str = "") -> Guess:
    """
    Guess what each column holds.

    :param columns: the cells of the first chunk, shape ``(headers, records)``; at most 1,000 records are looked at
    :param kind: the table of the exchange folder, where that is known already: its columns mean what their names say
    """
    keys = [bare_key(header) for header in headers]
    contents = [look_at(cells[:LOOKED_AT]) for cells in columns]
    is_exchange = bool(kind) or set(headers) <= TABLES["people"].keys() or set(headers) >= _PEOPLE_MARKS
    kind = kind or _kind(headers)
    system = None if is_exchange or kind != "people" else find_system(keys)
    if is_exchange or kind != "people":
        claims = [_exchange(header, kind) for header in headers]
    else:
        claims = [
            _claim(header, key, content, system) for header, key, content in zip(headers, keys, contents, strict=True)
        ]
        _settle_names(keys, claims)
        _settle_birth(keys, claims)
    _settle_doubles(headers, claims, contents)
    _drop_wholes(claims)
    guesses = [
        ColumnGuess(header, claim.field, round(claim.confidence, 2), claim.reason, content.samples)
        for header, claim, content in zip(headers, claims, contents, strict=True)
    ]
    return Guess(system.name if system else None, kind, guesses)


def _kind(headers: Sequence[str]) -> str:
    """Tell a table of the exchange folder by its columns: all of its first two and half of all of them."""
    present = set(headers)
    best, most = "people", 0
    for kind, table in TABLES.items():
        names = list(table)
        shared = len(present & table.keys())
        if kind != "people" and set(names[:2]) <= present and 2 * shared >= len(names) and shared > most:
            best, most = kind, shared
    return best


def _exchange(header: str, kind: str) -> _Claim:
    if header in TABLES[kind]:
        return _Claim(header, 1.0, "This is a column of the exchange folder.")
    return _Claim(CUSTOM if kind == "people" else IGNORE, 1.0, "This is no column of the exchange folder.")


def _claim(header: str, key: str, content: Content, system: System | None) -> _Claim:
    if system and key in system.ignored:
        return _Claim(IGNORE, SURE, f"{system.name} writes this; it is of no use here.")
    if system and key in system.columns:
        claim = _Claim(
            system.columns[key], SURE, f"This is a known column of {system.name}.", list(system.columns).index(key)
        )
        return _doubted(claim, content)
    found = known_words().get(key)
    if found:
        return _doubted(_Claim(found[0], 0.9, "The header says so.", found[1]), content)
    trimmed = key
    while (shorter := _AROUND.sub("", trimmed)) != trimmed:
        trimmed = shorter
    if found := known_words().get(trimmed):
        return _doubted(_Claim(found[0], LIKELY, "The header seems to say so.", 100 + found[1]), content)
    if content.field:
        return _Claim(
            content.field, 0.75 if content.field == "email" else MAYBE, f"The cells look like {content.name}.", 1_000
        )
    if not content.samples:
        return _Claim(IGNORE, MAYBE, "The cells looked at are empty.")
    return _Claim(CUSTOM, LIKELY, "The header is not known; the column is kept as a field of your own.")


def _doubted(claim: _Claim, content: Content) -> _Claim:
    """Follow the cells where they clearly say otherwise than the header."""
    if content.field and content.field != claim.field and content.share > 0.9 and claim.field in HOLD_NO_CONTACT:
        return _Claim(content.field, 0.7, f"The header says otherwise, but the cells look like {content.name}.", 900)
    if not content.fits(claim.field):
        return _Claim(
            claim.field, 0.55 * claim.confidence, f"{claim.reason[:-1]}, but many cells look different.", claim.place
        )
    return claim


def _settle_names(keys: Sequence[str], claims: list[_Claim]) -> None:
    """`Name` beside a given name is the family name; `Nombre` beside `Apellidos` the given name."""
    fields = {claim.field for claim in claims}
    for key, claim in zip(keys, claims, strict=True):
        part = _NAME_WORDS.get(key)
        if claim.field == "full_name" and part and part not in fields and fields & {"given_name", "family_name"}:
            claim.field = part
            claim.reason = "The other part of the name has a column of its own."


def _settle_birth(keys: Sequence[str], claims: list[_Claim]) -> None:
    """`Geburtstag` beside a year and a month of birth is the day."""
    fields = {claim.field for claim in claims}
    if not fields >= {"birth_year", "birth_month"} or "birth_day" in fields:
        return
    for key, claim in zip(keys, claims, strict=True):
        if claim.field == "birth_date" and key in _BIRTH_DAY_WORDS:
            claim.field, claim.confidence = "birth_day", 0.9
            claim.reason = "The year and the month of birth have columns of their own."
            return


def _settle_doubles(headers: Sequence[str], claims: list[_Claim], contents: Sequence[Content]) -> None:
    """Leave each single-valued field to the column that is surest, then has the usual name, then is filled most."""
    best: dict[str, int] = {}
    for place, claim in enumerate(claims):
        if claim.field in (CUSTOM, IGNORE) or claim.field in MANY_VALUED:
            continue
        rank = (claim.confidence, -claim.place, contents[place].filled)
        held = best.get(claim.field)
        if held is None or rank > (claims[held].confidence, -claims[held].place, contents[held].filled):
            best[claim.field] = place
    for place, claim in enumerate(claims):
        winner = best.get(claim.field, place)
        if winner != place:
            reason = f"The column “{headers[winner]}” holds this already."
            claims[place] = _Claim(CUSTOM if contents[place].samples else IGNORE, LIKELY, reason)


def _drop_wholes(claims: list[_Claim]) -> None:
    fields = {claim.field for claim in claims}
    for place, claim in enumerate(claims):
        parts = _PARTS.get(claim.field)
        if parts and fields.issuperset(parts):
            claims[place] = _Claim(IGNORE, LIKELY, "Other columns hold this already.")
