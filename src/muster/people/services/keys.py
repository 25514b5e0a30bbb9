"""What is searched and matched, made from what was typed; the same as in an import."""

import unicodedata

import phonenumbers


def name_key(given: str, family: str) -> str:
    """Return the name without case, marks and signs, words parted by one space."""
    plain = unicodedata.normalize("NFKD", f"{given} {family}".casefold())
    letters = "".join(" " if not sign.isalnum() else sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(letters.split())


def email_key(email: str) -> str:
    """Return the address without case and outer space."""
    return email.strip().casefold()


def phone_e164(phone: str, country: str) -> str:
    """Return the number as `+15035550123`, '' where it cannot be one."""
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
