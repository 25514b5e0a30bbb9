"""A Django project with as many models and fields as Muster and the same packages, and nothing of Muster in it."""

import json
import os
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
import os

import dj_database_url

SECRET_KEY = "none"
INSTALLED_APPS = {apps!r}
ALLOWED_HOSTS = ["localhost"]
_URL = os.environ.get("DATABASE_URL") or "sqlite:///{database}"
DATABASES = {{"default": dj_database_url.parse(_URL, conn_max_age=60)}}
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
# Knows who asks, as every page behind a sign-in does: reads the session and the user.
urlpatterns += [path("mine/", lambda request: HttpResponse(str(request.user).rjust(6000)))]
"""
_SIGN_IN = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
client = Client()
client.force_login(get_user_model().objects.create(username="visitor"))
print("sessionid=" + client.cookies["sessionid"].value)
"""
_MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


def make_project(folder: Path, environment: dict[str, str]) -> Path:
    """Write the project and return its folder."""
    settings = environment | {"DJANGO_SETTINGS_MODULE": "muster.config.settings"}
    command = [sys.executable, "-c", _COUNT]
    counted = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, check=True)
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
    (folder / "settings.py").write_text(_SETTINGS.format(apps=[*sizes["others"], *apps], database=folder / "database"))
    (folder / "urls.py").write_text(_URLS)
    (folder / "manage.py").write_text(_MANAGE)
    return folder


def sign_in(folder: Path, environment: dict[str, str]) -> str:
    """Make the tables and an account, and return the cookie of whoever is signed in."""
    (folder / "database").unlink(missing_ok=True)
    settings = {**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "settings"}
    command = [sys.executable, "-c", _SIGN_IN]
    made = subprocess.run(command, env=settings, cwd=folder, capture_output=True, check=True, text=True)
    return made.stdout.split()[-1]
