"""What members say when they leave, and officers when they refuse."""

from django import forms


class LeaveForm(forms.Form):
    reason = forms.CharField(
        label="Why", max_length=200, required=False, help_text="Whoever keeps the register reads it."
    )


class RefuseForm(forms.Form):
    because = forms.CharField(label="Why not", max_length=500, help_text="The member reads it.")


class EraseForm(forms.Form):
    """What cannot be undone asks for the number of the record."""

    number = forms.CharField(label="Type the number of the record", max_length=40)
