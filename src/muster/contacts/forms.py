"""The shape of what one types on the pages of inquiries and contacts."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from muster.contacts.calc.following import in_words, proposed
from muster.contacts.models import Conversation

Choices = Sequence[tuple[Any, str]]


class AssignForm(forms.Form):
    """:param takers: (id, name) of the units it may go to"""

    unit = forms.TypedChoiceField(
        coerce=int,
        label="Send it to",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it goes.", "invalid_choice": "It cannot go there."},
    )

    def __init__(self, data: Any, *, takers: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["unit"].choices = takers  # type: ignore[attr-defined]


def day_field(label: str, *, required: bool, hint: str = "") -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget)


class ConversationForm(forms.Form):
    """
    What came of a conversation; what is next follows from it where nothing else is said.

    :param has_case: somebody follows this person up, so that there is a next step
    """

    result = forms.ChoiceField(
        label="What came of it",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it."},
    )
    kind = forms.ChoiceField(label="How", choices=Conversation.Kind.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea({"rows": 3}))
    next_step = forms.CharField(label="Other next step", required=False, max_length=200)
    next_on = day_field("Other day", required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data: Any, *, seen: int, has_case: bool) -> None:
        super().__init__(data, initial={"kind": "call", "seen": seen})
        result = self.fields["result"]
        assert isinstance(result, forms.ChoiceField)
        result.choices = [
            (code, self._words(code, text, has_case=has_case)) for code, text in Conversation.Result.choices
        ]
        if not has_case:
            del self.fields["next_step"], self.fields["next_on"]

    @staticmethod
    def _words(code: str, text: str, *, has_case: bool) -> str:
        proposal = proposed(code)
        return f"{text}: {proposal.step.lower()} {in_words(proposal.days)}" if has_case else text

    def show_again(self, seen: int) -> None:
        """Keep what was typed, and take what somebody else noted as seen from now on."""
        self.data = {**self.data.dict(), "seen": str(seen)}  # type: ignore[attr-defined]


class StageForm(forms.Form):
    """
    Another stage, with a day for one that says "not now".

    :param stages: (id, name) of those one may move to
    """

    stage = forms.TypedChoiceField(
        label="Stage", coerce=int, widget=forms.RadioSelect, error_messages={"required": "Choose a stage."}
    )
    until = day_field("Not now: ask again from", required=False, hint="Only for a stage that says not now")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, stages: Choices, today: date, seen: int) -> None:
        super().__init__(data, initial={"seen": seen, "until": today + timedelta(days=90)})
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]


class OwnerForm(forms.Form):
    """:param owners: (id, name) of those who may talk to the person"""

    owner = forms.TypedChoiceField(label="Who follows them up", coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any, *, owners: Choices, now: int | None) -> None:
        super().__init__(data, initial={"owner": now or ""})
        self.fields["owner"].choices = [("", "Nobody for now"), *owners]  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """What is next, and when."""

    step = forms.CharField(label="Next step", required=False, max_length=200)
    on = day_field("When", required=True)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())


class AssessForm(forms.Form):
    """One step of one scale."""

    scale = forms.IntegerField()
    step = forms.IntegerField()


class HandOverForm(forms.Form):
    """
    From whom, and to whom.

    :param givers: (id, words) of those who follow somebody up
    :param takers: (id, name) of those who may
    """

    giver = forms.TypedChoiceField(label="Whose contacts", coerce=int)
    taker = forms.TypedChoiceField(
        label="Who follows them up from now on", coerce=int, empty_value=None, required=False
    )

    def __init__(self, data: Any, *, givers: Choices, takers: Choices) -> None:
        super().__init__(data)
        self.fields["giver"].choices = givers  # type: ignore[attr-defined]
        self.fields["taker"].choices = [("", "Nobody for now"), *takers]  # type: ignore[attr-defined]


class CallListForm(forms.Form):
    """:param units: (id, name) of those whose callers may work on it"""

    name = forms.CharField(label="Name of the list", max_length=120)
    unit = forms.TypedChoiceField(label="Whose callers work on it", coerce=int)
    ask = forms.CharField(
        label="Whom to call",
        max_length=1_000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text="A question as under Members › Ask a longer question, such as standing:member not reached<60d",
    )
    script = forms.CharField(
        label="What to say",
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 6}),
        help_text="Every caller sees it beside the person",
    )
    cooldown_days = forms.IntegerField(
        label="Leave in peace whoever was talked to within so many days", min_value=0, max_value=3_650
    )

    def __init__(self, data: Any, *, units: Choices, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


class NewStageForm(forms.Form):
    """A stage to add."""

    name = forms.CharField(label="Name of a new stage", max_length=80)


class EditStageForm(forms.Form):
    """What a stage is called, where it stands, and whether it is used."""

    name = forms.CharField(label="Name", max_length=80)
    earlier = forms.BooleanField(label="One place earlier", required=False)
    retired = forms.BooleanField(label="Used no more", required=False)


class ScaleForm(forms.Form):
    """A scale to add."""

    name = forms.CharField(label="Name", max_length=80)
    steps = forms.CharField(label="Steps", widget=forms.Textarea({"rows": 5}), help_text="One a line; the first is 1")


class TakeUpForm(forms.Form):
    """:param people: (id, words) of those who may have written"""

    person = forms.TypedChoiceField(
        label="Who is it?",
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, people: Choices) -> None:
        super().__init__(data)
        self.fields["person"].choices = [*people, ("", "Somebody new")]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What an officer answers by e-mail."""

    text = forms.CharField(
        label="Your answer",
        max_length=10_000,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Write something first."},
    )
