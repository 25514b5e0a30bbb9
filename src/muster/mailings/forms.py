"""The shape of what is typed of a letter."""

from typing import Any

from django import forms

from muster.mailings.calc.fields import FIELDS

Choices = list[tuple[int, str]]
_FIELDS = ", ".join(f"{{{name}}} {words}" for name, words in FIELDS.items())


class MailingForm(forms.Form):
    """:param units: (id, name) of those for which one may write; None: the letter has one already"""

    unit = forms.TypedChoiceField(label="Who writes", coerce=int)
    ask = forms.CharField(
        label="To whom",
        max_length=1_000,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
        help_text="A question as under Members › Ask a longer question, such as standing:member city:Salem",
    )
    subject = forms.CharField(label="Subject", max_length=200)
    body = forms.CharField(
        label="The letter",
        max_length=50_000,
        strip=False,
        widget=forms.Textarea({"rows": 14}),
        help_text=(
            f"Of each reader: {_FIELDS}. {{given_name|friend}} says friend where no name is known."
            " **Bold**, *italic*, - a list, [words](https://…) for a link."
        ),
    )
    reply_to = forms.CharField(
        label="Answers go to", max_length=254, required=False, widget=forms.EmailInput, help_text="An e-mail address"
    )
    imprint = forms.CharField(
        label="Below the letter",
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text="Who writes, and a postal address. A link to get no more e-mail is added.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, units: Choices | None, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        if units is None:
            del self.fields["unit"]
        else:
            self.fields["unit"].choices = units  # type: ignore[attr-defined]


class SendForm(forms.Form):
    """The last step. :param with_reason: one must be said"""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="What is it for",
        max_length=300,
        required=False,
        help_text="So many people: say why. It stays in the trace.",
    )

    def __init__(self, data: Any = None, *, with_reason: bool = True, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        if not with_reason:
            del self.fields["reason"]
