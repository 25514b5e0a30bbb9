"""Reads of accounts; rights stand above them."""

from muster.accounts.models import User


def find_by_email(email: str) -> User | None:
    """Return the account with that address, whatever its case, or None; one query."""
    return User.objects.filter(email__iexact=email.strip()).order_by("pk").first()
