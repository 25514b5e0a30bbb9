"""What is done once a night and how it went; who is erased, and who asked to be."""

from django.db import models


class NightlyRun(models.Model):
    """
    One step on one day. The row is the claim: whoever makes it asks for the job.

    `finished_at` is unknown while the job waits or runs; `failed` says that it broke off, `told` what it did or why not.
    """

    step = models.CharField(max_length=40)
    day = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)
    told = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "day"], name="nightly_once_a_day")]

    def __str__(self) -> str:
        return f"{self.step} {self.day}"


class Erasure(models.Model):
    """Somebody was erased: the number of the record, which alone says nothing, so that it can be done again after a restore."""

    person_ref = models.CharField(max_length=40, unique=True)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.person_ref


class ErasureRequest(models.Model):
    """A member asked to be erased; `refused_because` says why not, where it was decided so."""

    person = models.OneToOneField("people.Person", models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    refused_because = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.asked_at:%Y-%m-%d}"
