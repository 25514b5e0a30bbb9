"""Files of places: as GeoNames publishes them, or sheets with a header; what is wrong is said with row and column."""

import doctest
import io
import zipfile

import openpyxl
import pytest

from muster.core.places import Atlas
from muster.core.places.packed import Packed
from muster.core.sheets.problems import SheetError
from muster.core.sheets.workbooks import OLE
from muster.units.imports import formats, places

pytestmark = pytest.mark.unit

# As download.geonames.org/export/zip/DE.zip has them.
POSTS = (
    "DE\t01945\tGrünewald\tBrandenburg\tBB\t\t00\tLandkreis Oberspreewald-Lausitz\t12066\t51.4\t14\t4\n"
    "DE\t80331\tMünchen\tBayern\tBY\tOberbayern\t091\tMünchen, Landeshauptstadt\t09162\t48.1345\t11.571\t4\n"
    "AT\t1010\tWien\tWien\t09\tPolitischer Bezirk Wien\t900\tWien\t90001\t48.2077\t16.3705\t6\n"
)
# As download.geonames.org/export/dump/cities500.zip has them.
CITIES = (
    "2867714\tMunich\tMunich\tMonaco,München,Мюнхен\t48.13743\t11.57549\tP\tPPLA\tDE\t\t02\t091\t09162\t09162000\t1260391\t\t524"
    "\tEurope/Berlin\t2023-10-12\n"
    "2911007\tHaidhausen\tHaidhausen\t\t48.13145\t11.59957\tP\tPPLX\tDE\t\t02\t091\t09162\t\t54382\t\t529\tEurope/Berlin\t2014-01-01\n"
    "6559994\tGone\tGone\t\t48.1\t11.5\tP\tPPLQ\tDE\t\t02\t\t\t\t10\t\t1\tEurope/Berlin\t2014-01-01\n"
    "2761369\tVienna\tVienna\tWien\t48.20849\t16.37208\tP\tPPLC\tAT\t\t09\t900\t\t\t1691468\t\t193\tEurope/Vienna\t2024-01-01\n"
)


@pytest.fixture
def read(tmp_path):
    def read(*files, **options):
        paths = []
        for number, content in enumerate(files):
            path = tmp_path / (options.pop("name", "") or f"file-{number}.txt")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        return places.read_files(paths, **options)

    return read


def atlas(found):
    return Atlas(
        {code: Packed(code, one.content, has_counties=one.has_counties) for code, one in found.countries.items()}
    )


def told(found):
    return [(one.row, one.column, one.value, one.message) for one in found.problems]


@pytest.mark.parametrize("most", [(2, 99), (99, 3)])
def test_what_is_too_much_for_a_page_is_refused_there(read, most):
    assert sum(one.postcodes for one in read(POSTS).countries.values()) == 3
    with pytest.raises(SheetError, match="too much to be read on a page"):
        read(POSTS, CITIES, most=most)


@pytest.mark.parametrize("module", [formats])
def test_the_examples_of_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_post_codes_as_geonames_publishes_them(read):
    found = read(POSTS)
    assert {code: (one.postcodes, one.cities, one.has_counties) for code, one in found.countries.items()} == {
        "AT": (1, 0, True),
        "DE": (2, 0, True),
    }
    assert told(found) == []
    here = atlas(found)
    assert here.county_of("80331", "DE") == "München, Landeshauptstadt, Bayern"
    assert here.county_of("1945", "DE") == "Landkreis Oberspreewald-Lausitz, Brandenburg"
    assert here.county_of("1010", "AT") == "Politischer Bezirk Wien, Wien"
    assert here.point_of("01945", "", "", "DE") == (51.4, 14.0)


def test_one_country_of_a_file_of_many(read):
    assert list(read(POSTS, country="AT").countries) == ["AT"]


def test_cities_of_a_second_file_count_each_person_once(read):
    found = read(POSTS, CITIES, country="DE")
    assert {code: (one.postcodes, one.cities, one.people) for code, one in found.countries.items()} == {
        "DE": (2, 2, 1_260_391)
    }
    here = atlas(found)
    # Which region Munich lies in follows from the post codes of München, which is another name of it.
    assert here.locate("Munich", "Bayern", "DE").population == 1_260_391
    assert here.locate("München", "BY", "DE").name == "Munich"
    assert here.locate("Haidhausen", "", "DE").population == 54_382


def test_what_geonames_packs_is_taken_as_it_comes(read):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "Readme for GeoNames Postal Code files\n\nThis work is licensed …\n")
        archive.writestr("DE.txt", POSTS)
    assert list(read(packed.getvalue(), name="DE.zip").countries) == ["AT", "DE"]


@pytest.mark.parametrize(
    "header",
    [
        "postcode,city,region,county,latitude,longitude,population",
        "PLZ,Ort,Bundesland,Landkreis,Breitengrad,Längengrad,Einwohner",
        "Code postal,Commune,Région,Département,Latitude,Longitude,Habitants",
        "Código postal,Localidad,Comunidad autónoma,Provincia,Latitud,Longitud,Población",
        "Postnummer,Postort,Län,Kommun,Lat,Lon,Folkmängd",
    ],
)
def test_usual_words_of_five_languages_over_the_columns(header, read):
    found = read(f"{header}\n1067,Dresden,Sachsen,Dresden,51.05,13.73,560 000\n", country="DE", name="list.csv")
    assert told(found) == []
    one = found.countries["DE"]
    assert (one.postcodes, one.cities, one.people, one.has_counties) == (1, 1, 560_000, True)
    assert atlas(found).county_of("01067", "DE") == "Dresden, Sachsen"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_signs_between_cells_and_commas_in_degrees(delimiter, read):
    rows = [["Postleitzahl", "Stadt", "lat", "lng"], ["01067", "Dresden", "51,05", "13,73"]]
    found = read("".join(delimiter.join(row) + "\n" for row in rows), country="DE", name="list.csv")
    assert atlas(found).point_of("01067", "", "", "DE") == (51.05, 13.73)


def test_a_workbook_that_took_post_codes_for_numbers(read):
    book = openpyxl.Workbook()
    for row in (["PLZ", "Ort", "lat", "lon", "country"], [1067, "Dresden", 51.05, 13.73, "Deutschland"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    assert atlas(read(file.getvalue(), name="list.xlsx")).by_postcode("01067", "DE").name == "Dresden"


def test_each_row_that_cannot_be_taken_is_told_with_its_column(read):
    found = read(
        "PLZ,Ort,lat,lon,Einwohner,Land\n"
        "01067,Dresden,51.05,13.73,560000,DE\n"
        "01069,Dresden,north,13.73,,DE\n"
        "01097,Dresden,51.05,181,,DE\n"
        "01099,Dresden,0,0,,DE\n"
        ",,51,13,,DE\n"
        "!,Dresden,51,13,,DE\n"
        "12345678901,Dresden,51,13,,DE\n"
        "01108,Dresden,51,13,many,DE\n"
        "01109,Dresden,51,13,,Atlantis\n"
        f"01127,{'x' * 121},51,13,,DE\n"
        "90210,Beverly Hills,34.1,-118.4,,US\n"
        "90211,Beverly Hills,34.1,-118.4,,US\n",
        name="list.csv",
    )
    assert found.countries["DE"].postcodes == 1
    assert found.problem_count == len(found.problems)
    assert told(found) == [
        (3, "lat", "north", "This is no number of degrees from -90 to 90."),
        (4, "lon", "181", "This is no number of degrees from -180 to 180."),
        (5, "lat", "0", "Latitude and longitude are both 0, which is out at sea."),
        (6, "PLZ", "", "It names no post code and no city."),
        (7, "PLZ", "!", "This is no post code."),
        (8, "PLZ", "12345678901", "This is no post code."),
        (9, "Einwohner", "many", "This is no number of people."),
        (10, "Land", "Atlantis", "This country is not known."),
        (11, "Ort", "x" * 79 + "…", "There is room for 120 letters."),
        (
            12,
            "country",
            "US",
            "The places of the United States come with Muster and stay as they are: 2 rows are left out.",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("postcode,city\n01067,Dresden\n", "This is no list of places. Expected: columns named postcode, city"),
        ("lat,lon\n51,13\n", "This is no list of places."),
        ("postcode,lat,lon\n01067,51,13\n", "It does not say of which country its places are."),
        ("postcode,lat,lon\n", "no rows below them"),
        ("", "The file is empty."),
        (b"%PDF-1.7 x", "not a table but a PDF"),
        (b"DE\t01945\t\xff\xfe\x00", "NUL bytes"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text, says, read):
    with pytest.raises(SheetError) as refused:
        read(text, at_home="US", name="list.csv")
    assert says in str(refused.value)


@pytest.mark.parametrize("name", ["list.xlsx", "list.xls"])
@pytest.mark.parametrize("content", [bytes(range(256)) * 20, b"PK\x03\x04" + bytes(range(256)) * 20, OLE * 99])
def test_a_false_workbook_is_told_to_be_none(content, name, read):
    with pytest.raises(SheetError) as refused:
        read(content, at_home="DE", name=name)
    assert str(refused.value).startswith(f"{name}: This is no spreadsheet, ")
    assert "saved as CSV" in str(refused.value) or "save it as XLSX or CSV" in str(refused.value)


def test_a_file_that_unpacks_to_too_much_is_refused(read, monkeypatch):
    monkeypatch.setattr(formats, "MOST_BYTES", 100)
    with pytest.raises(SheetError) as refused:
        read(POSTS)
    assert "This file holds more than" in str(refused.value)


def test_places_of_the_united_states_are_refused(read):
    with pytest.raises(SheetError) as refused:
        read(POSTS, country="US")
    assert "The places of the United States come with Muster and stay as they are." in str(refused.value)


def test_a_broken_row_of_geonames_is_told(read):
    found = read(POSTS + "DE\t99\n" + 'DE\t"x\tOrt\n')
    assert [row for row, *_ in told(found)] == [4, 5]


def test_at_most_five_hundred_problems_are_kept(read):
    found = read("PLZ,lat,lon\n01067,51,13\n" + "01069,x,13\n" * 700, country="DE", name="list.csv")
    assert (len(found.problems), found.problem_count) == (500, 700)
