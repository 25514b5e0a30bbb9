"""What one types about a role."""

from typing import Any

from django import forms

from muster.access.permissions import PERMISSIONS, by_domain


class RoleForm(forms.Form):
    """
    :param held: the rights the reader holds in the whole organisation; only these can be ticked or taken out
    :param given: the rights the role gives now; what of them the reader does not hold stays as it is
    """

    name = forms.CharField(max_length=80, label="Name")
    permissions = forms.MultipleChoiceField(
        choices=list(PERMISSIONS.items()), required=False, label="What it gives", widget=forms.CheckboxSelectMultiple
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, held: frozenset[str], given: list[str], name: str = "") -> None:
        super().__init__(data, initial={"name": name, "permissions": given, "seen": " ".join(given)})
        self._held = held
        self._kept = frozenset(given) - held

    def wanted(self) -> dict[str, Any]:
        """Return name and rights of a valid form."""
        ticked = frozenset(self.cleaned_data["permissions"]) & self._held
        return {"name": self.cleaned_data["name"], "permissions": ticked | self._kept}

    def seen_permissions(self) -> list[str]:
        """Return what the role gave when the form was opened."""
        return str(self.cleaned_data["seen"]).split()

    def groups(self) -> list[tuple[str, list[tuple[str, str, bool, bool]]]]:
        """Return (what it is about, [(permission, words, ticked, may be changed)])."""
        ticked = frozenset(self["permissions"].value() or ()) | self._kept
        return [
            (title, [(code, words, code in ticked, code in self._held) for code, words in rows])
            for title, rows in by_domain()
        ]


class OfficeForm(forms.Form):
    """Which role an office gives."""

    office = forms.CharField(
        max_length=60, label="Office", widget=forms.TextInput({"list": "offices"}), help_text="Such as treasurer."
    )
    role = forms.TypedChoiceField(coerce=int, label="Role")

    def __init__(self, data: Any, *, roles: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["role"].choices = [("", "Choose a role"), *roles]  # type: ignore[attr-defined]
