"""The settings under test. pytest reads them before any conftest, so this is where each test process gets its own folder."""

import os
import tempfile

os.environ["MUSTER_HOME"] = tempfile.mkdtemp(prefix="muster-test-")
os.environ["MUSTER_HTTPS"] = "0"

from muster.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
