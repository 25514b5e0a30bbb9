"""The charts of a balance sheet with the tables of their numbers: one list for the page and for the PDF."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from markupsafe import Markup

from muster.core.charts import bars, columns, line, maps, pairs
from muster.reports.behind.asked import city_key
from muster.reports.calc.sheet import BalanceSheet, City

Cell = str | int | float
YEARS = 10
MONTHS = 24
STRONGHOLDS = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """
    :ivar key: names it in links and files, such as `sizes`
    :ivar title: its message; `subtitle` says what is drawn
    :ivar draw: makes the SVG when it is wanted, given `layout` and `palette`; None where the table is the picture
    :ivar rows: the numbers behind it, the first cell of each a name
    :ivar keys: for each row the list behind each of its numbers (`behind.lists`), '' where there is none
    """

    key: str
    title: str
    subtitle: str
    draw: Callable[..., Markup] | None
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[tuple[str, ...], ...] = ()
    wide: bool = False


def pictures(sheet: BalanceSheet, titles: Mapping[str, str]) -> list[Picture]:
    """
    Return every chart of the sheet, in order, and the tables that stand for one where they hold anything.

    :param titles: key of a picture → its message
    """
    makers = (
        _members,
        _map,
        _strongholds,
        _sizes,
        _recruits,
        _joined_and_left,
        _organisers,
        _inquiries,
        _potential,
        _milestones,
    )
    drawn = [make(sheet, titles) for make in makers]
    return [picture for picture in drawn if picture.rows or picture.draw]


def _members(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    points = [line.Point(_month_end(month, sheet.as_of), count) for month, count in sheet.members.by_month.items()]
    begun = points[0].on if points else sheet.as_of
    marked, before = [], begun
    for count, day in sheet.members.milestones.items():
        marked.append(line.Milestone(day, count, f"{count:,} {_after(before, day, first=before == begun)}"))
        before = day
    span = f", {begun.year} to {sheet.as_of.year}" if points else ""
    return Picture(
        "members",
        titles["members"],
        f"Members on the last day of each month{span}",
        partial(
            line.draw,
            points,
            label="Members by month",
            milestones=marked,
            last_label=f"{sheet.members.total:,} now",
            empty="No members yet.",
        ),
        ("Month", "Members"),
        tuple(sheet.members.by_month.items()),
        tuple((f"members:{month}",) for month in sheet.members.by_month),
        wide=True,
    )


def _map(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    located = [(city, city.point) for city in sheet.places.cities if city.point is not None]
    spots = [maps.Spot(city.city, point[0], point[1], city.country, city.members) for city, point in located]
    return Picture(
        "map",
        titles["map"],
        "Circles by members in the city; the largest are named",
        partial(
            maps.draw,
            spots,
            label="Map of cities with members",
        ),
        ("City", "Members", "Branches"),
        tuple((_place(city), city.members, city.branches) for city in sheet.places.cities),
        tuple(
            tuple(city_key(figure, _name(city)) for figure in ("city", "branches_in")) for city in sheet.places.cities
        ),
    )


def _strongholds(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    cities = sheet.places.strongholds.cities
    drawn = [bars.Bar(city.city, city.members) for city in cities[:STRONGHOLDS]]
    more = len(cities) - len(drawn)
    return Picture(
        "strongholds",
        titles["strongholds"],
        "Members by city, the smallest list that holds half" + (f"; {more} more below" if more > 0 else ""),
        partial(
            bars.draw,
            drawn,
            label="Strongholds",
            empty="No city with members yet.",
        ),
        ("City", "Members"),
        tuple((_place(city), city.members) for city in cities),
        tuple((city_key("city", _name(city)),) for city in cities),
    )


def _sizes(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    small = next(iter(sheet.units.size_classes), "")
    drawn = [
        columns.Column(name.replace("-", "–"), count, emphasis=name == small and count > 0)
        for name, count in sheet.units.size_classes.items()
    ]
    return Picture(
        "sizes",
        titles["sizes"],
        "Branches by number of members",
        partial(
            columns.draw,
            drawn,
            label="Branches by size",
        ),
        ("Branch", "Members"),
        tuple((branch.name, branch.members) for branch in sheet.units.branches),
        tuple((f"unit:{branch.id}",) for branch in sheet.units.branches),
    )


def _recruits(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    by_year = sheet.recruitment.joined_per_month_by_year
    return Picture(
        "recruits",
        titles["recruits"],
        f"Recruits a month, average by year; {sheet.as_of.year} so far",
        partial(
            columns.draw,
            [columns.Column(year, value) for year, value in list(by_year.items())[-YEARS:]],
            label="Recruits a month by year",
            empty="Nobody has joined yet.",
        ),
        ("Year", "Recruits a month"),
        tuple(by_year.items()),
        tuple((f"joined:{year}",) for year in by_year),
    )


def _joined_and_left(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    joined, left = sheet.members.joined_by_month, sheet.members.left_by_month
    months = list(sheet.members.by_month)[-MONTHS:]
    return Picture(
        "joined_left",
        titles["joined_left"],
        f"Joined and left in each of the last {len(months)} months",
        partial(
            pairs.draw,
            [pairs.Pair(_named(month), joined.get(month, 0), left.get(month, 0)) for month in months],
            label="Joined and left by month",
            up_name="joined",
            down_name="left",
            empty="Nobody has joined yet.",
        ),
        ("Month", "Joined", "Left"),
        tuple((month, joined.get(month, 0), left.get(month, 0)) for month in sheet.members.by_month),
        tuple((f"joined:{month}", f"left:{month}") for month in sheet.members.by_month),
    )


def _organisers(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    by_year = sheet.organisers.members_per_organiser_by_year
    shown = list(by_year.items())[-YEARS:]
    highest = max((value for _, value in shown if value is not None), default=None)
    return Picture(
        "organisers",
        titles["organisers"],
        "Members for each trained organiser, by year (lower is stronger)",
        partial(
            columns.draw,
            [
                columns.Column(year, value, emphasis=value is not None and value == highest and year == shown[-1][0])
                for year, value in shown
            ],
            label="Members for each organiser by year",
            empty="No trained organiser yet.",
        ),
        ("Year", "Members for each organiser"),
        tuple((year, "none" if value is None else value) for year, value in by_year.items()),
        tuple((f"organisers:{year}",) for year in by_year),
    )


def _inquiries(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    by_month = sheet.inquiries.by_month
    months = _months_before(sheet.as_of, MONTHS) if by_month else []
    return Picture(
        "inquiries",
        titles["inquiries"],
        f"Inquiries received in each of the last {MONTHS} months",
        partial(
            columns.draw,
            [columns.Column(_named(month), by_month.get(month, 0)) for month in months],
            label="Inquiries by month",
            empty="No inquiries yet.",
        ),
        ("Month", "Inquiries"),
        tuple(by_month.items()),
        tuple((f"inquiries:{month}",) for month in by_month),
    )


def _potential(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    potential = sheet.potential
    rows: list[tuple[Cell, ...]] = [("Cities with members and no branch", potential.places)]
    rows += [
        (f"Recruits needed for {size} in each", needed)
        for size, needed in zip(potential.branch_sizes, potential.recruits_needed, strict=True)
    ]
    rows.append(("Branches without a trained organiser", sheet.organisers.branches_without_organiser))
    low, high = potential.branch_sizes
    return Picture(
        "potential",
        titles["potential"],
        f"If every city with members had a branch of {low} to {high}",
        None,
        ("What", "How many"),
        tuple(rows),
        (*(("without_branch",),) * 3, ("branches_without_organiser",)),
    )


def _milestones(sheet: BalanceSheet, titles: Mapping[str, str]) -> Picture:
    reached = sheet.members.milestones
    return Picture(
        "milestones",
        titles["milestones"],
        f"The first day with {sheet.step:,} members, with {2 * sheet.step:,}, and so on",
        None,
        ("Members", "First day"),
        tuple((f"{count:,}", f"{day.day} {day:%b %Y}") for count, day in reached.items()),
        tuple((f"joined:{day:%Y-%m}",) for day in reached.values()),
    )


def _name(city: City) -> tuple[str, str, str]:
    return city.city, city.region, city.country


def _place(city: City) -> str:
    return f"{city.city}, {city.region}" if city.region else city.city


def _named(month: str) -> str:
    return f"{date(int(month[:4]), int(month[5:]), 1):%b %Y}"


def _month_end(month: str, latest: date) -> date:
    year, number = int(month[:4]), int(month[5:])
    return min((date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)), latest)


def _months_before(day: date, count: int) -> Sequence[str]:
    last = day.year * 12 + day.month - 1
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(last - count + 1, last + 1)]


def _after(before: date, day: date, *, first: bool) -> str:
    months = (day.year - before.year) * 12 + day.month - before.month
    span = f"{months // 12} years" if months >= 24 else f"{months} months" if months != 1 else "1 month"
    if months < 1:
        return "at once" if first else "within a month"
    return f"after {span}" if first else f"in {span}" if months < 24 else f"{span} on"
