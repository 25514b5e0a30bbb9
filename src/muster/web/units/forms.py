"""What one types about a unit."""

from typing import Any

from django import forms

from muster.units.calc import UnitDetails
from muster.web.forms import day_field


class UnitForm(forms.Form):
    name = forms.CharField(max_length=200, label="Name")
    kind = forms.TypedChoiceField(coerce=int, label="Kind")
    opened_on = day_field("First day", required=False)
    city = forms.CharField(max_length=120, required=False, label="City")
    region = forms.CharField(max_length=120, required=False, label="State or region")
    postcode = forms.CharField(max_length=20, required=False, label="Post code")
    country = forms.CharField(max_length=2, required=False, label="Country", help_text="Two letters, such as US.")
    latitude = forms.FloatField(
        required=False, label="Latitude", help_text="Only if the map shows it in the wrong place."
    )
    longitude = forms.FloatField(required=False, label="Longitude")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def details(self) -> UnitDetails:
        """Return the details of a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("kind", "version")}
        return UnitDetails(kind_id=self.cleaned_data["kind"], **given)


class MoveForm(forms.Form):
    parent = forms.TypedChoiceField(
        coerce=int,
        label="New place",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it belongs.", "invalid_choice": "It cannot be put there."},
    )

    def __init__(self, *args: Any, parents: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = parents  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    closed_on = day_field("First day it is closed")
    with_below = forms.BooleanField(required=False, label="Close what is open below it too")
    move_people_to = forms.TypedChoiceField(
        coerce=int,
        required=False,
        empty_value=None,
        label="Its people",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "They cannot be put there."},
    )

    def __init__(self, *args: Any, takers: list[tuple[int, str]], has_below: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_below:
            del self.fields["with_below"]
        self.fields["move_people_to"].choices = [  # type: ignore[attr-defined]
            ("", "Are placed here no longer"),
            *((pk, f"Go on in {name}") for pk, name in takers),
        ]
