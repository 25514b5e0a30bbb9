"""The shape of what one types on the pages of inquiries."""

from typing import Any

from django import forms


class AssignForm(forms.Form):
    """:param takers: (id, name) of the units it may go to"""

    unit = forms.TypedChoiceField(
        coerce=int,
        label="Send it to",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it goes.", "invalid_choice": "It cannot go there."},
    )

    def __init__(self, data: Any, *, takers: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["unit"].choices = takers  # type: ignore[attr-defined]
