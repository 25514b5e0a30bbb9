"""Text, Markdown, CSV, JSON and PDF carry the same figures; words of strangers stay words."""

import csv
import io
import json
import socket
from datetime import date

import pypdf
import pytest

from muster.reports.calc.balance_sheet import balance_sheet
from muster.reports.calc.document import document
from muster.reports.calc.records import NOWHERE, Options
from muster.reports.renderings.pdf import set_pages
from muster.reports.renderings.render import FORMATS, render
from muster.reports.report import Report, Sentences
from tests.reports import organisations as made

pytestmark = pytest.mark.unit
ON, BEFORE = date(2024, 6, 30), date(2023, 6, 30)
TITLES = dict.fromkeys(
    ("members", "map", "strongholds", "sizes", "recruits", "joined_left", "organisers", "inquiries", "potential"),
    "A message",
) | {"milestones": "Two at last"}
SAID = Sentences("Three members in <two> cities", ("One | line.", "Another *line*."), TITLES)


def sheet(on):
    oregon = ("Portland", "OR", "US")
    organisation = made.organisation(
        units=[
            made.unit("ORG", "organisation", ""),
            made.unit("=B1", "branch", "ORG", oregon, date(2020, 1, 1)),
        ],
        people=[made.person("a", oregon), made.person("b", oregon), made.person("c")],
        members=[
            made.spell("a", date(2022, 1, 5)),
            made.spell("b", date(2023, 7, 1)),
            made.spell("c", date(2023, 8, 2)),
        ],
        placements=[made.place("a", "=B1", date(2022, 1, 5))],
        organisers=[made.spell("a", date(2023, 1, 1))],
        goals=[made.goal("ORG", "members", date(2024, 1, 1), date(2024, 12, 31), 3, 10)],
    )
    return balance_sheet(made.records(organisation), 0, on, Options(step=2))


@pytest.fixture(scope="module")
def report():
    return Report(sheet(ON), sheet(BEFORE), SAID)


def test_json_is_the_document(report):
    assert json.loads(render(report, "json")) == json.loads(json.dumps(document(report.sheet)))


def test_csv_holds_every_figure_of_the_document_and_no_formula(report):
    def leaves(value):
        if isinstance(value, dict):
            return sum(map(leaves, value.values()))
        if isinstance(value, list):
            return sum(map(leaves, value))
        return 1

    rows = list(csv.reader(io.StringIO(render(report, "csv").decode())))
    assert rows[0] == ["part", "name", "value"]
    assert len(rows) - 1 == leaves(document(report.sheet))
    assert ["members", "total", "3"] in rows
    assert ["members", "milestones.2", "2023-07-01"] in rows
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_text_says_now_before_and_change(report):
    text = render(report, "text").decode()
    assert "Balance sheet · " in text.splitlines()[0]
    assert "compared with 30 Jun 2023" in text.splitlines()[0]
    row = next(line.split() for line in text.splitlines() if line.split()[:1] == ["Members"] and len(line.split()) == 4)
    assert row == ["Members", "3", "1", "+2"]
    assert (
        "Two at last\n(The first day with 2 members, with 4, and so on)\n  Members   First day\n  2        1 Jul 2023"
        in text
    )


def test_markdown_tables_survive_signs_in_names(report):
    text = render(report, "markdown").decode()
    assert text.startswith("# Three members in \\<two\\> cities\n")
    assert "One \\| line. Another \\*line\\*." in text
    assert "| Members | 3 | 1 | +2 |" in text


def test_pdf_is_tagged_and_holds_the_words(report):
    paper = pypdf.PdfReader(io.BytesIO(render(report, "pdf")))
    words = "\n".join(page.extract_text() for page in paper.pages)
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert "Three members in <two> cities" in words
    assert "Joined in twelve months" in words
    assert any("Inter" in str(font) for page in paper.pages for font in page["/Resources"]["/Font"].values())


def test_the_setter_of_pages_asks_no_server_and_opens_no_file(tmp_path, caplog):
    """Were a stranger's words ever taken for markup, the paper would still hold nothing from elsewhere."""
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">TOPSECRET</text></svg>')
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        place = f"http://127.0.0.1:{server.getsockname()[1]}/x.svg"
        page = "".join(f'<img src="{each}"><object data="{each}"></object>' for each in (place, secret.as_uri()))
        linked = f'<link rel="stylesheet" href="{place}"><link rel="attachment" href="{secret.as_uri()}">'
        made_of = pypdf.PdfReader(io.BytesIO(set_pages(f"{linked}<p>Words</p>{page}", f'@import "{place}";')))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "Words" in made_of.pages[0].extract_text()
    assert "TOPSECRET" not in made_of.pages[0].extract_text()
    assert not made_of.attachments


def test_an_empty_organisation_can_be_written_in_every_format():
    empty = balance_sheet(made.records(made.organisation()), NOWHERE, ON)
    for name in FORMATS:
        assert render(Report(empty, None, SAID), name)
