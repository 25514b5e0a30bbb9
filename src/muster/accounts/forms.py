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
