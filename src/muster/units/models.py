"""The tree of units, their kinds, and the settings of the organisation that the tree is rooted in."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from muster.core.refs import new_ref


def new_unit_ref() -> str:
    return new_ref("MU")


class UnitKind(models.Model):
    """Organisation, region, branch …: data, not code. The codes `branch` and `group` are what the balance sheet counts."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    plural = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=100)
    allowed_children = models.ManyToManyField("self", symmetrical=False, related_name="+", blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    ref = models.CharField(max_length=40, unique=True, default=new_unit_ref)
    name = models.CharField(max_length=200)
    kind = models.ForeignKey(UnitKind, models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="unit_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=F("opened_on")),
                name="unit_closes_after_it_opens",
            ),
            models.UniqueConstraint(Coalesce(F("parent"), 0), condition=Q(parent=None), name="unit_one_root"),
        ]

    def __str__(self) -> str:
        return self.name


class UnitExternalId(models.Model):
    """What another system calls this unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    source = models.CharField(max_length=60)
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "value"], name="unit_external_id_once"),
            models.UniqueConstraint(fields=["unit", "source"], name="unit_one_id_per_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.value}"


class Setting(models.Model):
    """One choice of the organisation, for example its own nouns; the keys and defaults stand in `calc.OrganisationSettings`."""

    key = models.CharField(max_length=60, unique=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.key


class FormerKind(models.Model):
    """
    What kind a unit was before a day: a group before it became a branch.

    On a day it is of the kind of the first of these that ends later, else of the kind that stands with the unit.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    kind = models.ForeignKey(UnitKind, models.PROTECT, related_name="+")
    # The first day on which it was of that kind no longer.
    until_on = models.DateField()
    # None: a file said so, and there is nothing here to take back.
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "until_on"], name="unit_former_kind_once_a_day")]

    def __str__(self) -> str:
        return f"{self.unit_id} until {self.until_on}"


class Closing(models.Model):
    """What closing a unit did, whole, so that it can be taken back for thirty days. Who did it stands in the audit trail."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    closed_on = models.DateField()
    closed_at = models.DateTimeField()
    # Unit id → the closing day it had before (ISO 8601) or null.
    units_before = models.JSONField(default=dict)
    # What `people` did to spells; only `people` reads it.
    spells = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.unit_id} on {self.closed_on}"


class Split(models.Model):
    """Part of a unit went on as another one, whole, so that it can be taken back for thirty days."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    new_unit = models.OneToOneField(Unit, models.CASCADE, related_name="+")
    split_on = models.DateField()
    split_at = models.DateTimeField()
    # What `people` did to spells; only `people` reads it.
    spells = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.unit_id} into {self.new_unit_id} on {self.split_on}"


class PlaceChange(models.Model):
    """
    A change of the places of some countries: first proposed, with what it would do; then stored, and for thirty days taken back.

    Of each country the places of the latest change hold that was stored and not taken back. Who did what stands in the trace.
    """

    # Of the file, or what is asked of one country.
    name = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    # Rows of the file that cannot be taken: [file, row, column, value, message], the first of them.
    left_out = models.JSONField(default=list)
    left_out_count = models.PositiveIntegerField(default=0)
    # Country → what it changed: how many post codes and cities there are, and are new, changed and gone; once it is stored.
    done = models.JSONField(default=dict)
    # How many people and inquiries came to another unit by it.
    moved = models.JSONField(default=dict)
    stored_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.made_at:%Y-%m-%d}"


class CountryPlaces(models.Model):
    """The places of one country as one change has them, whole; empty where they are to go. Which of them hold says a setting."""

    change = models.ForeignKey(PlaceChange, models.CASCADE, related_name="+")
    country = models.CharField(max_length=2)
    # As `core.places.packed` reads it.
    content = models.BinaryField()
    # The content's SHA-256: what is kept in memory is told apart by it.
    mark = models.CharField(max_length=64, blank=True)
    postcode_count = models.PositiveIntegerField(default=0)
    city_count = models.PositiveIntegerField(default=0)
    people_count = models.PositiveBigIntegerField(default=0)
    has_counties = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "country"], name="country_once_in_a_change")]

    def __str__(self) -> str:
        return f"{self.country} of {self.change_id}"
