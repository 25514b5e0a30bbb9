"""A Django project with as many models and fields as Muster and the same packages, and nothing of Muster in it."""

import json
import subprocess
import sys
from pathlib import Path

_COUNT = """
import json, django
django.setup()
from django.apps import apps
from django.conf import settings
own = [app for app in apps.get_app_configs() if app.name.startswith("muster.")]
sizes = {app.label: [len(model._meta.local_fields) for model in app.get_models()] for app in own}
others = [name for name in settings.INSTALLED_APPS if not name.startswith("muster.")]
print(json.dumps({"own": sizes, "others": others}))
"""
_SETTINGS = """
SECRET_KEY = "none"
INSTALLED_APPS = {apps!r}
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}},
}}]
"""
_URLS = """
from django.http import HttpResponse
from django.urls import path, include

urlpatterns = [path("accounts/", include("allauth.urls"))]
urlpatterns += [path(f"page-{number}/", lambda request: HttpResponse("x" * 6000)) for number in range(60)]
"""
_MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


def make_project(folder: Path, environment: dict[str, str]) -> Path:
    """Write the project and return its folder."""
    command = [sys.executable, "-c", _COUNT]
    settings = environment | {"DJANGO_SETTINGS_MODULE": "muster.config.settings"}
    counted = subprocess.run(command, env=settings, capture_output=True, check=True)
    sizes = json.loads(counted.stdout)
    folder.mkdir(parents=True, exist_ok=True)
    apps = []
    for label, models in sizes["own"].items():
        app = folder / f"bare_{label}"
        app.mkdir(exist_ok=True)
        (app / "__init__.py").touch()
        lines = ["from django.db import models"]
        for number, fields in enumerate(models):
            lines += ["", "", f"class Model{number}(models.Model):"]
            lines += [f"    field_{field} = models.CharField(max_length=100)" for field in range(max(1, fields - 1))]
        (app / "models.py").write_text("\n".join(lines) + "\n")
        apps.append(app.name)
    (folder / "settings.py").write_text(_SETTINGS.format(apps=[*sizes["others"], *apps]))
    (folder / "urls.py").write_text(_URLS)
    (folder / "manage.py").write_text(_MANAGE)
    return folder
