"""Letters of an inquiry: e-mails that came in, and those that officers answered with; and how they came, for a while."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class InquiryLetter(models.Model):
    """
    One e-mail of an inquiry, the first among them.

    It has no unit or person of its own: who may read it is who may see the inquiry (`queries.letters`). What it says is sealed.
    """

    inquiry = models.ForeignKey("contacts.Inquiry", models.CASCADE, related_name="+", db_index=False)
    # When it came to us; when it says it was written is part of what is sealed.
    at = models.DateTimeField()
    is_ours = models.BooleanField(default=False)
    # Whom it says it is from, or whom ours went to.
    name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    # JSON: subject, text, left_out, date (docs/adr/0014).
    sealed = models.TextField(blank=True)
    # What made us doubt, or that a program wrote it.
    note = models.CharField(max_length=400, blank=True)
    # 128 bits by lot, of ours alone: whoever answers sends it back, and nobody can guess it.
    token = models.CharField(max_length=32, blank=True)
    # Of its own id and what it says: one that comes twice is one.
    digest = models.CharField(max_length=64, blank=True)
    # Of ours: when the mail server took it.
    sent_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="letter_comes_once"),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="letter_token_once"),
        ]
        indexes = [models.Index(fields=["inquiry", "at", "id"], name="letter_of_inquiry")]

    def __str__(self) -> str:
        return f"letter of {self.inquiry_id}, {self.at:%Y-%m-%d}"


class RawLetter(models.Model):
    """A letter as it came, with every header: apart, sealed, and deleted after a time of its own."""

    letter = models.OneToOneField(InquiryLetter, models.CASCADE, related_name="+")
    received_at = models.DateTimeField(db_index=True)
    # Of the whole; what is kept may be its beginning.
    size = models.PositiveIntegerField()
    sealed = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.size} bytes of {self.letter_id}"
