"""The way out of all letters: whoever holds a letter says no for whom it was sent to, without signing in."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.mailings.models import Letter
from muster.people.services import consents


@transaction.atomic
def unsubscribe(*, actor: Actor, token: str, now: datetime) -> None:
    """
    Write down that the reader of a letter wants no more e-mail; a token that belongs to nobody changes nothing.

    :param token: that of any letter they ever got
    """
    letters = Letter.objects.unscoped("whoever holds the letter speaks for its reader").select_for_update()
    letter = letters.filter(token=token, person__isnull=False).order_by("pk").first()
    if letter is None or letter.person_id is None:
        return
    consents.say_no(actor=actor, person_id=letter.person_id, now=now)
    if letter.unsubscribed_at is None:
        letter.unsubscribed_at = now
        letter.save(update_fields=["unsubscribed_at"])
