"""What an inquiry says of whoever wrote it, as the register writes it down."""

from typing import Any, Protocol

from muster.core.mails.addresses import is_read_whole
from muster.core.sheets.values.names import split_name

NOBODYS_NAME = "Somebody"
_SAME = ("email", "phone", "city", "region", "postcode", "country")


class Said(Protocol):
    """An inquiry's own words, '' where it says nothing."""

    channel: str
    name: str
    email: str


def fields_of(said: Said) -> dict[str, Any]:
    """
    Return field of a person → text.

    Whoever gave no name has none here either: the beginning of an address would be read by all who see names, also where they
    may not see how somebody is reached. An address that mail would not reach is none; it stays in the inquiry.
    """
    name = split_name(said.name)
    given = name.given_names or ("" if name.family else NOBODYS_NAME)
    found = {"given_name": given[:120], "family_name": name.family[:120], "source": said.channel}
    found |= {field: getattr(said, field) for field in _SAME}
    return found | {"email": said.email if is_read_whole(said.email) else ""}
