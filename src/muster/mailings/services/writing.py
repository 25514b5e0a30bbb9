"""A letter made for one reader: filled in, with the heads it needs."""

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.urls import reverse

from muster.access.actor import Actor
from muster.mailings.calc import headers
from muster.mailings.calc.letters import Foot, Template, Written
from muster.mailings.models import Mailing, new_token
from muster.people.queries.writing import Reader


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


def _way_out(token: str) -> str:
    return f"{settings.SITE}{reverse('unsubscribe:unsubscribe', args=[token])}"
