"""What follows when allauth or Django says that somebody signed in or changed a second factor: the session remembers it."""

import time
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_used
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from muster.accounts import log, queries, services
from muster.accounts.calc import device_of
from muster.accounts.models import User
from muster.accounts.sessions import DEVICE, SECOND_FACTOR, SEEN_AT, SIGNED_IN_AT


@receiver(user_logged_in)
def on_signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Write down when, and on what."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()
    request.session[DEVICE] = device_of(request.headers.get("User-Agent", ""))
    log.note("signed in", request, account=user.pk)


@receiver(user_logged_out)
def on_signed_out(request: HttpRequest, **_: Any) -> None:
    """Let the answer tell the browser to forget what it kept."""
    request.signed_out = True  # type: ignore[attr-defined]
    log.note("signed out", request)


@receiver(user_login_failed)
def on_refused(request: HttpRequest | None = None, **_: Any) -> None:
    """Whose address it was is not written: it may be a password that went into the wrong field."""
    log.note("password refused", request)


@receiver(authentication_failed)
def on_factor_refused(request: HttpRequest, user: User, **_: Any) -> None:
    """Somebody who knows the password lacks the code."""
    log.note("second factor refused", request, account=user.pk)


@receiver(authenticator_used)
def on_used(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """From now on this session is more than a password."""
    request.session[SECOND_FACTOR] = True
    log.note("second factor shown", request, account=user.pk, kind=authenticator.type)


@receiver(authenticator_added)
def on_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Whoever has just set a second factor up has shown it; sessions begun with the password alone end."""
    log.note("second factor added", request, account=user.pk, kind=authenticator.type)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    if not request.session.get(SECOND_FACTOR):
        services.end_sessions(user_id=user.pk, but=request.session.session_key)
    request.session[SECOND_FACTOR] = True


@receiver(authenticator_removed)
def on_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Without any second factor left, no session counts as having shown one."""
    log.note("second factor removed", request, account=user.pk, kind=authenticator.type)
    if not queries.has_second_factor(user.pk):
        services.end_sessions(user_id=user.pk, but=request.session.session_key)
        request.session.pop(SECOND_FACTOR, None)


@receiver([password_changed, password_set, password_reset])
def on_new_password(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever knew the old password is out."""
    log.note("password set", request, account=user.pk)
    services.end_sessions(user_id=user.pk, but=request.session.session_key)
