"""The shape of what one types about applications, about welcoming, and about leaving."""

from typing import Any

from django import forms

from muster.contacts.calc.leaving import LEFT
from muster.contacts.forms import Choices, day_field
from muster.contacts.models import Application


class _DuesForm(forms.Form):
    """:param currency: of the organisation, ISO 4217"""

    dues = forms.DecimalField(
        label="Dues they promise",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput({"inputmode": "decimal"}),
    )
    dues_every = forms.ChoiceField(label="How often", choices=Application.Every.choices)
    dues_paid_on = day_field("First paid on", required=False, hint="Where they have paid already")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, currency: str, initial: dict[str, Any]) -> None:
        cents = initial.pop("dues_cents", None)
        shown = {"dues": "" if cents is None else f"{cents / 100:.2f}", "dues_every": "month"}
        super().__init__(data, initial=shown | initial)
        self.fields["dues"].help_text = f"In {currency}"

    @property
    def dues_given(self) -> dict[str, Any]:
        """What is said of the dues in a valid form, as `Dues` takes it."""
        typed = self.cleaned_data
        cents = None if typed["dues"] is None else int(typed["dues"] * 100)
        return {"cents": cents, "every": typed["dues_every"], "paid_on": typed["dues_paid_on"]}


class ApplicationForm(_DuesForm):
    """What an application says."""

    applied_on = day_field("When they asked to join", required=True)
    said = forms.CharField(
        label="What they wrote or said",
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 4}),
        help_text="Why they want to join, what they would like to do",
    )
    field_order = ("applied_on", "said")


class AcceptForm(_DuesForm):
    """
    Where a new member belongs, what they pay, who welcomes them.

    :param units: (id, name) of where they may be placed
    :param anywhere: they may stay where they are
    :param owners: (id, name) of those who may talk to them
    :param steps: (id, words) of what is done for new members
    """

    unit = forms.TypedChoiceField(label="Home unit", coerce=int, empty_value=None)
    steps = forms.TypedMultipleChoiceField(
        label="Steps of their welcome", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    owner = forms.TypedChoiceField(label="Who welcomes them", coerce=int, empty_value=None, required=False)
    field_order = ("unit",)

    def __init__(
        self,
        data: Any,
        *,
        currency: str,
        initial: dict[str, Any],
        units: Choices,
        anywhere: bool,
        owners: Choices,
        steps: Choices,
    ) -> None:
        super().__init__(data, currency=currency, initial={"steps": [pk for pk, _ in steps]} | initial)
        given = self.fields
        given["unit"].choices = [*([("", "No unit (at large)")] if anywhere else []), *units]  # type: ignore[attr-defined]
        given["unit"].required = not anywhere
        given["owner"].choices = [("", "Whoever follows them up"), *owners]  # type: ignore[attr-defined]
        given["steps"].choices = steps  # type: ignore[attr-defined]
        if not steps:
            del given["steps"], given["owner"]


class TurnDownForm(forms.Form):
    """
    Why an application ends, and what comes after.

    :param stages: (id, name) of where they may stand from now on
    """

    reason = forms.CharField(label="Why", required=False, max_length=10_000, widget=forms.Textarea({"rows": 3}))
    stage = forms.TypedChoiceField(
        label="Where they stand from now on",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where they stand from now on."},
    )
    until = day_field("Not now: ask again from", required=False, hint="Only for a stage that says not now")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, stages: Choices, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    """When and why somebody leaves, and whether one stays in touch."""

    on = day_field("First day on which they are no member", required=True)
    why = forms.ChoiceField(label="Why", choices=list(LEFT.items()), widget=forms.RadioSelect)
    words = forms.CharField(label="In a few words", required=False, max_length=150)
    stays = forms.BooleanField(
        label="We stay in touch",
        required=False,
        help_text="They are a contact from then on, where they are placed now",
    )
    ask_on = day_field("Ask them again from", required=False, hint="Only where we stay in touch")


class StepForm(forms.Form):
    """A step of a welcome to add."""

    name = forms.CharField(label="What is done", max_length=80, error_messages={"required": "Write what is done."})
    after_days = forms.IntegerField(label="Within so many days", min_value=0, max_value=730)
