"""The shape of what one types on the pages of the frame."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from muster.accounts.queries import NO_REMINDERS, REMINDERS
from muster.core.terms import Terms
from muster.units.calc import OFFERED, REQUIRED, OrganisationSettings

PLAIN = (
    "country",
    "currency",
    "milestone_step",
    "small_branch",
    "working_branch",
    "branch_organisers",
    "branch_dues",
    "branch_meetings",
    "coverage_km",
    "routing_km",
    "second_factor",
    "idle_minutes",
    "session_hours",
)


class AccountForm(forms.Form):
    """What one may choose for oneself."""

    name = forms.CharField(max_length=200, label="Your name", help_text="Shown beside what you do.")
    keyboard_shortcuts = forms.BooleanField(
        required=False, label="Keys", help_text="Single keys such as / and j move you around. Press ? to see them all."
    )
    reminders = forms.TypedChoiceField(
        required=False,
        empty_value=NO_REMINDERS,
        choices=REMINDERS,
        label="A letter about your next steps",
        help_text="How many are due, and a link. It names nobody: mail can be read on its way.",
    )


# What each noun is, for whoever renames it.
NOUNS = {
    "unit": "any part of the organisation",
    "region": "an area with several branches",
    "branch": "where members meet and work",
    "group": "on the way to becoming a branch",
    "committee": "a body with a task of its own",
    "person": "anybody in the register",
    "contact": "somebody you talk with",
    "applicant": "somebody who asked to join",
    "member": "somebody who joined",
    "organiser": "a member trained to lead work",
    "member_at_large": "a member with no branch or group",
    "inquiry": "a first message from somebody",
    "goal": "a number to reach by a day",
}


class SettingsForm(forms.Form):
    """The organisation's choices; each noun is a pair of fields `<noun>_one` and `<noun>_many`."""

    name = forms.CharField(max_length=200, label="Name of the organisation")
    country = forms.CharField(
        min_length=2, max_length=2, help_text="Two letters. Taken for addresses and phone numbers that name no country."
    )
    currency = forms.CharField(min_length=3, max_length=3, help_text="Three letters. Of dues and all other money.")
    small_branch = forms.IntegerField(label="Enough to begin", help_text="Members a new one needs at least.")
    working_branch = forms.IntegerField(label="Enough to work well", help_text="Members one works well with.")
    branch_organisers = forms.IntegerField(label="Organisers", help_text="Trained ones. 0: not asked for.")
    branch_dues = forms.IntegerField(label="Members who pay", help_text="Whose first dues are noted. 0: not asked for.")
    branch_meetings = forms.IntegerField(label="Meetings in 90 days", help_text="0: not asked for.")
    milestone_step = forms.IntegerField(label="A milestone every", help_text="Members between two milestones.")
    coverage_km = forms.IntegerField(label="Within reach", help_text="Kilometres from a town that still count as near.")
    routing_km = forms.IntegerField(
        label="Inquiries go as far as",
        help_text="Kilometres to the nearest unit; from farther away they go to the region.",
    )

    second_factor = forms.ChoiceField(
        label="A second factor at sign-in",
        choices=[(REQUIRED, "Required of everybody with a role"), (OFFERED, "Offered to everybody")],
        widget=forms.RadioSelect,
        help_text="An app with codes, or a passkey. With it, a stolen password alone opens nothing.",
    )
    idle_minutes = forms.IntegerField(label="Sign out after", help_text="Minutes in which nothing happens, 5 to 480.")
    session_hours = forms.IntegerField(label="Sign in again after", help_text="Hours, 1 to 24.")

    def __init__(self, data: Any = None, *, settings: OrganisationSettings, name: str) -> None:
        terms = Terms(settings.nouns)
        initial: dict[str, object] = {key: getattr(settings, key) for key in PLAIN} | {"name": name}
        for noun in NOUNS:
            initial |= {f"{noun}_one": terms.one(noun), f"{noun}_many": terms.many(noun)}
        super().__init__(data, initial=initial)
        for noun in NOUNS:
            for part, label in (("one", "One"), ("many", "Several")):
                self.fields[f"{noun}_{part}"] = forms.CharField(max_length=60, label=label)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def chosen(self) -> OrganisationSettings:
        """Return the choices of a valid form; ranges are checked by the service."""
        data = self.cleaned_data
        nouns = {noun: (data[f"{noun}_one"], data[f"{noun}_many"]) for noun in NOUNS}
        return OrganisationSettings(nouns=nouns, **{key: data[key] for key in PLAIN})

    def noun_rows(self) -> list[tuple[str, str, BoundField, BoundField]]:
        """Return (usual word, what it is, field for one, field for several) for each noun."""
        usual = Terms()
        return [(usual.one(noun), said, self[f"{noun}_one"], self[f"{noun}_many"]) for noun, said in NOUNS.items()]


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)
