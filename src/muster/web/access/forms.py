"""What one types to let somebody in."""

from typing import Any

from django import forms

from muster.web.forms import day_field


class GrantForm(forms.Form):
    email = forms.EmailField(
        max_length=254, label="E-mail", help_text="They sign in with it. A new address gets an account."
    )
    name = forms.CharField(max_length=200, required=False, label="Name")
    role = forms.ChoiceField(label="Role")
    from_on = day_field("First day")
    to_on = day_field("Last day is before", required=False, help_text="Left empty, it holds until you end it.")

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "Choose a role"), *roles]  # type: ignore[attr-defined]
