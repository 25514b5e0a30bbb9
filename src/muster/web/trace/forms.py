"""What one may ask of the trace: by whom, what, from when to when."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from muster.audit.calc.words import KINDS
from muster.web.trace.queries import Asked

_WRONG = {"invalid": "Write the day as year-month-day, for example 2026-06-30."}


class FilterForm(forms.Form):
    """The address of the page as a form; what cannot be read is said and left out."""

    def __init__(self, data: QueryDict, *, doers: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["who"] = forms.ChoiceField(
            label="By whom",
            required=False,
            choices=[("", "Anybody"), *doers],
            error_messages={"invalid_choice": "Choose somebody of the list."},
        )
        self.fields["what"] = forms.ChoiceField(
            label="What",
            required=False,
            choices=[("", "Everything"), *KINDS.items()],
            error_messages={"invalid_choice": "Choose one of the list."},
        )
        for name, label in (("from", "From"), ("to", "To")):
            day = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            self.fields[name] = forms.DateField(label=label, required=False, widget=day, error_messages=_WRONG)

    def asked(self) -> Asked:
        """Return what is asked, as far as it can be read."""
        self.is_valid()
        told: dict[str, Any] = self.cleaned_data
        first: date | None = told.get("from")
        last: date | None = told.get("to")
        return Asked(told.get("who", ""), told.get("what", ""), first, last)
