"""
Settings. What an operator may set stands in the environment:

MUSTER_HOME   folder for database, keys, uploads, backups (default ./var)
DATABASE_URL  postgres://… (default: SQLite in MUSTER_HOME)
DATABASE_OWNER_URL  the same with the role that owns the tables, which changes them; DATABASE_URL then owns nothing
MUSTER_HOSTS  host names the site answers to, separated by commas (default: this machine only)
MUSTER_BACKUP_RECIPIENT  public keys that backups are sealed to, separated by commas (read by `muster backup`)
MUSTER_HTTPS  0 where the site is reached over plain http on the same machine (default 1)
MUSTER_PROXIES how many proxies stand in front and add to X-Forwarded-For (default 1 with https, else 0)
MUSTER_MAIL   smtp://user:password@host:587 or smtps://… (default: letters are put into MUSTER_HOME/outbox)
MUSTER_MAIL_FROM  whom letters come from (default: the user of MUSTER_MAIL)
MUSTER_MAIL_PER_HOUR  how many letters to many go out within an hour (default 3000)
MUSTER_SITE   address of the site in letters (default: https and the first of MUSTER_HOSTS)
MUSTER_MAILBOX imaps://user:password@host/folder: letters to it become inquiries (default: none are read)
MUSTER_LIMITS 0 to search and look as often as one likes; for measuring only (default 1)
"""

import os
from typing import Any
from urllib.parse import unquote, urlsplit

from muster.config import engine

engine.install()

import dj_database_url  # noqa: E402

from muster.config.home import home, key  # noqa: E402
from muster.config.logs import LOGGING as LOGGING  # noqa: E402

HOME = home()
SECRET_KEY = key(HOME, "secret_key")
# Opens the page that sets an organisation up, on an empty installation.
SETUP_KEY = key(HOME, "setup_key")
DEBUG = False
HTTPS = os.environ.get("MUSTER_HTTPS", "1") == "1"
ALLOWED_HOSTS = [host for host in os.environ.get("MUSTER_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "muster.units",
    "muster.accounts",
    "muster.audit",
    "muster.access",
    "muster.people",
    "muster.contacts",
    "muster.mailings",
    "muster.planning",
    "muster.workflows",
    "muster.transfer",
    "muster.web",
]

MIDDLEWARE = [
    "muster.web.middleware.headers",
    "muster.web.middleware.plain_addresses",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "muster.access.middleware.actor_middleware",
    "muster.access.middleware.GuardMiddleware",
]

ROOT_URLCONF = "muster.config.urls"
WSGI_APPLICATION = "muster.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
    "muster.web.context.page",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [],
        "OPTIONS": {"environment": "muster.web.jinja.environment", "context_processors": _CONTEXT_PROCESSORS},
    },
    {
        # Only for templates inside libraries.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    },
]

DATABASES: dict[str, Any] = {}
if _url := os.environ.get("DATABASE_URL"):
    DATABASES["default"] = dj_database_url.parse(_url, conn_max_age=60, conn_health_checks=True)
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        # The policies of rows look dear to the planner, which then compiles for longer than the statement takes.
        # Beside those of PGOPTIONS, which alone would be left out; the last of two that contradict each other holds.
        _options = f"-c jit=off {os.environ.get('PGOPTIONS', '')}".strip()
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", _options)
else:
    DATABASES["default"] = {
        # With a line for writers, which SQLite itself does not keep.
        "ENGINE": "muster.config.sqlite",
        "NAME": HOME / "muster.sqlite3",
        # Opening it, and filling its cache again, would cost a request more than most pages do.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-65536;"
            ),
        },
        "TEST": {"NAME": HOME / "work" / "test.sqlite3"},
    }
# What is different where the owner of the tables works on them; empty where DATABASE_URL is the owner.
DATABASE_OWNER: dict[str, Any] = {}
if _url and (_owner_url := os.environ.get("DATABASE_OWNER_URL")):
    _owner = dj_database_url.parse(_owner_url)
    DATABASE_OWNER = {name: _owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}

CACHES = {
    # Shared by all server processes: rate limits count in it.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "muster_cache",
        "KEY_FUNCTION": "muster.config.caches.sealed_key",
        # Beyond this a third is thrown away, counts that still run among them: with Django's 300 a stranger who names enough
        # addresses would begin to try passwords anew. What is over goes first, and nothing stays longer than an hour.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# What is done once a night, in this order: name → a function of `now` that returns a sentence for the administrator.
NIGHTLY = {
    "imports": "muster.transfer.nightly.forget_imports",
    "merges": "muster.workflows.merging.forget_merges",
    "inquiries": "muster.contacts.nightly.send_waiting",
    "spam": "muster.contacts.nightly.forget_spam",
    "letters": "muster.contacts.nightly.forget_raw_letters",
    "claims": "muster.contacts.nightly.forget_changes",
    "places": "muster.workflows.places.forget_old",
    "closed units": "muster.workflows.closed_units.forget_spells",
    "cases": "muster.contacts.nightly.close_joined",
    "applications": "muster.contacts.nightly.settle_applications",
    "reminders": "muster.workflows.reminders.ask",
    "reasons": "muster.workflows.nightly.forget_reasons",
    "keys": "muster.people.private_keys.finish",
    "files": "muster.access.nightly.forget_releases",
    "strangers": "muster.access.nightly.forget_strangers",
    "erasures": "muster.workflows.erasure.rewrite_tables",
    "sign-ins": "muster.workflows.nightly.forget_sessions",
    "jobs": "muster.workflows.nightly.forget_runs",
    "unusual reading": "muster.workflows.alarms.check",
    "audit trail": "muster.audit.nightly.sign_and_check",
}

# Columns that lie sealed (docs/adr/0014): `people.private.sealer` seals them, `muster new-key` seals them anew.
SEALED = [
    "people.PersonPrivate.sealed",
    "contacts.Conversation.note",
    "contacts.Application.said",
    "contacts.Application.reason",
    "contacts.InquiryLetter.sealed",
    "contacts.RawLetter.sealed",
]

# What each app forgets of somebody who is erased, in this order: functions of `actor`, `person_id` and `now`.
ERASING = [
    "muster.transfer.erasing.erase_traces",
    "muster.contacts.services.inquiries.erase_inquiries",
    "muster.contacts.services.person_rows.erase_contact",
    "muster.mailings.services.person_rows.erase_letters",
    "muster.workflows.closed_units.erase_spells",
    "muster.people.services.erasure.erase_person",
]

# Modules whose `CONDITIONS` say what may be asked of people, in the order of the form.
CONDITIONS = ["muster.people.conditions", "muster.contacts.conditions"]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["muster.accounts.backend.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "muster.access.passwords.NotGuessable"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "muster.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# A letter to somebody without an account would only tell strangers that we exist.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_FORMS = {
    "reset_password": "muster.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "muster.accounts.forms.ResetPasswordKeyForm",
    "set_password": "muster.accounts.forms.SetPasswordForm",
    "change_password": "muster.accounts.forms.ChangePasswordForm",
}
# The link of an invitation leads on to setting up a second factor; whoever has one is asked for it.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Counted in the cache all processes share. Per address of the sender and per account; `login_failed` counts codes too.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/5m/user",
    "change_password": "5/m/user",
    # Large mail services send what their users press from a few machines of theirs.
    "unsubscribe": "600/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("MUSTER_PROXIES", "1" if HTTPS else "0"))
MFA_ADAPTER = "muster.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

if _mail := os.environ.get("MUSTER_MAIL"):
    _server = urlsplit(_mail)
    EMAIL_HOST, EMAIL_PORT = _server.hostname or "", _server.port or (465 if _server.scheme == "smtps" else 587)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_server.username or ""), unquote(_server.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _server.scheme == "smtps", _server.scheme == "smtp" and bool(_server.username)
    EMAIL_TIMEOUT = 30
    DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("MUSTER_MAIL_FROM", EMAIL_HOST_USER)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "outbox"

MAIL_PER_HOUR = int(os.environ.get("MUSTER_MAIL_PER_HOUR", "3000"))
_scheme = "https" if HTTPS else "http"
SITE = os.environ.get("MUSTER_SITE", f"{_scheme}://{ALLOWED_HOSTS[0].lstrip('.')}").rstrip("/")
# Whose letters become inquiries; read by `workflows.mailbox` alone, as it holds a password.
MAILBOX = os.environ.get("MUSTER_MAILBOX", "")

LANGUAGE_CODE = "en"
TIME_ZONE = os.environ.get("MUSTER_TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "uploads"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# A register of two million people as CSV. Who may not import sends forms only: DATA_UPLOAD_MAX_MEMORY_SIZE.
LARGEST_UPLOAD = 500 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

SESSION_ENGINE = "muster.accounts.sessions"
# How often one may search, look and take out: see access/limits.py.
LIMITS_HOLD = os.environ.get("MUSTER_LIMITS", "1") == "1"
# Messages name people: they stay on the server.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# With this name a browser takes a cookie from this very host only, and over https only.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
