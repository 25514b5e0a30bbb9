from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "muster.accounts"
    label = "accounts"

    def ready(self) -> None:
        from muster.accounts import signals  # noqa: F401  # connects them
