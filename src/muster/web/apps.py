from django.apps import AppConfig
from django.forms import fields

# What forms say in plain words; a field may still say it better itself.
PLAIN: dict[type[fields.Field], dict[str, str]] = {
    fields.Field: {"required": "Fill this in."},
    fields.DateField: {"invalid": "Write the date as year-month-day, for example 2026-11-03."},
    fields.IntegerField: {"invalid": "Write a whole number."},
    fields.ChoiceField: {"invalid_choice": "Choose one of the list."},
    fields.FileField: {"required": "Choose a file.", "empty": "This file is empty.", "missing": "Choose a file."},
}


class WebConfig(AppConfig):
    name = "muster.web"
    label = "web"

    def ready(self) -> None:
        for kind, said in PLAIN.items():
            kind.default_error_messages = {**kind.default_error_messages, **said}
