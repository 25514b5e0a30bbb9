from datetime import date

from django import forms
from django.http import QueryDict

_WRONG = {"invalid": "Write the day as year-month-day, for example 2026-01-01."}


class SinceForm(forms.Form):
    """From which day on contacts are looked at."""

    since = forms.DateField(
        label="Begun since", required=False, widget=forms.DateInput(attrs={"type": "date"}), error_messages=_WRONG
    )

    def __init__(self, data: QueryDict, *, usual: date) -> None:
        super().__init__({"since": data.get("since") or usual})
        self.usual = usual

    def day(self) -> date:
        """Return the day that was typed, the usual one where none was or the form is wrong."""
        return self.cleaned_data["since"] if self.is_valid() else self.usual
