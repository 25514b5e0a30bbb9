"""What somebody types on the pages of claims."""

from typing import Any

from django import forms

from muster.contacts.calc.routing import AREA
from muster.contacts.queries.claims import KINDS

# What the name says; what the file is, its content says.
ENDINGS = ("csv", "tsv", "txt", "xlsx", "xls", "ods", "geojson", "json")
# A million rows; what is kept of a file is read into memory.
MOST_BYTES = 20 << 20
# An area is drawn, not typed.
TYPED = [(code, words) for code, words in KINDS if code != AREA]


class ListForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="A sheet (CSV, XLSX, XLS, ODS) with the columns unit and postcode; prefix, county, region and country may "
        "stand beside or instead. Or areas drawn on a map (GeoJSON) with the properties unit and name. Nothing changes before "
        "you have seen what would.",
        error_messages={"required": "Choose a file first.", "empty": "The file is empty. Choose another one."},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )
    whole = forms.BooleanField(
        label="The file is all there is", required=False, help_text="Claims that do not stand in it go."
    )
    unit = forms.CharField(
        label="Whose the areas are",
        max_length=200,
        required=False,
        help_text="For areas on a map that do not say so themselves: the name of the unit, or its number.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"This is larger than {MOST_BYTES >> 20} MB. A list of every post code is not.")
        return file


class ClaimForm(forms.Form):
    kind = forms.ChoiceField(label="What", choices=TYPED, widget=forms.RadioSelect, initial="postcode")
    value = forms.CharField(
        label="Which",
        max_length=120,
        help_text="Such as 02134, 021, Maine, or for a county Cumberland, ME.",
        error_messages={"required": "Say which place."},
    )
    country = forms.CharField(label="Country", max_length=60, required=False, help_text="Your own, if left empty.")
    unit = forms.CharField(
        label="Whose it is",
        max_length=200,
        help_text="The name of the unit as it stands in the list of units, or its number.",
        error_messages={"required": "Say whose it is."},
    )


class AddressForm(forms.Form):
    postcode = forms.CharField(label="Post code", max_length=20, required=False)
    city = forms.CharField(label="City", max_length=120, required=False)
    region = forms.CharField(label="State or region", max_length=120, required=False)
    country = forms.CharField(label="Country", max_length=2, required=False, help_text="Two letters, such as US.")
