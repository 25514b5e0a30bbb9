"""How the counters of sign-in are named in the database: so that the table is no list of the computers people sign in from."""

from django.utils.crypto import salted_hmac


def sealed_key(key: str, prefix: str, version: int) -> str:
    """Return the name under which a value is kept; without the site's secret key nobody can tell what it stands for."""
    return salted_hmac("muster.cache", f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()
