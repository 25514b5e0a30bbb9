"""E-mail addresses and phone numbers."""

import re
from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from muster.core.sheets.values.columns import BadValue, Bulk, Parser

NOT_AN_EMAIL, AN_EMAIL = "This is not an e-mail address.", "an address such as name@example.org"
NOT_A_PHONE, A_PHONE = "This is not a phone number.", "a number such as +1 312 555 0123"

# Of a column of the register. Small letters may take more room than the large ones they are of.
LONGEST_EMAIL = 254
_LONGEST_PLAIN = 64
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_PLAIN_SIGNS = str.maketrans("", "", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+.-")

_US_PHONE = re.compile(r"(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?([2-9]\d\d)[ .-]?(\d{4})", re.ASCII)
_EXTENSION = re.compile(r"(?:[;,x#]|ext|poste|anknytning).*", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=100_000)
def _is_plain_domain(domain: str) -> bool:
    """Say whether the library takes this domain and leaves it as it is."""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).domain == domain
    except EmailNotValidError:
        return False


def parse_email(text: str) -> str:
    """
    Return an address with its domain in small letters.

    :raises BadValue: it is none, or of a domain that can receive no mail
    """
    text = text.strip().removeprefix("mailto:").strip("<>")
    if not text:
        return ""
    local, _, domain = text.partition("@")
    if len(text) <= _LONGEST_PLAIN and _PLAIN_LOCAL.fullmatch(local) and _is_plain_domain(domain):
        return text
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise BadValue(NOT_AN_EMAIL, AN_EMAIL) from None


def plain_emails(values: Sequence[str]) -> list[str] | None:
    """Return the column itself if `parse_email` would leave each address as it is, else None."""
    text = "\n".join(values)
    if max(map(len, values), default=0) > _LONGEST_PLAIN or not text.isascii():
        return None
    signs = f"{text.translate(_PLAIN_SIGNS)}\n".replace("@\n", "")
    if signs.strip("\n") or ".." in text or ".@" in text or "\n." in text or "\n@" in text or text[:1] in (".", "@"):
        return None
    if text.count("@") != len(values) - values.count(""):
        return None
    domains = {value[value.find("@") + 1 :] for value in values}
    domains.discard("")
    return list(values) if all(map(_is_plain_domain, domains)) else None


def email_key(email: str) -> str:
    """
    Return what two ways of writing the same address have in common.

    >>> email_key(" Ann@Example.ORG ")
    'ann@example.org'
    """
    return email.strip().casefold()[:LONGEST_EMAIL]


def email_keys(emails: Sequence[str]) -> list[str]:
    """Return `email_key` of each; the addresses hold no line breaks and no spaces around them."""
    text = "\n".join(emails)
    if not text.isascii():
        return list(map(email_key, emails))
    return list(emails) if text.islower() or not emails else text.lower().split("\n")


def phone_parser(country: str) -> Parser:
    """
    Make a parser that returns E.164.

    :param country: ISO 3166-1 alpha-2, where numbers without a country code belong
    """

    def parse(text: str) -> str:
        if country == "US" and (match := _US_PHONE.fullmatch(text)):
            return f"+1{match[1]}{match[2]}{match[3]}"
        text = text.strip()
        return parse_phone(text, country) if text else ""

    return parse


def parse_phone(text: str, country: str) -> str:
    """
    Read one number by the library; an extension is left out.

    :raises BadValue: no number of a possible length
    """
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text))
    if len(set(digits)) < 2:
        raise BadValue(NOT_A_PHONE, A_PHONE)
    for written in (f"+{digits[2:]}", text) if digits.startswith("00") else (text,):
        try:
            number = phonenumbers.parse(written, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise BadValue(NOT_A_PHONE, A_PHONE)


_DIGITS_ONLY = str.maketrans("", "", " ().-")
_US_PHONES = re.compile(r"(?:(?:\(?[2-9]\d\d\)?[ .-]?[2-9]\d\d[ .-]?\d{4})?\n)*", re.ASCII)
_US_E164 = re.compile(r"(?:(?:\+1[2-9]\d\d[2-9]\d{6})?\n)*", re.ASCII)


def us_phones(values: Sequence[str]) -> list[str] | None:
    """Return E.164 for a column of plain US numbers, else None."""
    if not values:
        return []
    text = "\n".join(values) + "\n"
    if _US_E164.fullmatch(text):
        return list(values)
    if not _US_PHONES.fullmatch(text):
        return None
    numbers = f"+1{text[:-1].translate(_DIGITS_ONLY)}".replace("\n", "\n+1").split("\n")
    return ["" if number == "+1" else number for number in numbers] if "" in values else numbers


def phones(country: str) -> tuple[Parser, Bulk | None]:
    """Return the parser and the short cut for phone numbers of a country."""
    return phone_parser(country), us_phones if country == "US" else None
