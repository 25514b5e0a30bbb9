"""What one types about a unit that grows."""

from typing import Any

from django import forms

from muster.reports.calc.splitting import Rule, codes_in
from muster.units.calc import UnitDetails
from muster.web.forms import day_field

NOT_KNOWN = "-"


class MeetingForm(forms.Form):
    held_on = day_field("Day")
    people_count = forms.IntegerField(min_value=1, label="How many came")


class FirstDuesForm(forms.Form):
    people = forms.TypedMultipleChoiceField(
        coerce=int,
        label="Who paid",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick who paid.", "invalid_choice": "Somebody is not on this list any more."},
    )
    paid_on = day_field("Day")

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people  # type: ignore[attr-defined]


class PromoteForm(forms.Form):
    kind = forms.TypedChoiceField(coerce=int, label="Becomes")
    on = day_field("From this day on", help_text="Balance sheets of earlier days go on counting it as what it was.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class SplitForm(forms.Form):
    """Who goes, to what, from when; `others` are the boxes beside the names of both halves."""

    name = forms.CharField(max_length=200, label="Name of the new one")
    kind = forms.TypedChoiceField(coerce=int, label="Kind")
    opened_on = day_field("From this day on")
    city = forms.CharField(max_length=120, required=False, label="City")
    region = forms.CharField(max_length=120, required=False, label="State or region")
    postcode = forms.CharField(max_length=20, required=False, label="Post code")
    country = forms.CharField(max_length=2, required=False, label="Country", help_text="Two letters, such as US.")
    towns = forms.MultipleChoiceField(
        required=False, label="Who lives in", widget=forms.CheckboxSelectMultiple, choices=()
    )
    postcodes = forms.CharField(
        max_length=1000,
        required=False,
        label="Or where the post code begins with",
        help_text="Several with commas, such as 9730, 97401.",
    )
    others = forms.TypedMultipleChoiceField(required=False, coerce=int, choices=(), widget=forms.MultipleHiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    digest = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        kinds: list[tuple[int, str]],
        towns: list[tuple[str, int]],
        people: list[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["others"].choices = people  # type: ignore[attr-defined]
        self.fields["towns"].choices = [  # type: ignore[attr-defined]
            (town or NOT_KNOWN, f"{town or 'Town not known'} ({count})") for town, count in towns
        ]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def details(self) -> UnitDetails:
        """Return what the new unit of a valid form says of itself."""
        typed = self.cleaned_data
        given = {name: typed[name] for name in ("name", "opened_on", "city", "region", "postcode", "country")}
        return UnitDetails(kind_id=typed["kind"], **given)

    def rule(self) -> Rule:
        """Return who goes by a valid form."""
        typed = self.cleaned_data
        towns = frozenset("" if town == NOT_KNOWN else town for town in typed["towns"])
        return Rule(towns, codes_in(typed["postcodes"]), frozenset(typed["others"]))
