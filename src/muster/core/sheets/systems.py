"""
The headers that known systems write, and the field each one is.

Headers stand as `bare_key` makes them: small letters, one space between words. What is not listed is a custom field.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

_NAMES = {"first name": "given_name", "middle name": "middle_name", "last name": "family_name", "suffix": "name_suffix"}


@dataclass(frozen=True, slots=True)
class System:
    """
    :ivar marks: the system is known by all headers of one of these sets
    :ivar columns: header → field; where two stand in one sheet for the same field, the first listed is taken
    :ivar ignored: headers whose cells are of no use elsewhere
    """

    name: str
    marks: tuple[frozenset[str], ...]
    columns: dict[str, str]
    ignored: frozenset[str] = field(default_factory=frozenset)


def _marks(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(header.strip() for header in each.split("+")) for each in sets)


SYSTEMS = (
    System(
        "DSA membership list",
        _marks(
            "memb status letter",
            "xdate + best phone",
            "xdate + membership status + dsa chapter",
            "ak id + join date + dsa chapter",
            "actionkit id + join date + dsa chapter",
            "p2ptext optout + join date",
        ),
        {
            **_NAMES, "ak id": "person", "actionkit id": "person", "dsa id": "person", "mailing address1": "street",
            "mailing address2": "street2",
            "mailing city": "city", "mailing state": "region", "mailing zip": "postcode", "address1": "street",
            "address2": "street2", "city": "city", "state": "region", "zip": "postcode", "country": "country",
            "best phone": "phone", "email": "email", "do not call": "phone_opt_out", "join date": "joined_on",
            "xdate": "expires_on", "membership status": "standing", "dsa chapter": "unit", "chapter": "unit",
            "race": "ethnicity",
            "gender": "gender", "birth date": "birth_date",
        },
        frozenset({
            "memb status letter", "billing address line 1", "billing address line 2", "billing city", "billing state",
            "billing zip", "billing address1", "billing address2", "new member past month", "new members last month",
            "list date",
        }),
    ),
    System(
        "Action Network",
        _marks(
            "can2 user tags",
            "can2 subscription status",
            "can2 phone",
            "can2 state abbreviated",
            "can2 user city",
            "uuid + first name + zip code",
            "action network id",
        ),
        {
            **_NAMES, "uuid": "person", "action network id": "person", "email": "email", "can2 user address": "street",
            "can2 user city": "city", "can2 user state": "region", "can2 state abbreviated": "region",
            "zip code": "postcode",
            "can2 user country": "country", "country": "country", "can2 phone": "phone", "phone number": "phone",
            "can2 user tags": "tags", "can2 subscription status": "email_opt_in", "can2 sms status": "phone_opt_in",
            "language": "language", "source code": "source",
        },
        frozenset({"can2 county", "can2 subscription date"}),
    ),
    System(
        "Action Builder",
        _marks(
            "action builder id",
            "entity id + interact id",
            "interact id + email type",
            "phone number type + phone number extension",
            "email type + phone number type",
        ),
        {
            **_NAMES, "action builder id": "person", "interact id": "person", "entity id": "person",
            "full name": "full_name",
            "preferred name": "preferred_name", "nickname": "preferred_name", "email": "email", "phone number": "phone",
            "phone": "phone", "address line 1": "street", "address line 2": "street2", "city": "city", "state": "region",
            "zip": "postcode", "zip code": "postcode", "date of birth": "birth_date", "preferred language": "language",
            "gender": "gender", "race": "ethnicity",
        },
        frozenset({"latitude", "longitude", "entity type"}),
    ),
    System(
        "VAN",
        _marks(
            "voter file vanid",
            "vanid",
            "my campaign vanid",
            "my voters vanid",
            "van id + lastname",
        ),
        {
            "voter file vanid": "person", "vanid": "person", "my campaign vanid": "person", "my voters vanid": "person",
            "van id": "person", "lastname": "family_name", "last name": "family_name", "last": "family_name",
            "firstname": "given_name", "first name": "given_name", "first": "given_name", "middlename": "middle_name",
            "middle name": "middle_name", "mid": "middle_name", "suffix": "name_suffix", "contact name": "full_name",
            "fullname": "full_name",
            "preferred email": "email", "preferredemail": "email", "personal email": "email", "email": "email",
            "preferred phone": "phone", "pref phone": "phone", "preferredphone": "phone", "cell phone": "phone",
            "cellphone": "phone",
            "phone": "phone", "phone1": "phone", "maddress": "street", "mcity": "city", "mstate": "region",
            "mzip5": "postcode", "mzip4": "postcode_suffix",
            "vaddress": "street", "vcity": "city", "vstate": "region", "vzip5": "postcode", "vzip4": "postcode_suffix",
            "address": "street", "city": "city",
            "state": "region", "state province": "region", "zip": "postcode", "zip5": "postcode",
            "zip postal": "postcode",
            "dob": "birth_date", "sex": "gender", "racename": "ethnicity", "race": "ethnicity",
            "occupation": "occupation",
        },
        frozenset({"age"}),
    ),
    System(
        "NationBuilder",
        _marks(
            "nationbuilder id",
            "nationbuilder signup id",
            "primary address1 + primary zip",
            "primary address1 + tag list",
            "support level + tag list",
        ),
        {
            **_NAMES, "nationbuilder id": "person", "nationbuilder signup id": "person", "full name": "full_name",
            "email": "email", "email1": "email", "email opt in": "email_opt_in", "phone number": "phone",
            "mobile number": "phone",
            "mobile opt in": "phone_opt_in", "do not call": "phone_opt_out", "primary address1": "street",
            "primary address2": "street2", "primary city": "city", "primary state": "region", "primary zip": "postcode",
            "primary country code": "country", "primary country": "country", "born at": "birth_date", "sex": "gender",
            "gender": "gender", "ethnicity": "ethnicity", "demo": "ethnicity", "occupation": "occupation",
            "language": "language",
            "tag list": "tags", "note": "notes", "membership status": "standing", "started at": "joined_on",
            "expires on": "expires_on", "membership name": "custom", "chapter": "unit", "chapters": "unit",
        },
    ),
    System(
        "CiviCRM",
        _marks(
            "contact id + contact type",
            "contact id + sort name",
            "contact id + display name",
            "internal contact id",
            "kontakt id + kontakttyp",
            "contact id + do not phone",
        ),
        {
            **_NAMES, "contact id": "person", "internal contact id": "person", "nickname": "preferred_name",
            "display name": "full_name", "individual suffix": "name_suffix", "email": "email", "phone": "phone",
            "street address": "street", "supplemental address 1": "street2", "city": "city", "postal code": "postcode",
            "postal code suffix": "postcode_suffix", "state": "region", "state province": "region", "country": "country",
            "birth date": "birth_date",
            "gender": "gender", "job title": "occupation", "preferred language": "language", "contact source": "source",
            "do not email": "email_opt_out",
            "do not phone": "phone_opt_out", "tags": "tags", "tag s": "tags", "note s": "notes",
            "membership status": "standing", "status": "standing",
            "member since": "joined_on", "membership expiration date": "expires_on", "end date": "expires_on",
            "kontakt id": "person", "vorname": "given_name", "nachname": "family_name", "e mail": "email",
            "telefon": "phone",
            "strasse": "street", "ort": "city", "plz": "postcode", "land": "country", "geburtsdatum": "birth_date",
        },
        frozenset({
            "contact type", "contact subtype", "sort name", "image url", "hash", "email greeting", "postal greeting",
            "addressee",
            "kontakttyp", "communication style", "contact is in trash",
        }),
    ),
    System(
        "hitobito",
        _marks(
            "haupt e mail",
            "ubername + rollen",
            "hauptemail + rollen",
            "vorname + nachname + rollen",
            "adresse e mail principale + roles",
            "e mail principale",
        ),
        {
            "id": "person", "vorname": "given_name", "nachname": "family_name", "ubername": "preferred_name",
            "haupt e mail": "email", "hauptemail": "email", "adresse": "street", "strasse": "street",
            "hausnummer": "house_number",
            "zusatzliche adresszeile": "street2", "plz": "postcode", "ort": "city", "land": "country",
            "kanton": "region", "geschlecht": "gender",
            "geburtstag": "birth_date", "rollen": "custom", "tags": "tags", "zusatzliche angaben": "notes",
            "korrespondenzsprache": "language", "sprache": "language",
            "telefonnummer mobil": "phone", "telefonnummer privat": "phone", "telefonnummer haupt": "phone",
            "ortsgruppe": "unit",
            "hauptebene": "unit", "gruppe": "unit", "eintritt": "joined_on", "austritt": "left_on",
            "prenom": "given_name", "nom": "family_name", "surnom": "preferred_name", "e mail principale": "email",
            "adresse e mail principale": "email", "rue": "street", "npa": "postcode", "lieu": "city", "pays": "country",
            "sexe": "gender", "date de naissance": "birth_date", "roles": "custom",
        },
    ),
    System(
        "Zetkin",
        _marks(
            "co address + zip code",
            "alt phone + ext id",
            "ext id + zip code",
            "zetkin id",
            "co address + street address",
        ),
        {
            "zetkin id": "person", "id": "person", "ext id": "person", "first name": "given_name",
            "last name": "family_name",
            "email": "email", "phone": "phone", "street address": "street", "co address": "street2",
            "zip code": "postcode",
            "city": "city", "country": "country", "gender": "gender", "tags": "tags",
        },
        frozenset({"is user"}),
    ),
)  # fmt: skip


def find_system(headers: Iterable[str]) -> System | None:
    """
    Return the system that wrote a sheet; where marks of several are there, the one that knows most of its headers.

    :param headers: as `bare_key` makes them
    """
    present = set(headers)
    known = [system for system in SYSTEMS if any(marks <= present for marks in system.marks)]
    return max(known, key=lambda system: len(present & (system.columns.keys() | system.ignored)), default=None)
