from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from muster.reports.balance_sheet import FIRST


class DatesForm(forms.Form):
    """The day of the sheet, and an earlier one to compare with."""

    on = forms.DateField(
        label="On",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Write the day as year-month-day, for example 2026-06-30."},
    )
    compare = forms.DateField(
        label="Compared with",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Write the day as year-month-day, for example 2025-06-30."},
    )

    def __init__(self, data: QueryDict, *, today: date) -> None:
        super().__init__({"on": data.get("on") or today, "compare": data.get("compare") or ""})
        self.today = today

    def clean(self) -> None:
        answers = super().clean() or {}
        on, compare = answers.get("on"), answers.get("compare")
        if on and on > self.today:
            self.add_error("on", ValidationError("That day is still to come."))
        elif on and on < FIRST:
            self.add_error("on", ValidationError(f"Give a day from {FIRST.year} on."))
        elif compare and compare < FIRST:
            self.add_error("compare", ValidationError(f"Give a day from {FIRST.year} on."))
        elif on and compare and compare >= on:
            self.add_error("compare", ValidationError("Compare with a day before the day of the sheet."))

    def days(self) -> tuple[date, date | None]:
        """Return the day of the sheet and the day to compare with, a year before where none is given or the form is wrong."""
        answers = self.cleaned_data if self.is_valid() else {}
        on: date = answers.get("on") or self.today
        return on, answers.get("compare") or _year_before(on)

    def since(self) -> str:
        """Return what stands behind a difference: `in a year`, or since when."""
        on, before = self.days()
        if before is None or before == _year_before(on):
            return "in a year"
        return f"since {before.day} {before:%b %Y}"


def _year_before(day: date) -> date | None:
    if day.year == 1:
        return None
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
