"""Letters to many: what is written, to whom a question finds, and an outbox with a row for each reader."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from muster.access.querysets import ScopedQuerySet

SEND = "mailings.send"
# A mail server is given up on after half a minute: nobody works any more on what has been on its way for longer than this.
ON_ITS_WAY = timedelta(minutes=10)


class State(models.TextChoices):
    """How far one letter of an outbox is."""

    QUEUED = "queued", "Waits"
    # Since `changed_at` it may have reached the mail server: see `services._outbox`.
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    DOUBTFUL = "doubtful", "Perhaps sent"
    REFUSED = "refused", "Refused"
    PARKED = "parked", "Given up"
    LEFT_OUT = "left_out", "Left out"


def new_token() -> str:
    """Return 128 random bits, as letters and figures."""
    return secrets.token_urlsafe(16)


class MailingQuerySet(ScopedQuerySet["Mailing"]):
    view_permission = SEND


class LetterQuerySet(ScopedQuerySet["Letter"]):
    view_permission = SEND

    def doubtful(self, now: datetime) -> Self:
        """Keep those of which nobody knows whether they reached the mail server."""
        return self.filter(_is_doubtful(now))

    def troublesome(self, now: datetime) -> Self:
        """Keep those about which somebody may decide: perhaps sent, refused, given up."""
        return self.filter(_is_doubtful(now) | Q(state__in=(State.REFUSED, State.PARKED)), person__isnull=False)


def _is_doubtful(now: datetime) -> Q:
    return Q(state=State.DOUBTFUL) | Q(state=State.SENDING, changed_at__lt=now - ON_ITS_WAY)


class Mailing(models.Model):
    """A letter of one unit to everybody whom a question finds; found when it is sent."""

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        WAITING = "waiting", "Waits for a second person"
        SENDING = "sending", "Being sent"
        DONE = "done", "Sent"
        STOPPED = "stopped", "Stopped"

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # To whom, as `people.calc.questions` reads it; asked where the unit is and below.
    ask = models.CharField(max_length=1_000)
    reply_to = models.CharField(max_length=254, blank=True)
    imprint = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reason = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # What keeps it from being sent just now, or why it was stopped.
    told = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MailingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "made_at", "id"], name="mailing_of_unit")]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_open(self) -> bool:
        """Say whether it is not sent yet, and may be changed."""
        return self.state in (self.State.DRAFT, self.State.WAITING)

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_on_its_way(self) -> bool:
        return self.state == self.State.SENDING


class Outgoing(models.Model):
    """One letter that is to go out: how far it is, how often it was tried, when it is due."""

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # Why it was not taken, in our words and the mail server's numbers: its words would name the address.
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


class Reminder(Outgoing):
    """A letter to an account, on a day, about how many next steps are due. It is to the account: no scope but its own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="reminder_once_a_day")]
        indexes = [models.Index(fields=["state", "due_at", "id"], name="reminder_due")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.day}"


class Letter(Outgoing):
    """The outbox: one letter to one reader. Neither address nor text is kept; both are read when it is sent."""

    # That of the mailing, so that whoever may see it follows from the row itself.
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", db_index=False)
    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="+", db_index=False)
    # None: erased since.
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    token = models.CharField(max_length=40, unique=True, default=new_token)
    unsubscribed_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["mailing", "state", "due_at", "id"], name="letter_of_mailing"),
            # How many went out within an hour.
            models.Index(fields=["changed_at"], name="letter_tried", condition=~Q(state__in=("queued", "left_out"))),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} to {self.person_id}"
