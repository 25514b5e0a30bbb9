from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "muster.transfer"
    label = "transfer"
