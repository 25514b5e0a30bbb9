"""Where the forms of allauth need to behave otherwise here."""

from typing import Any

from allauth.account import forms
from django.http import HttpRequest

from muster.accounts import tasks


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]
    """Asks for a link; does the same work, and says the same, whether there is such an account or not."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip()

    def save(self, request: HttpRequest, **_: Any) -> str:
        email: str = self.cleaned_data["email"]
        tasks.send_password_link.enqueue(email, request.build_absolute_uri("/").rstrip("/"))
        return email


class _SaidAbove:
    """The page says above the form what a password must be: the list of rules under the field would say it again, as HTML."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = ""


class SetPasswordForm(_SaidAbove, forms.SetPasswordForm):  # type: ignore[misc]
    """The first password of an account."""


class ChangePasswordForm(_SaidAbove, forms.ChangePasswordForm):  # type: ignore[misc]
    """Another password, by whoever knows the old one."""


class ResetPasswordKeyForm(_SaidAbove, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A password by the link of an invitation or of a forgotten one."""
