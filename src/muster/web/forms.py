from django import forms


class AccountForm(forms.Form):
    """What one may choose for oneself."""

    name = forms.CharField(max_length=200, label="Your name", help_text="Shown beside what you do.")
    keyboard_shortcuts = forms.BooleanField(
        required=False, label="Keys", help_text="Single keys such as / and j move you around. Press ? to see them all."
    )
