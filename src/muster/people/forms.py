"""Shape and types of what is typed about a person; rules and rights are elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms

from muster.people.calc import listing, questions
from muster.people.calc.conditions import Takes
from muster.people.calc.fields import CONTACT, LABELS, OPEN, Value

_FLAG = [("", "Not asked"), ("yes", "Yes"), ("no", "No")]
STANDINGS = [("member", "Member"), ("applicant", "Applicant"), ("contact", "Contact")]
# Column of a list → its head.
COLUMNS = {
    "name": "Name",
    "ref": "Number",
    "standing": "Standing",
    "joined": "Since",
    "unit": "Home unit",
    "city": "City",
    "tags": "Tags",
}
Choices = Sequence[tuple[Any, str]]


class Flag(forms.TypedChoiceField):
    """Yes, no, or never asked (None)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_FLAG, coerce=lambda text: text == "yes", empty_value=None, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)


def _day(label: str, *, required: bool = True, hint: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


def _text(label: str, longest: int, *, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=required, help_text=hint)


_LONGEST = {"country": 2, "postcode": 20, "language": 35, "phone": 60, "source": 200, "occupation": 200}


def _field(name: str) -> forms.Field:
    if name.endswith("_opt_in"):
        return Flag(label=LABELS[name])
    if name == "email":
        return forms.EmailField(label=LABELS[name], required=False, max_length=254)
    if name == "notes":
        return forms.CharField(label=LABELS[name], required=False, widget=forms.Textarea({"rows": 5}))
    hints = {"country": "Two letters, such as US", "birth_date": "Such as 1980-05-31, or the year alone"}
    return _text(LABELS[name], _LONGEST.get(name, 120), hint=hints.get(name, ""))


class FieldsForm(forms.Form):
    """
    Some fields of a person. What was shown travels with the form, so that a change by somebody else is noticed.

    :param names: fields of `calc.fields`, and (`custom:key`, label) of the organisation's own
    :param shown: field → value as stored; only read for a form that was not sent
    """

    def __init__(self, data: Any, *, names: Iterable[str | tuple[str, str]], shown: dict[str, Value]) -> None:
        super().__init__(data, initial=shown)
        self.shown = shown
        for item in names:
            name, label = item if isinstance(item, tuple) else (item, "")
            self.fields[name] = _text(label, 2000) if label else _field(name)
        for name in list(self.fields):
            was = forms.CharField(required=False, widget=forms.HiddenInput(), strip=False)
            self.fields[f"was:{name}"] = was
            self.initial[f"was:{name}"] = _written(shown.get(name, ""))

    @property
    def wanted(self) -> dict[str, Value]:
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("was:")}

    @property
    def seen(self) -> dict[str, Value]:
        told = {name[4:]: text for name, text in self.cleaned_data.items() if name.startswith("was:")}
        flags = {"yes": True, "no": False, "": None}
        return {name: flags.get(text) if name.endswith("_opt_in") else text for name, text in told.items()}

    def show_again(self, theirs: dict[str, Value]) -> None:
        """Keep what was typed, and take what somebody else wrote as seen from now on."""
        self.data = {**self.data.dict()} | {f"was:{name}": _written(value) for name, value in theirs.items()}  # type: ignore[attr-defined]


def _written(value: Value) -> str:
    return value if isinstance(value, str) else {True: "yes", False: "no", None: ""}[value]


class NewPersonForm(forms.Form):
    """A person to add: a name, how to reach them, where they belong."""

    given_name = _text("Given name", 120)
    family_name = _text("Family name", 120)
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    phone = _text("Phone", 60)
    city = _text("City", 120)
    region = _text("State or region", 120)
    unit = forms.TypedChoiceField(label="Home unit", coerce=int, empty_value=None)
    standing = forms.ChoiceField(label="Standing", choices=STANDINGS, initial="contact")
    on = _day("Since")
    source = _text("How we met", 200)
    tags = _text("Tags", 400, hint="Parted by semicolons")
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, units: Choices, today: date, anywhere: bool) -> None:
        super().__init__(data, initial={"on": today})
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [*([("", "No unit (at large)")] if anywhere else []), *units]
        unit.required = not anywhere

    @property
    def tag_list(self) -> list[str]:
        return [tag for tag in self.cleaned_data["tags"].split(";") if tag.strip()]

    @property
    def person_fields(self) -> dict[str, Value]:
        return {name: self.cleaned_data[name] for name in (*OPEN, *CONTACT) if name in self.cleaned_data}


class UnitForm(forms.Form):
    """A unit, for a move, a placement or an office."""

    def __init__(self, data: Any, *, units: Choices, today: date) -> None:
        super().__init__(data, initial={"from_on": today, "on": today})
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [("", "Choose a unit"), *units]


class MoveForm(UnitForm):
    unit = forms.TypedChoiceField(label="New home unit", coerce=int)
    on = _day("From", hint="The first day there")


class PlacementForm(UnitForm):
    unit = forms.TypedChoiceField(label="Further unit", coerce=int)
    from_on = _day("From")
    to_on = _day("Until", required=False, hint="The first day it no longer holds; leave empty if it goes on")


class OfficeForm(UnitForm):
    role = _text("Role", 60, required=True, hint="Such as treasurer")
    unit = forms.TypedChoiceField(label="In", coerce=int)
    from_on = _day("From")
    to_on = _day("Until", required=False, hint="The first day it is no longer held; leave empty if it goes on")


class StandingForm(forms.Form):
    standing = forms.ChoiceField(label="Standing", choices=STANDINGS)
    from_on = _day("From")
    to_on = _day("Until", required=False, hint="Only for something that is over; leave empty if it goes on")
    reason = _text("Reason", 200)

    def __init__(self, data: Any, *, units: Choices, today: date) -> None:
        super().__init__(data, initial={"from_on": today})


class QualificationForm(forms.Form):
    qualification = _text("Qualification", 60, required=True, hint="“organiser” marks a trained organiser")
    from_on = _day("From")
    to_on = _day("Until", required=False, hint="Leave empty if it does not run out")

    def __init__(self, data: Any, *, units: Choices, today: date) -> None:
        super().__init__(data, initial={"from_on": today})


class EndForm(forms.Form):
    on = _day("Ends on", hint="The first day it no longer holds")
    reason = _text("Reason", 200)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"on": today})


class CorrectForm(forms.Form):
    from_on = _day("From")
    to_on = _day("Until", required=False, hint="The first day it no longer holds; leave empty if it goes on")


class LinkForm(forms.Form):
    email = forms.EmailField(
        label="E-mail of the account", max_length=254, help_text="They sign in with it. A new address gets an account."
    )


class TagForm(forms.Form):
    tag = _text("Tag", 60, required=True)


class FilterForm(forms.Form):
    """The filters of the list, as fields of a form that sends itself by GET."""

    text = _text("Name", 200)
    tag = _text("Tag", 60)
    qualification = _text("Qualification", 60)
    city = _text("City", 120)
    region = _text("State or region", 120)
    joined_from = _day("Joined from", required=False)
    joined_to = _day("Joined before", required=False)
    at_large = forms.BooleanField(label="At large only", required=False)
    columns = forms.MultipleChoiceField(
        label="Columns",
        choices=[(name, COLUMNS[name]) for name in listing.COLUMNS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class ConditionForm(forms.Form):
    """
    One more condition of a question.

    :param label: what it is about
    :param takes: what it takes, of `calc.conditions.Takes`
    :param values: (code, words) to choose from; none: it is typed
    :param parts: what the parts of the question say, for which the new one may be enough as well
    """

    kind = forms.CharField(max_length=200, widget=forms.HiddenInput())
    ask = forms.CharField(max_length=questions.LONGEST, required=False, widget=forms.HiddenInput())
    join = forms.TypedChoiceField(label="How it goes with the rest", coerce=int, empty_value=None, required=False)
    no = forms.BooleanField(label="Turn it round: who does not", required=False)

    def __init__(
        self, data: Any, *, takes: Takes, label: str, values: Choices, parts: Sequence[str], initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        self.label = label
        join = self.fields["join"]
        assert isinstance(join, forms.ChoiceField)
        join.choices = [
            ("", "They must fit this too"),
            *((n, f"Or this, for those who {told}") for n, told in enumerate(parts)),
        ]
        if not parts:
            del self.fields["join"]
        asked = self._days() if takes is Takes.DAYS else {"value": _values(takes, values)}
        self.fields = {"kind": self.fields["kind"], "ask": self.fields["ask"], **asked, **self.fields}

    def _days(self) -> dict[str, forms.Field]:
        return {
            "when": forms.ChoiceField(
                label="When", choices=[("<", "Within the last"), (">", "Longer ago than"), (":", "Between")]
            ),
            "number": forms.IntegerField(label="How many", min_value=0, max_value=9999, required=False),
            "period": forms.ChoiceField(
                label="Of what",
                choices=[("d", "Days"), ("w", "Weeks"), ("m", "Months"), ("y", "Years")],
                required=False,
            ),
            "first": _day("First day", required=False, hint="Only with “between”"),
            "last": _day("Last day", required=False, hint="Only with “between”"),
        }

    def condition(self) -> questions.Condition | None:
        """Return what was put together, None where it says no days."""
        name, _, of = self.cleaned_data["kind"].partition(".")
        if "value" in self.cleaned_data:
            chosen = self.cleaned_data["value"]
            values = chosen if isinstance(chosen, list) else chosen.split(",")
            return questions.Condition(name, ":", tuple(" ".join(each.split()) for each in values if each.strip()), of)
        sign, number = self.cleaned_data["when"], self.cleaned_data["number"]
        if sign != ":":
            text = "" if number is None else f"{number}{self.cleaned_data['period'] or 'd'}"
        else:
            ends = (self.cleaned_data["first"], self.cleaned_data["last"])
            text = "..".join(day.isoformat() if day else "" for day in ends) if any(ends) else ""
        return questions.Condition(name, sign, (text,), of) if text else None


def _values(takes: Takes, values: Choices) -> forms.Field:
    if takes is Takes.CHOICE:
        return forms.MultipleChoiceField(label="Any of these", choices=values, widget=forms.CheckboxSelectMultiple)
    if takes is Takes.UNIT and values:
        return forms.ChoiceField(label="Unit", choices=[("", "Choose a unit"), *values])
    hint = "Its name" if takes is Takes.UNIT else "Several are parted by commas: any of them is enough"
    return _text("Unit" if takes is Takes.UNIT else "What", 400, required=True, hint=hint)
