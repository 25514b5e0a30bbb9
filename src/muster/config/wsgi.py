"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.config.settings")
application = get_wsgi_application()


def _refuse_unsafe_settings() -> None:
    from django.db import connection

    from muster.access import owner, rows
    from muster.config.engine import wrong_settings

    if connection.vendor == "sqlite" and (wrong := wrong_settings()):
        raise SystemExit(f"SQLite does not run with {', '.join(wrong)}: data could be lost. `muster doctor` says more.")
    if why := owner.why_not_to_serve():
        raise SystemExit(why)
    connection.close()
    rows.process_sees_everyone(really=False)


_refuse_unsafe_settings()
