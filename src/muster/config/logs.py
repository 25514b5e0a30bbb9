"""How a line of the log looks: one moment in UTC, who, what; nothing that somebody typed can look like a line of its own."""

import logging
import re
import time

# Control characters, and the signs that some programs take for the end of a line.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Beside a fault PostgreSQL tells of the row it is about: names and addresses of people.
_ROW = re.compile(r"^(DETAIL|CONTEXT): .*", re.MULTILINE)


class Line(logging.Formatter):
    """
    Writes `2026-11-26T10:00:00Z WARNING django.request account=17 Not Found: /people/5/`.

    A traceback follows on lines that begin with a bar. `account` is the id of who asked, 0 for nobody, where there is a request.
    """

    converter = time.gmtime  # type: ignore[assignment]
    default_time_format = "%Y-%m-%dT%H:%M:%SZ"
    default_msec_format = ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of one record."""
        account = _account(record)
        who = "" if account is None else f" account={account}"
        head = f"{self.formatTime(record)} {record.levelname} {record.name}{who}"
        text = f"{head} {record.getMessage()}"
        if record.exc_info:
            text += "\n" + _ROW.sub(r"\1: left out", self.formatException(record.exc_info))
        if record.stack_info:
            text += "\n" + self.formatStack(record.stack_info)
        return _UNSAFE.sub(lambda found: ascii(found[0])[1:-1], text).replace("\n", "\n  | ")


def _account(record: logging.LogRecord) -> int | None:
    """Return whose request it was, from what is known already: a log line asks no database."""
    request, account = getattr(record, "request", None), getattr(record, "account", None)
    if isinstance(account, int):
        return account
    return None if request is None else getattr(getattr(request, "_cached_user", None), "pk", None) or 0


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "muster.config.logs.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        # Signing in, second factors, limits: what went well too.
        "muster.security": {"level": "INFO"},
    },
}
