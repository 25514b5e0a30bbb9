from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "muster.workflows"
    label = "workflows"
