"""Who can sign in, and where they are signed in. Nothing about the organisation."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, *, name: str = "") -> "User":
        """Create an active account; without a password nobody can sign in to it until one is set."""
        user = self.model(email=self.normalize_email(email), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class Reminders(models.TextChoices):
    """How often a letter tells how many of one's next steps are due."""

    NEVER = "never", "Never"
    DAILY = "daily", "Every morning"
    WEEKLY = "weekly", "On Mondays"


class User(AbstractBaseUser):
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    keyboard_shortcuts = models.BooleanField(default=True)
    reminders = models.CharField(max_length=10, choices=Reminders, default=Reminders.NEVER)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def trace_label(self) -> str:
        """How the trace, which nobody can change, calls whoever has the account: by name, never by an address or as a job."""
        is_name = self.name and "@" not in self.name and not self.name.startswith("system:")
        return self.name if is_name else f"account {self.pk}"


class SessionManager(BaseSessionManager["Session"]):
    def get_queryset(self) -> models.QuerySet["Session"]:
        """Fetch the account along: nearly every page needs both."""
        return super().get_queryset().select_related("user")


class Session(AbstractBaseSession):
    """A browser, signed in or not. The columns beside Django's own repeat what the session says, so that it can be found."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    device = models.CharField(max_length=80, blank=True)
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "session"
        verbose_name_plural = "sessions"
