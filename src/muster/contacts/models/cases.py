"""Cases: the way of a contact from the first message to a member, with what was said along it and how they were judged."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from muster.contacts.models.of_contacts import OfContactQuerySet


class Stage(models.Model):
    """A step on the way from the first message to a member; which there are, and in which order, the organisation says."""

    class Kind(models.TextChoices):
        """What a stage means for the work: to be gone on with, from a day on, or no more."""

        OPEN = "open", "On the way"
        LATER = "later", "Not now, until a day"
        JOINED = "joined", "Arrived"
        NEVER = "never", "Not to be contacted"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    position = models.PositiveSmallIntegerField()
    # A standing of people that begins when they come here; '' where none does.
    standing = models.CharField(max_length=10, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def closes(self) -> bool:
        return self.kind in (self.Kind.JOINED, self.Kind.NEVER)


class Case(models.Model):
    """The way of one contact: where they stand, whose they are, what is next and when. Each has one that is open at most."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    stage_since = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    next_step = models.CharField(max_length=200, blank=True)
    next_on = models.DateField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfContactQuerySet["Case"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(closed_at=None), name="case_open_once"),
        ]
        indexes = [
            models.Index(fields=["person", "opened_at"], name="case_of_person"),
            # What is due: of one owner, of nobody, of all.
            models.Index(fields=["owner", "next_on", "id"], name="case_of_owner", condition=Q(closed_at=None)),
            models.Index(fields=["next_on", "id"], name="case_due", condition=Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return f"case of {self.person_id}, {self.opened_at:%Y-%m-%d}"


class StageChange(models.Model):
    """Somebody came to a stage. The first of a case is its beginning."""

    # That of the case, so that whoever may see it follows from the row itself.
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # To take it back: what stood before, and the entries of the trace about spells that changed with it.
    before = models.JSONField(default=dict)

    objects = OfContactQuerySet["StageChange"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "changed_at", "id"], name="stage_change_of_person")]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.stage_id}"


class Conversation(models.Model):
    """A call, a text, a meeting: that it took place or was tried, and what came of it."""

    class Kind(models.TextChoices):
        CALL = "call", "Call"
        TEXT = "text", "Text"
        EMAIL = "email", "E-mail"
        MEETING = "meeting", "Meeting"
        STALL = "stall", "Stall"

    class Result(models.TextChoices):
        REACHED = "reached", "Reached"
        NO_ANSWER = "no_answer", "No answer"
        CALL_BACK = "call_back", "Call back"
        LEFT_MESSAGE = "left_message", "Left a message"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        REFUSED = "refused", "Refused"

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    result = models.CharField(max_length=20, choices=Result)
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # Sealed (docs/adr/0014), '' where nothing was noted.
    note = models.TextField(blank=True)

    objects = OfContactQuerySet["Conversation"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "held_at", "id"], name="conversation_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} with {self.person_id}: {self.result}"


class Scale(models.Model):
    """By what people are assessed: its steps by name, the first being 1."""

    name = models.CharField(max_length=80, unique=True)
    steps = models.JSONField()
    retired_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Assessment(models.Model):
    """How somebody was judged on a scale on a day; a later one does not replace it."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    scale = models.ForeignKey(Scale, models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField()
    made_on = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = OfContactQuerySet["Assessment"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "scale", "made_on", "id"], name="assessment_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.scale_id}: {self.step}"
