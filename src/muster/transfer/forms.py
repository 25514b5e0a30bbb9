"""What somebody chooses about an import."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.http import QueryDict

# What the name says; what the file is, its content says.
ENDINGS = ("csv", "tsv", "txt", "xlsx", "xls", "ods", "zip")


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="A sheet (CSV, XLSX, XLS, ODS) or an exchange folder packed as .zip. "
        "Nothing changes before you have seen what would.",
        error_messages={"required": "Choose a file first.", "empty": "The file is empty. Choose another one."},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
        validators=[
            FileExtensionValidator(ENDINGS, "Files with this ending are not read. Save it as CSV, XLSX, XLS or ODS.")
        ],
    )
    source = forms.CharField(
        label="Name of the system it comes from",
        max_length=60,
        required=False,
        help_text="Keeps its identifiers apart from those of other systems. Most are recognised by themselves.",
    )


class MappingForm(forms.Form):
    """One choice per column of a sheet; the fields are named `column-0`, `column-1` …"""

    def __init__(
        self, data: QueryDict | None, *, headers: Sequence[str], choices: Sequence[Any], guesses: Sequence[str]
    ) -> None:
        super().__init__(data)
        self.headers = headers
        for number, (header, offered, guess) in enumerate(zip(headers, choices, guesses, strict=True)):
            self.fields[f"column-{number}"] = forms.ChoiceField(label=header, choices=offered, initial=guess)

    def mapping(self) -> dict[str, str]:
        """Return header → field of a valid form."""
        return {header: self.cleaned_data[f"column-{number}"] for number, header in enumerate(self.headers)}
