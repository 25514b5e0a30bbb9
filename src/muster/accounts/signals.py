"""What follows when allauth or Django says that somebody signed in or changed a second factor: the session remembers it."""

import time
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from muster.accounts import queries, services
from muster.accounts.calc import device_of
from muster.accounts.models import User
from muster.accounts.sessions import DEVICE, SECOND_FACTOR, SEEN_AT, SIGNED_IN_AT


@receiver(user_logged_in)
def on_signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Write down when, and on what."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()
    request.session[DEVICE] = device_of(request.headers.get("User-Agent", ""))


@receiver(user_logged_out)
def on_signed_out(request: HttpRequest, **_: Any) -> None:
    """Let the answer tell the browser to forget what it kept."""
    request.signed_out = True  # type: ignore[attr-defined]


@receiver(authenticator_used)
def on_used(request: HttpRequest, **_: Any) -> None:
    """From now on this session is more than a password."""
    request.session[SECOND_FACTOR] = True


@receiver(authenticator_added)
def on_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Whoever has just set a second factor up has shown it; sessions begun with the password alone end."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    if not request.session.get(SECOND_FACTOR):
        services.end_sessions(user_id=user.pk, but=request.session.session_key)
    request.session[SECOND_FACTOR] = True


@receiver(authenticator_removed)
def on_removed(request: HttpRequest, user: User, **_: Any) -> None:
    """Without any second factor left, no session counts as having shown one."""
    if not queries.has_second_factor(user.pk):
        services.end_sessions(user_id=user.pk, but=request.session.session_key)
        request.session.pop(SECOND_FACTOR, None)


@receiver([password_changed, password_set, password_reset])
def on_new_password(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever knew the old password is out."""
    services.end_sessions(user_id=user.pk, but=request.session.session_key)
