from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "muster.people"
    label = "people"

    def ready(self) -> None:
        from muster.access import offices
        from muster.people.queries._offices import HeldOffices

        offices.register(HeldOffices())
