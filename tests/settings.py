"""The settings under test. pytest reads them before any conftest, so this is where each test process gets its own folder."""

import os
import tempfile

os.environ["MUSTER_HOME"] = tempfile.mkdtemp(prefix="muster-test-")
os.environ["MUSTER_HTTPS"] = "0"

from muster.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":  # noqa: F405
    # No test in this process is about what outlasts a loss of power.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"  # noqa: F405
