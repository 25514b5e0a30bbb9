"""A letter made for one reader: filled in, with the heads it needs."""

from datetime import date

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.urls import reverse

from muster.access.actor import Actor
from muster.mailings.calc import headers
from muster.mailings.calc.letters import Foot, Template, Written
from muster.mailings.models import Mailing, new_token
from muster.people.queries.writing import Reader

# Beyond this nobody counts.
MANY = 1_000


def read_by(*, actor: Actor, mailing: Mailing, template: Template, reader: Reader, token: str) -> Written:
    """Return a letter as one reader reads it; no query."""
    values = {
        "given_name": reader.called,
        "name": reader.name,
        "unit": reader.unit,
        "city": reader.city,
        "sender": mailing.unit.name,
    }
    return template.fill(values, Foot(mailing.imprint, _way_out(token)))


def message_to(
    *, actor: Actor, mailing: Mailing, template: Template, reader: Reader, number: int, token: str
) -> EmailMessage:
    """Return the letter to one reader, to them alone; no query."""
    written = read_by(actor=actor, mailing=mailing, template=template, reader=reader, token=token)
    address, named = headers.sender(settings.DEFAULT_FROM_EMAIL, mailing.unit.name)
    message = EmailMultiAlternatives(
        written.subject,
        written.text,
        from_email=address,
        to=[reader.email],
        reply_to=[mailing.reply_to] if mailing.reply_to else None,
        headers={
            "From": named,
            "Message-ID": headers.message_id(number, token, address),
            **headers.way_out(_way_out(token)),
        },
    )
    message.attach_alternative(written.html, "text/html")
    return message


def trial(*, actor: Actor, mailing: Mailing, reader: Reader) -> EmailMessage:
    """Return a letter to try out, as that reader would get it; its way out leads nowhere."""
    template = Template(mailing.subject, mailing.body)
    return message_to(actor=actor, mailing=mailing, template=template, reader=reader, number=0, token=new_token())


def reminder(*, actor: Actor, email: str, count: int, number: int, day: date) -> EmailMessage:
    """
    Return the letter that tells somebody how many of their next steps are due, and names nobody; no query.

    :param count: at least one; of more than `MANY` it says just that
    """
    due = (
        f"More than {MANY:,} next steps are"
        if count > MANY
        else "1 next step is"
        if count == 1
        else f"{count:,} next steps are"
    )
    address, _ = headers.sender(settings.DEFAULT_FROM_EMAIL, "")
    follow_up, me = (f"{settings.SITE}{path}" for path in (reverse("contacts:follow_up_list"), reverse("web:me")))
    text = (
        f"{due} due with the people you follow up:\n{follow_up}\n\n"
        "This letter names nobody, as mail can be read on its way. You chose it under Your account, where you can end it:\n"
        f"{me}\n"
    )
    numbered = headers.message_id(number, f"reminder {day}", address)
    heads = {"Message-ID": numbered, "Auto-Submitted": "auto-generated"}
    return EmailMessage(f"{due} due", text, from_email=address, to=[email], headers=heads)


def _way_out(token: str) -> str:
    return f"{settings.SITE}{reverse('unsubscribe:unsubscribe', args=[token])}"
