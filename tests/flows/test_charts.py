"""Charts in a browser: letters of 12 px at any width, one picture shown, no text over another, axe finds nothing."""

import base64
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from muster.core.charts import bars, columns, line, maps, pairs
from tests.flows.conftest import overflow, screenshot, violations

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

STYLES = Path(__file__).resolve().parents[2] / "src/muster/web/static/muster"
MEASURE = """() => [...document.querySelectorAll(".plot")].map(plot => {
  const shown = [...plot.querySelectorAll("svg")].filter(svg => svg.getBoundingClientRect().width > 0);
  const texts = [...shown[0].querySelectorAll("text")].filter(text => text.getBoundingClientRect().width > 0);
  const scale = shown[0].getBoundingClientRect().width / shown[0].viewBox.baseVal.width;
  const box = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  return {
    shown: shown.length, frame: box(shown[0]),
    letters: texts.map(text => parseFloat(getComputedStyle(text).fontSize) * scale),
    texts: texts.map(text => [text.textContent, box(text)]),
  };
})"""


def charts():
    cities = [
        ("Portland", 45.5, -122.7, 50),
        ("Salem", 44.9, -123.0, 30),
        ("Boston", 42.4, -71.1, 20),
        ("Reno", 39.5, -119.8, 9),
    ]
    months = [line.Point(date(2000 + n // 12, n % 12 + 1, 1), n + n * n / 200) for n in range(280)]
    stones = [line.Milestone(months[n].on, months[n].value, f"{n} after a while") for n in (90, 170, 230, 260)]
    return [
        line.draw(months, label="Members by month", milestones=stones, last_label="now"),
        columns.draw([columns.Column(f"{n + 1}/24", n * 7 % 11) for n in range(30)], label="Inquiries by month"),
        columns.draw([columns.Column(str(2016 + n), n * 1.7, n == 5) for n in range(6)], label="Recruits by year"),
        bars.draw([bars.Bar(city, value) for city, _, _, value in cities], label="Strongholds"),
        pairs.draw([pairs.Pair(str(2010 + n), n * n, 30 - n) for n in range(15)], label="x", up_name="Joined", down_name="Left"),
        maps.draw([maps.Spot(city, *at, "US", value) for city, *at, value in cities], label="Cities"),
    ]  # fmt: skip


def overlap(one, other):
    # Line boxes are taller than letters: two pixels above and below are blank.
    return one[0] < other[2] and other[0] < one[2] and one[1] + 2 < other[3] - 2 and other[1] + 2 < one[3] - 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stay_12_px_and_meet_nowhere(browser, scheme):
    styles = "".join((STYLES / f"{name}.css").read_text() for name in ("base", "layout", "components", "charts"))
    font = base64.b64encode((STYLES.parent / "vendor/inter-latin.woff2").read_bytes()).decode()
    styles = styles.replace("../vendor/inter-latin.woff2", f"data:font/woff2;base64,{font}")
    figures = "".join(f'<figure class="chart">{chart}</figure>' for chart in charts())
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.set_content(
        f'<html lang="en"><title>Charts</title><style>{styles}</style><main><h1>Charts</h1>{figures}</main>'
    )

    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('600 12px Inter')")
    for width in (280, 358, 419, 420, 480, 639, 640, 970):
        page.set_viewport_size({"width": width, "height": 800})
        for plot in page.evaluate(MEASURE):
            left, top, right, bottom = plot["frame"]
            assert plot["shown"] == 1
            assert plot["letters"] == pytest.approx([12.0] * len(plot["letters"]), abs=0.05)
            assert all(box[0] >= left - 1 and box[2] <= right + 1 for _, box in plot["texts"]), width
            assert all(box[1] >= top - 2 and box[3] <= bottom + 2 for _, box in plot["texts"]), width
            met = [(one[0], other[0]) for one, other in combinations(plot["texts"], 2) if overlap(one[1], other[1])]
            assert met == [], width
        assert overflow(page) == 0
    screenshot(page, f"charts-{scheme}")
    assert violations(page) == []
    context.close()
