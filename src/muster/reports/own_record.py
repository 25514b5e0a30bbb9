"""All that is held about whoever asks, from every domain: for the page, and as one file."""

import json
from typing import Any

from muster.access.actor import Actor
from muster.contacts.queries import contact as following
from muster.contacts.queries import inquiries as contacts
from muster.contacts.queries import letters
from muster.mailings.queries import mailings
from muster.people.queries import own

SCHEMA = "muster.own-record/1"


def own_document(actor: Actor) -> dict[str, Any]:
    """
    Return everything as JSON values, days and moments as such; the parts are present and empty where nothing is held.

    :raises NoOwnRecord: the account belongs to nobody in the register
    """
    record = own.own_record(actor)
    return {
        "schema": SCHEMA,
        "number": record.ref,
        "fields": record.fields,
        "own_fields": record.own_fields,
        "tags": record.tags,
        "spells": [
            {
                "kind": line.row.kind,
                "what": line.row.what,
                "unit": line.unit,
                "from": line.row.from_on,
                "to": line.row.to_on,
                "primary": line.row.is_primary,
                "reason": line.row.reason,
            }
            for line in record.spells
        ],
        "identifiers": [{"source": source, "id": value} for source, value in record.identifiers],
        "inquiries": _inquiries(actor),
        "inquiry_letters": _letters(actor),
        "followed_up": [
            {"at": event.at, "what": event.title, "noted": event.text, "by": event.by}
            for event in following.own_contact(actor)
        ],
        "letters": [
            {
                "at": letter.changed_at,
                "from": letter.mailing.unit.name,
                "subject": letter.mailing.subject,
                "what": letter.get_state_display(),
            }
            for letter in mailings.own_letters(actor)
        ],
        "looks": [{"at": look.at, "who": look.who, "what": look.what} for look in record.looks],
    }


def _inquiries(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "received_at": inquiry.received_at,
            "channel": inquiry.channel,
            "name": inquiry.name,
            "email": inquiry.email,
            "phone": inquiry.phone,
            "place": ", ".join(filter(None, (inquiry.city, inquiry.region, inquiry.postcode, inquiry.country))),
            "message": inquiry.message,
            "sent_on_because": inquiry.routed_because,
            "email_opt_in": inquiry.email_opt_in,
            "phone_opt_in": inquiry.phone_opt_in,
            "doubted_because": inquiry.suspected_because,
        }
        for inquiry in contacts.own_inquiries(actor)
    ]


def _letters(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "at": letter.at,
            "ours": letter.is_ours,
            "name": letter.name,
            "email": letter.email,
            "noted": letter.note,
            **json.loads(letter.sealed or "{}"),
        }
        for letter in letters.own_letters(actor)
    ]
