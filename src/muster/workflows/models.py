"""What is done once a night, and how it went."""

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
