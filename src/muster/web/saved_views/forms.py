"""The name of a view, and who else may use it."""

from collections.abc import Sequence
from typing import Any

from django import forms


class ViewForm(forms.Form):
    """
    :param units: (id, name) of the units one may share it with; none: who else uses it is not asked
    """

    name = forms.CharField(max_length=80, label="Name", help_text="Such as “New this year”")
    unit = forms.TypedChoiceField(label="Who else may use it", coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any, *, units: Sequence[tuple[int, str]], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["unit"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            ("", "Nobody: for me alone"),
            *((pk, f"Whoever may see people in {name}") for pk, name in units),
        ]
        if not units:
            del self.fields["unit"]
