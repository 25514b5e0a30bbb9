"""
A sheet to import on top of a demo folder, with duplicates planted in it and the truth about them in a second file.

New people can be told from those of the folder beyond doubt: they are born on odd days, their phone numbers are odd, their
e-mail addresses lie in `post.example.…`. So a pair that the truth does not name is no duplicate.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from muster.transfer.demo.names import mail_word, pools
from muster.transfer.demo.persons import CHUNK, LARGE, make_persons
from muster.transfer.demo.persons import HEADER as PEOPLE_HEADER
from muster.transfer.demo.places import draw_cities

HEADER = ("First Name", "Last Name", "Email", "Phone", "Street", "City", "State", "Zip", "Country", "Date of Birth")
CHANGES = (
    "none", "typing error in the given name", "typing error in the family name", "capitals", "other e-mail", "other phone",
    "no birth date", "moved",
)  # fmt: skip
LOOKALIKES = 0.01
_FIELDS = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "street",
    "city",
    "region",
    "postcode",
    "country",
    "birth_date",
)
Entry = dict[str, str]


@dataclass(frozen=True)
class SheetSummary:
    """
    :ivar planted: rows that are people of the folder
    :ivar lookalikes: rows of new people who share e-mail, phone, street and family name with somebody of the folder
    :ivar truth: the file that names the planted ones: line of the sheet (its header is line 1), person, what was changed
    """

    rows: int
    planted: int
    lookalikes: int
    truth: Path


def write_import_sheet(
    path: Path, *, folder: Path, people: int, seed: int, planted_duplicates: float = 0.03
) -> SheetSummary:
    """
    Write a sheet of `people` rows and, beside it, `<name>.truth.csv`.

    :param folder: written by `write_folder`; its people are the ones that are planted, each at most once
    :param planted_duplicates: share of the rows that are people of the folder, 0 to 0.5; fewer if the folder has too few
    :raises ValueError: `people` below 1, or the share outside its range
    """
    if people < 1 or not 0 <= planted_duplicates <= 0.5:
        raise ValueError("A sheet needs at least one row, and at most half of them planted.")
    rng = np.random.default_rng([seed, 11])
    again, related = _sample(folder / "people.csv", round(people * planted_duplicates), round(people * LOOKALIKES), rng)
    places = rng.permutation(people)[: len(again) + len(related)].tolist()
    originals = dict(zip(places, again + related, strict=True))
    planted = set(places[: len(again)])
    truth = path.with_suffix(".truth.csv")
    with path.open("w", encoding="utf-8", newline="") as lines, truth.open("w", encoding="utf-8", newline="") as pairs:
        sheet, notes = (csv.writer(file, lineterminator="\n") for file in (lines, pairs))
        sheet.writerow(HEADER)
        notes.writerow(["line", "person", "change"])
        for place, entry in enumerate(_new_people(people, seed, rng)):
            original = originals.get(place)
            row = entry
            if original and place in planted:
                row, change = _changed(original, entry, rng)
                notes.writerow([place + 2, original["person"], change])
            elif original:
                row = _lookalike(original, entry)
            sheet.writerow([row[field] for field in _FIELDS])
    return SheetSummary(people, len(planted), len(related), truth)


def _sample(path: Path, planted: int, lookalikes: int, rng: np.random.Generator) -> tuple[list[Entry], list[Entry]]:
    """Draw people of the folder that can be recognised: at least two of birth date, e-mail and phone are known."""
    with path.open(encoding="utf-8", newline="") as lines:
        fit = [place for place, row in enumerate(csv.DictReader(lines)) if len(_signs(row)) >= 2]
    chosen = rng.permutation(np.array(fit, dtype=np.int64))[: planted + lookalikes].tolist()
    wanted = set(chosen)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = {place: row for place, row in enumerate(csv.DictReader(lines)) if place in wanted}
    entries = [rows[place] for place in chosen]
    return entries[:planted], [row for row in entries[planted:] if row["email"]]


def _signs(row: Entry) -> list[str]:
    """Return the fields by which, with the name, this person can be recognised."""
    signs = [field for field in ("email", "phone") if row[field]]
    return signs + (["birth_date"] if len(row["birth_date"]) == 10 else [])


def _new_people(count: int, seed: int, rng: np.random.Generator) -> Iterator[Entry]:
    """Yield people who are in no folder."""
    cities = draw_cities(250, rng)
    for begin in range(0, count, CHUNK):
        size = min(CHUNK, count - begin)
        known_on = rng.integers(12_000, 20_000, size)
        city, is_large = rng.integers(0, len(cities), size), count > LARGE
        people = make_persons(city, known_on, cities, pools(), seed + begin, rng, is_large=is_large)
        people = replace(people, born=people.born + 1, phone=people.phone + (people.phone >= 0))
        for row in people.rows():
            entry = dict(zip(PEOPLE_HEADER, row, strict=True))
            entry["email"] = entry["email"].replace("@", "@post.")
            entry["phone"] = _spaced(entry["phone"])
            yield entry


def _lookalike(original: Entry, entry: Entry) -> Entry:
    """Turn a new person into somebody of the same household: a duplicate for whom looks at the e-mail address alone."""
    shared = {field: original[field] for field in ("family_name", "email", "street", "city", "region", "postcode")}
    given = entry["given_name"] if entry["given_name"] != original["given_name"] else "Benedetta"
    return entry | shared | {"given_name": given, "phone": _spaced(original["phone"])}


def _changed(original: Entry, entry: Entry, rng: np.random.Generator) -> tuple[Entry, str]:
    """Write a person down once more with one slip or change; two signs of who it is were there, so that one stays."""
    row = original | {"phone": _spaced(original["phone"])}
    change = CHANGES[int(rng.integers(len(CHANGES)))]
    if change == "typing error in the given name":
        row["given_name"] = _mistyped(row["given_name"], rng)
    elif change == "typing error in the family name":
        row["family_name"] = _mistyped(row["family_name"], rng)
    elif change == "capitals":
        row |= {"given_name": row["given_name"].upper(), "family_name": row["family_name"].upper()}
    elif change == "other e-mail":
        row["email"] = f"{mail_word(row['family_name'])}{rng.integers(100, 1000)}@mail.example.org"
    elif change == "other phone":
        row["phone"] = entry["phone"]
    elif change == "no birth date":
        row["birth_date"] = ""
    elif change == "moved":
        row |= {field: entry[field] for field in ("street", "city", "region", "postcode")}
    return row, change


def _mistyped(name: str, rng: np.random.Generator) -> str:
    """Double, leave out or swap letters; the first one stays."""
    place, kind = int(rng.integers(1, max(2, len(name) - 1))), int(rng.integers(3))
    if len(name) < 4 or kind == 0:
        return name[: place + 1] + name[place:]
    if kind == 1 or name[place] == name[place + 1]:
        return name[:place] + name[place + 1 :]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _spaced(phone: str) -> str:
    """Return `+15035550142` as people write it."""
    return f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}" if phone else ""
