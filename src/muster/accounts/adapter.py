"""How allauth behaves here: accounts are made by those who may, never by whoever comes along."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, object]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "E-mail and password do not fit together. Check both and try once more.",
        "enter_current_password": "This is not your password.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many tries. Wait some minutes.",
        "account_inactive": "This account is closed.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/me/"

    def format_email_subject(self, subject: str) -> str:
        # allauth would put the host name in front.
        return subject
