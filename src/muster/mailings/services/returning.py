"""Letters that a mail server took and sent back afterwards."""

import hmac
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.core.sheets.values.contacts import email_key
from muster.mailings.calc import headers
from muster.mailings.calc.returned import Returned
from muster.mailings.models import Letter, State
from muster.people.queries import writing
from muster.people.services import consents


@transaction.atomic
def take_back(*, actor: Actor, returned: Returned, now: datetime) -> bool:
    """
    Note that a letter came back, and return whether it was one of ours; where there is no such address, the person's is marked.

    Only who saw the letter, or a server on its way, knows its Message-ID; of nobody else a report is believed.

    :param actor: of the job that reads the mailbox
    """
    rows = Letter.objects.unscoped("its number was in the letter that came back").select_for_update()
    letter = rows.filter(pk=returned.number).order_by("pk").first()
    if letter is None or not hmac.compare_digest(headers.mark_of(letter.token), returned.mark):
        return False
    if letter.state in (State.SENT, State.DOUBTFUL, State.SENDING):
        letter.state, letter.changed_at = State.REFUSED, now
        letter.answer = f"Came back: {returned.status}"
        letter.save(update_fields=["state", "changed_at", "answer"])
    if returned.is_address and letter.person_id is not None:
        reader = writing.readers(actor, [letter.person_id]).get(letter.person_id)
        if reader is not None and email_key(reader.email) in returned.to:
            consents.note_refused(actor=actor, person_id=letter.person_id, email=reader.email)
    return True
