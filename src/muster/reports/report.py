"""A balance sheet with what it is compared to and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass

from muster.reports.calc.sheet import BalanceSheet


@dataclass(frozen=True, slots=True)
class Sentences:
    """
    :ivar headline: the whole in one line
    :ivar lead: what matters most, a sentence each
    :ivar titles: key of a picture (`pictures.py`) → its message
    """

    headline: str
    lead: tuple[str, ...]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """`before` is the sheet of an earlier day, None where there is no comparison."""

    sheet: BalanceSheet
    before: BalanceSheet | None
    sentences: Sentences
