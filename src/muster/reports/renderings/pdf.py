"""The balance sheet on paper: A4, tagged, the same sentences, figures and charts as the page."""

from collections.abc import Sequence
from pathlib import Path

from django.contrib.staticfiles import finders
from markupsafe import Markup, escape

from muster.core.charts.svg import PRINT, Layout
from muster.core.errors import DomainError
from muster.reports import figures
from muster.reports.pictures import Cell, Picture, pictures
from muster.reports.renderings.words import heading, said_day
from muster.reports.report import Report

MOST_ROWS = 15


class PdfUnavailable(DomainError):
    """The library that sets the pages is not installed."""


def pdf(report: Report) -> bytes:
    """
    Return the sheet as PDF; about two seconds.

    :raises PdfUnavailable: Pango is missing
    """
    sheet = Path(__file__).with_name("print.css").read_text(encoding="utf-8")
    return set_pages(_html(report), _font_faces() + sheet)


def set_pages(page: str, style: str) -> bytes:
    """
    Return a page as PDF. Whatever stands in it, it loads nothing; the style loads our fonts.

    :raises PdfUnavailable: Pango is missing
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PdfUnavailable(
            "PDF needs Pango on this machine: apt-get install libpango-1.0-0 libpangoft2-1.0-0. "
            "Meanwhile print the page from the browser."
        ) from error
    fonts, nowhere = FontConfiguration(), URLFetcher(allowed_protocols=(), allow_redirects=False)
    files = URLFetcher(allowed_protocols=("file",), allow_redirects=False)
    sheet = CSS(string=style, font_config=fonts, url_fetcher=files)
    written: bytes = HTML(string=page, url_fetcher=nowhere).write_pdf(
        stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1"
    )
    return written


def _font_faces() -> str:
    faces = (("Inter", "inter-latin"), ("Source Serif 4", "source-serif-4-latin"))
    return "".join(
        f'@font-face {{ font-family: "{name}"; src: url("{Path(found).as_uri()}") }}'
        for name, file in faces
        if (found := finders.find(f"vendor/{file}.woff2"))
    )


def _html(report: Report) -> str:
    sentences = report.sentences
    drawn = pictures(report.sheet, sentences.titles)
    wide = [picture for picture in drawn if picture.wide]
    half = [picture for picture in drawn if not picture.wide]
    pairs = [half[start : start + 2] for start in range(0, len(half), 2)]
    strip = Markup("").join(
        Markup("<div><span>{}</span><b>{}</b></div>").format(figure.label, figure.written(figure.value))
        for figure in figures.strip(report)
    )
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><p class="what">{what}</p>'
        '<h1>{title}</h1><p class="lead">{lead}</p><div class="strip">{strip}</div>{wide}{pairs}{tables}</body></html>'
    ).format(
        title=sentences.headline,
        what=heading(report),
        lead=" ".join(sentences.lead),
        strip=strip,
        wide=Markup("").join(map(_figure, wide)),
        pairs=Markup("").join(
            Markup('<div class="pair">{}</div>').format(Markup("").join(map(_figure, pair))) for pair in pairs
        ),
        tables=_all_figures(report),
    )


def _figure(picture: Picture) -> Markup:
    layout: Layout = "large" if picture.wide else "medium"
    body = picture.draw(layout=layout, palette=PRINT) if picture.draw else _table(picture.heads, picture.rows)
    return Markup("<figure><figcaption><h2>{}</h2><p>{}</p></figcaption>{}</figure>").format(
        picture.title, picture.subtitle, body
    )


def _all_figures(report: Report) -> Markup:
    heads = ("", "Now") if report.before is None else ("", "Now", said_day(report.before.as_of))
    parts = []
    for title, found in figures.sections(report):
        rows = [
            (figure.label, figure.written(figure.value), figure.written(figure.before))[: len(heads)]
            for figure in found
        ]
        parts.append(Markup("<section><h2>{}</h2>{}</section>").format(title, _table(heads, rows)))
    goals = [
        (f"{g.unit_name}: {g.measure}", f"{g.now:,} of {g.target:,g}", said_day(g.due_on), g.state)
        for g in report.sheet.goals
    ]
    if goals:
        table = _table(("Goal", "How far", "Due", "State"), goals[:MOST_ROWS])
        parts.append(Markup("<section><h2>Goals</h2>{}</section>").format(table))
    return Markup("").join(parts)


def _table(heads: tuple[str, ...], rows: Sequence[Sequence[Cell]]) -> Markup:
    head = Markup("").join(Markup("<th>{}</th>").format(cell) for cell in heads)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(f"{c:,}" if isinstance(c, int) else escape(c)) for c in row)
        )
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)
