"""What is chosen where two records differ."""

from collections.abc import Iterable
from typing import Any

from django import forms

from muster.people.queries.merging import FieldLine

PREFIX = "field:"
_SIDES = [("0", "the record that stays"), ("1", "the other record")]


class MergeForm(forms.Form):
    """One choice for each field that differs; `seen` says what was looked at."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, lines: Iterable[FieldLine], seen: str) -> None:
        super().__init__(data, initial={"seen": seen})
        self.lines = list(lines)
        for line in self.lines:
            if line.differs:
                self.fields[PREFIX + line.name] = forms.TypedChoiceField(
                    label=line.label, choices=_SIDES, coerce=int, empty_value=None, required=False
                )

    @property
    def chosen(self) -> dict[str, int]:
        """Return field → side, of a valid form."""
        sides = self.cleaned_data.items()
        return {name.removeprefix(PREFIX): side for name, side in sides if name.startswith(PREFIX) and side is not None}

    def rows(self) -> list[dict[str, object]]:
        """Return the rows of the comparison; what was chosen before stays chosen."""
        return [
            {
                "name": PREFIX + line.name,
                "label": line.label,
                "values": line.values,
                "chosen": self._side(line),
                "differs": line.differs,
            }
            for line in self.lines
        ]

    def _side(self, line: FieldLine) -> int:
        sent = self.data.get(PREFIX + line.name) if self.is_bound else None
        return int(sent) if sent in ("0", "1") else line.chosen
