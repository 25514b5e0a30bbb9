from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from muster.core.mails.addresses import wrong_sender


class MailingsConfig(AppConfig):
    name = "muster.mailings"
    label = "mailings"

    def ready(self) -> None:
        checks.register(_sender)


def _sender(**given: Any) -> list[checks.CheckMessage]:
    """Say once that no letters can come from the address that is set, not at each letter; all else goes on."""
    wrong = wrong_sender(settings.DEFAULT_FROM_EMAIL)
    return [checks.Warning(wrong, id="mailings.W001")] if wrong else []
