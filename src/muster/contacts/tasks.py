"""Letters of officers are sent by the worker: a slow mail server holds nobody up."""

import json
from email.utils import parseaddr
from smtplib import SMTPException
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django_tasks import task

from muster.contacts import sealed
from muster.contacts.models import InquiryLetter
from muster.units import queries as units


class NotSent(Exception):
    """A letter did not leave; says of what kind the fault was, as its words name the address."""


@task()
def send_answer(letter_id: int) -> None:
    """
    Send a letter of ours to the one address it is for, unless it was sent already.

    Killed between sending and noting it, it is sent again under the same id, by which programs know it for the same.

    :raises NotSent: see there
    """
    letter = InquiryLetter.objects.filter(pk=letter_id, is_ours=True, sent_at=None).order_by("pk").first()
    if letter is None or not letter.email:
        return
    earlier = InquiryLetter.objects.filter(inquiry_id=letter.inquiry_id, is_ours=False, at__lte=letter.at).order_by(
        "-at", "-pk"
    )
    answered = next((_said(one) for one in earlier[:1]), {})
    subject = answered.get("subject") or f"Your message to {units.organisation_name()}"
    headers = {"Message-ID": f"<{letter.token}@{_domain()}>"}
    if answered.get("id"):
        headers |= dict.fromkeys(("In-Reply-To", "References"), f"<{answered['id']}>")
    mail = EmailMessage(
        subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
        body=_said(letter).get("text", ""),
        to=[letter.email],
        reply_to=_reply_to(letter.token),
        headers=headers,
    )
    try:
        mail.send()
    except (SMTPException, OSError, ValueError) as error:
        kind = type(error).__name__
        InquiryLetter.objects.filter(pk=letter_id).update(note=f"It could not be sent: {kind}")
        raise NotSent(kind) from None
    InquiryLetter.objects.filter(pk=letter_id).update(sent_at=timezone.now(), note="")


def _said(letter: InquiryLetter) -> dict[str, str]:
    found: dict[str, str] = json.loads(sealed.opened(letter, "sealed") or "{}")
    return found


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"


def _reply_to(token: str) -> list[str]:
    """Return the mailbox that is read, with the token in it; nothing where none is, and answers go to whom letters come from."""
    user, _, host = unquote(urlsplit(settings.MAILBOX).username or "").partition("@")
    return [f"{user}+{token}@{host}"] if user and host else []
