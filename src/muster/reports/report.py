"""A balance sheet with what it is compared to and what it says."""

from dataclasses import dataclass

from muster.reports.calc.sentences import Sentences
from muster.reports.calc.sheet import BalanceSheet

__all__ = ["Report", "Sentences"]


@dataclass(frozen=True, slots=True)
class Report:
    """`before` is the sheet of an earlier day, None where there is no comparison."""

    sheet: BalanceSheet
    before: BalanceSheet | None
    sentences: Sentences
