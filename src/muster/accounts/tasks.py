"""Letters are sent by the worker: a slow mail server holds nobody up, and nobody can tell by the clock whether one was sent."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django_tasks import task

from muster.accounts import queries, services


@task()
def send_letter(template: str, email: str, context: dict[str, str] | None = None) -> None:
    """Send `<template>_subject.txt` and `<template>_message.txt` to one address."""
    subject, message = (render_to_string(f"{template}_{part}.txt", context or {}) for part in ("subject", "message"))
    send_mail(subject.strip(), message, None, [email])


@task()
def send_password_link(email: str, site: str) -> None:
    """
    Send a link that sets a new password, if there is an open account with that address.

    :param site: address of the site without a slash at its end
    """
    user = queries.find_by_email(email)
    if user is not None and user.is_active:
        link = {"password_reset_url": site + services.password_path(user_id=user.pk)}
        send_letter.func("account/email/password_reset_key", user.email, link)
