from django.apps import AppConfig


class MailingsConfig(AppConfig):
    name = "muster.mailings"
    label = "mailings"
