"""
The one place where marks become SVG text.

A chart is drawn once for each `Frame`, a span of widths of the box it stands in, and the stylesheet shows the one that
fits. Inside a frame the drawing scales with the box while its letters stay 12 px: the stylesheet divides by the scale.
Labels are therefore placed for letters of `LETTERS` units, their size where the frame begins, and only ever get smaller.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal

from markupsafe import Markup

from muster.core.charts.labels import Anchor, Placed

Layout = Literal["all", "small", "medium", "large"]
LETTERS = 13.5
FONT_SIZE = 12
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Frame:
    """A width in units, and the class by which the stylesheet shows it: 280–419, 420–639, 640 px and more."""

    name: str
    width: int


SMALL, MEDIUM, LARGE = Frame("small", 315), Frame("medium", 470), Frame("large", 720)
FRAMES = {frame.name: frame for frame in (SMALL, MEDIUM, LARGE)}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a chart. `series` are numbered from 1 as in the tokens; `halo` draws the paper round letters."""

    paper: str
    ink: str
    quiet: str
    rule: str
    rule_strong: str
    land: str
    series: tuple[str, str, str, str]
    halo: bool
    font: str = ""


SCREEN = Palette(
    paper="var(--paper)",
    ink="var(--ink)",
    quiet="var(--quiet)",
    rule="var(--rule)",
    rule_strong="var(--rule-strong)",
    land="var(--land)",
    series=("var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)"),
    halo=True,
)
# For PDF, whose renderer knows neither var() nor paint-order in SVG. Series 1 is dark and 2 to 4 grow lighter, so that they
# can be told apart on a black-and-white printer.
PRINT = Palette(
    paper="#ffffff",
    ink="#000000",
    quiet="#4d4a44",
    rule="#d9d4c9",
    rule_strong="#1b1916",
    land="#efece5",
    series=("#9c1c12", "#7f9bb3", "#d9b06a", "#c9c5bc"),
    halo=False,
    font="Inter, system-ui, sans-serif",
)


def clean(text: str) -> str:
    """Return text safe inside SVG: escaped, without the control signs XML forbids."""
    return escape(_NOT_XML.sub("", text), quote=True)


def figure(value: float) -> str:
    """Return a coordinate with one decimal at most."""
    written = f"{value:.1f}"
    return written.removesuffix(".0") if written != "-0.0" else "0"


class Drawing:
    """Marks in the order they are painted, and the size of the picture."""

    def __init__(self, width: float, height: float, palette: Palette) -> None:
        self.width, self.height, self.palette = width, height, palette
        self._marks: list[str] = []

    def add(self, name: str, *, title: str = "", **attributes: str | float) -> None:
        """Add an element; attributes written with _ for -, figures rounded; `title` shows when one points at it."""
        pairs = [(key.replace("_", "-"), _value(value)) for key, value in attributes.items()]
        written = "".join(f' {key}="{value}"' for key, value in pairs)
        inside = f"<title>{clean(title)}</title>" if title else ""
        self._marks.append(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str) -> None:
        """Add a hairline that stays one pixel wide at any size."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, vector_effect="non-scaling-stroke")

    def text(
        self,
        text: str,
        x: float,
        y: float,
        *,
        anchor: Anchor = "start",
        strong: bool = False,
        halo: bool = False,
        size: float = FONT_SIZE,
        drop: float = 0.0,
    ) -> None:
        """Add a text with its baseline `drop` font sizes below x, y; strong in ink, else quiet. Nothing is added for ''."""
        if not text:
            return
        colour = self.palette.ink if strong else self.palette.quiet
        more = f' dy="{drop:.2f}em"' if drop else ""
        more += f' text-anchor="{anchor}"' if anchor != "start" else ""
        if halo and self.palette.halo:
            more += f' paint-order="stroke" stroke="{self.palette.paper}" stroke-width="{figure(size / 4)}"'
            more += ' stroke-linejoin="round"'
        kind, weight = (' class="strong"', 600) if strong else ("", 500)
        self._marks.append(
            f'<text x="{figure(x)}" y="{figure(y)}"{kind} fill="{colour}"'
            f' font-size="{figure(size)}" font-weight="{weight}"{more}>{clean(text)}</text>'
        )

    def label(self, placed: Placed, *, size: float = FONT_SIZE) -> None:
        """Add a placed label."""
        self.text(
            placed.text, placed.x, placed.y, anchor=placed.anchor, strong=True, halo=True, size=size, drop=placed.drop
        )

    def open_group(self, name: str, *, transform: str = "") -> None:
        """Begin a group of this class; `close_group` ends it."""
        moved = f' transform="{clean(transform)}"' if transform else ""
        self._marks.append(f'<g class="{clean(name)}"{moved}>')

    def close_group(self) -> None:
        self._marks.append("</g>")

    def render(self, label: str, kind: str) -> Markup:
        """Return the picture, named by `label` for those who do not see it."""
        font = f' font-family="{self.palette.font}"' if self.palette.font else ""
        # direction: in a page written from right to left, "start" would otherwise be the right end of a text.
        return Markup(  # noqa: S704 - every text went through `clean`
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{clean(kind)}"'
            f' viewBox="0 0 {figure(self.width)} {figure(self.height)}"'
            f' role="img" aria-label="{clean(label)}" direction="ltr"{font}>'
            f"{''.join(self._marks)}</svg>"
        )


def _value(value: str | float) -> str:
    return clean(value) if isinstance(value, str) else figure(value)


def in_frames(draw: Callable[[Frame], Drawing], *, label: str, layout: Layout) -> Markup:
    """Return the drawing for every frame in one box, or for the one frame asked for as a bare SVG."""
    if layout != "all":
        return draw(FRAMES[layout]).render(label, f"plot-{layout}")
    pictures = Markup("").join(draw(frame).render(label, f"plot-{frame.name}") for frame in FRAMES.values())
    return Markup('<div class="plot">') + pictures + Markup("</div>")
