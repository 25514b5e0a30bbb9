"""What somebody sends of the places of other countries."""

from typing import Any

from django import forms

# What the name says; what the file is, its content says.
ENDINGS = ("txt", "zip", "csv", "tsv", "xlsx", "xls", "ods")
# A million post codes, packed. It is read while somebody waits.
MOST_BYTES = 20 << 20
_TOO_LARGE = (
    f"This is larger than {MOST_BYTES >> 20} MB. Send it packed as .zip, or have it taken in with `muster places`."
)


class PlacesForm(forms.Form):
    file = forms.FileField(
        label="Post codes",
        help_text="As GeoNames publishes them (such as DE.zip), or a sheet with the columns postcode, city, latitude, longitude. "
        "Region, county, population and country may stand beside. Nothing changes before you have seen what would.",
        error_messages={"required": "Choose a file first.", "empty": "The file is empty. Choose another one."},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )
    cities = forms.FileField(
        label="Cities",
        required=False,
        help_text="Cities with their inhabitants, as GeoNames publishes them (such as cities500.zip).",
        error_messages={"empty": "The file is empty. Choose another one."},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )
    country = forms.CharField(
        label="Country",
        max_length=60,
        required=False,
        help_text="Take this country alone. If left empty: the one that each row names, else your own.",
    )

    def clean_file(self) -> Any:
        return _small(self.cleaned_data["file"])

    def clean_cities(self) -> Any:
        return _small(self.cleaned_data["cities"])


def _small(file: Any) -> Any:
    if file and file.size > MOST_BYTES:
        raise forms.ValidationError(_TOO_LARGE)
    return file
