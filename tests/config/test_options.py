"""What a connection to PostgreSQL begins with."""

import os
import subprocess
import sys

import pytest

ASK = "from muster.config import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("url", "given", "options"),
    [
        ("postgres://127.0.0.1/muster", {}, "-c jit=off"),
        ("postgres://127.0.0.1/muster", {"PGOPTIONS": "-c work_mem=7MB"}, "-c jit=off -c work_mem=7MB"),
        ("postgres://127.0.0.1/muster?options=-c%20work_mem%3D7MB", {}, "-c work_mem=7MB"),
    ],
)
def test_nothing_is_compiled_and_what_else_is_set_holds(url, given, options, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_", "DJANGO_"))}
    ours = {"MUSTER_HOME": str(tmp_path), "DATABASE_URL": url, **given}
    told = subprocess.run([sys.executable, "-c", ASK], env=kept | ours, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == options
