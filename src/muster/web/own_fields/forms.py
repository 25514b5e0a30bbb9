from django import forms


class OwnFieldForm(forms.Form):
    """The name of a field; whether it is free is for the service to say."""

    label = forms.CharField(max_length=60, label="Name", help_text="For example: size of shirt, speaks, can drive.")
