"""A mail server on this machine that tells what it got, and refuses whom it is told to."""

import threading
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from django.conf import settings
from django.test import override_settings


class Inbox:
    """
    What arrived, and how the server behaves.

    :ivar letters: as they came: (from, to, message), the parts of the envelope first
    :ivar refuses: address → what is answered to RCPT; `refuses_text`: the same for DATA
    """

    def __init__(self):
        self.letters, self.refuses, self.refuses_text = [], {}, {}
        self.sessions = 0
        self.dies_after = None
        self._lock = threading.Lock()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        (to,) = envelope.rcpt_tos
        if to in self.refuses_text:
            return self.refuses_text[to]
        message = message_from_bytes(envelope.content, policy=policy.default)
        with self._lock:
            self.letters.append((envelope.mail_from, to, message))
        if self.dies_after == len(self.letters):
            server.transport.abort()
        return "250 OK"

    def got(self):
        """Return to whom how many letters came."""
        with self._lock:
            return Counter(to for _, to, _ in self.letters)

    def to(self, address):
        return [message for _, to, message in self.letters if to == address]


class _OnAnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server():
    """Yield (inbox, port) of a server that answers."""
    inbox = Inbox()
    controller = _OnAnyPort(inbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield inbox, controller.port
    finally:
        controller.stop()


@contextmanager
def letters_arrive():
    """Let this process send its letters to a server, and yield what arrives."""
    with mail_server() as (inbox, port):
        smtp = {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": port,
            "DEFAULT_FROM_EMAIL": "post@muster.example.org",
            "EMAIL_TIMEOUT": 10,
        }
        with override_settings(**smtp):
            assert port == settings.EMAIL_PORT
            yield inbox
