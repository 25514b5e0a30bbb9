"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.config.settings")
application = get_wsgi_application()


def _refuse_unsafe_settings() -> None:
    from django.db import connection

    from muster.config.engine import wrong_settings

    if connection.vendor == "sqlite" and (wrong := wrong_settings()):
        raise SystemExit(f"SQLite does not run with {', '.join(wrong)}: data could be lost. `muster doctor` says more.")
    connection.close()


_refuse_unsafe_settings()
