"""What one types about a kind of unit."""

from typing import Any

from django import forms


class KindForm(forms.Form):
    name = forms.CharField(max_length=60, label="One is called")
    plural = forms.CharField(max_length=60, label="Several are called")
    children = forms.TypedMultipleChoiceField(
        coerce=int, required=False, label="What may stand below it", widget=forms.CheckboxSelectMultiple
    )
    parents = forms.TypedMultipleChoiceField(
        coerce=int, required=False, label="What it may stand below", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kinds: list[tuple[int, str]], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["children"].choices = kinds  # type: ignore[attr-defined]
        self.fields["parents"].choices = kinds  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["parents"]
