"""What strangers type, and what officers say on the form."""

import re
from dataclasses import fields
from typing import Any

from django import forms

from muster.contacts.queries.public_forms import Shown
from muster.contacts.services.receiving import Written

LONGEST_MESSAGE = 5_000
# Signs that no text holds: what moves the cursor, rings a bell, ends a string. Lines and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# What the form is sent back with; the first is the field that people do not see.
TRAP, CHALLENGE, SOLUTION = "website", "challenge", "solution"


class PlainField(forms.CharField):
    """A text without signs that steer a terminal."""

    def to_python(self, value: Any) -> str:
        return super().to_python(_CONTROLS.sub("", str(value or "").replace("\r\n", "\n"))) or ""


def _line(label: str, *, longest: int, hint: str = "", **attrs: str) -> PlainField:
    return PlainField(
        label=label, required=False, max_length=longest, help_text=hint, widget=forms.TextInput(attrs=attrs)
    )


class WriteForm(forms.Form):
    """:param shown: the form as it is to be shown; it asks for consent only where it has words for it"""

    name = _line("Your name", longest=120, autocomplete="name")
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        help_text="This or a phone number, so that somebody can answer",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    phone = _line("Phone", longest=60, autocomplete="tel", type="tel")
    postcode = _line("Post code", longest=20, hint="So that those near you answer", autocomplete="postal-code")
    city = _line("City", longest=120, autocomplete="address-level2")
    message = PlainField(
        label="What would you like to say?",
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Write some words, so that we know how to help."},
    )
    email_ok = forms.BooleanField(required=False)
    phone_ok = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, shown: Shown, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for name, words in (("email_ok", shown.email_words), ("phone_ok", shown.phone_words)):
            if words:
                self.fields[name].label = words
            else:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not (typed.get("email") or typed.get("phone") or self.errors.get("email")):
            self.add_error("email", "Give an e-mail address or a phone number, so that somebody can answer.")
        return typed

    def written(self) -> Written:
        """Return what a valid form says."""
        return Written(**{fact.name: self.cleaned_data[fact.name] for fact in fields(Written)})

    def agreed(self, name: str) -> bool | None:
        """Return True where a box was ticked; None where it was not: to write to us is no refusal of letters."""
        return True if self.cleaned_data.get(name) else None


def typed_in(data: Any) -> dict[str, Any]:
    """Return what a foreign page sent for the fields of the form, cut to their lengths, to be shown again."""
    found: dict[str, Any] = {}
    for name, field in WriteForm.base_fields.items():
        longest = getattr(field, "max_length", None)
        found[name] = str(data.get(name, ""))[:longest] if longest else name in data
    return found


class OfficerForm(forms.Form):
    """
    What stands on a public form.

    :param is_whole: it is the organisation's, whose other words hold for all
    """

    is_on = forms.BooleanField(label="Strangers can write to us here", required=False)
    title = forms.CharField(label="Title", max_length=120)
    intro = forms.CharField(
        label="What stands below it", required=False, max_length=2_000, widget=forms.Textarea({"rows": 4})
    )
    name = forms.CharField(
        label="Name in the address",
        required=False,
        max_length=40,
        help_text="Small letters, digits and hyphens, such as north-side. Without one its own number stands there.",
    )
    privacy = forms.CharField(
        label="Who reads it",
        required=False,
        max_length=1_000,
        widget=forms.Textarea({"rows": 3}),
        help_text="One or two sentences at the end of the form",
    )
    email_words = forms.CharField(
        label="May we write to you?",
        required=False,
        max_length=300,
        help_text="What stands at the box to tick. Without words the form does not ask.",
    )
    phone_words = forms.CharField(
        label="May we call you?",
        required=False,
        max_length=300,
        help_text="The same for calls",
    )

    def __init__(self, data: Any, *, is_whole: bool, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        for name in ("name",) if is_whole else ("privacy", "email_words", "phone_words"):
            del self.fields[name]
