from django import forms
from django.contrib.auth.password_validation import validate_password


class FoundForm(forms.Form):
    """The three things a fresh installation asks: the organisation, the first administrator, how to begin."""

    name = forms.CharField(label="Name of your organisation", max_length=200)
    country = forms.CharField(
        label="Country",
        max_length=2,
        min_length=2,
        initial="US",
        help_text="Two letters, such as US or DE. Taken where a list names none.",
    )
    email = forms.EmailField(label="Your e-mail", help_text="You will be the first administrator.")
    password = forms.CharField(
        label="A password",
        help_text="Twelve characters at least; a short sentence is good.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
    )
    begin = forms.ChoiceField(
        label="How do you want to begin?",
        choices=[("import", "Import my lists"), ("empty", "Start empty")],
        initial="import",
        widget=forms.RadioSelect,
    )
