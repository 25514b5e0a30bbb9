"""What the page of the way in shows beside its tables: the figures at its head, and the picture of the stages."""

from markupsafe import Markup

from muster.core.charts import bars
from muster.core.terms import Terms
from muster.reports.way_in import WayIn
from muster.reports.way_in_tables import in_words
from muster.web.words import number


def figures(found: WayIn, terms: Terms) -> list[dict[str, str]]:
    """Return the figures at the head of the page, as `ui.figures` takes them."""
    first, last, answers = found.funnel[0], found.funnel[-1], found.answers
    median = "–" if answers.median_hours is None else number(round(answers.median_hours))
    longest = f"the longest for {number(answers.longest_days)} days" if answers.longest_days > 1 else "not yet taken up"
    return [
        {"label": "Begun", "value": number(first.reached), "change": f"{terms.many('contact')} followed up"},
        {"label": "Joined", "value": number(last.reached), "change": in_words(last.of_all) if first.reached else ""},
        {"label": "Hours to an answer", "value": median, "change": "for half of the " + terms.many("inquiry")},
        {"label": "Waiting now", "value": number(answers.waiting), "change": longest if answers.waiting else ""},
    ]


def bars_of_stages(found: WayIn) -> Markup:
    """Return the stages as bars, the last one marked."""
    last = len(found.funnel) - 1
    drawn = [bars.Bar(step.name, step.reached, emphasis=place == last) for place, step in enumerate(found.funnel)]
    return bars.draw(drawn, label="Stages", series=2, empty="Nobody is followed up yet.")
