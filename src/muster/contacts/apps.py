from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "muster.contacts"
    label = "contacts"
