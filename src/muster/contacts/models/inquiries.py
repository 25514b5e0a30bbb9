"""Inquiries: the first message of somebody outside; and the claims of units, by which inquiries come to them."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from muster.access.actor import Actor
from muster.access.querysets import ScopedQuerySet
from muster.core.refs import new_ref
from muster.people.queries import persons as people


def new_inquiry_ref() -> str:
    return new_ref("MI")


class InquiryQuerySet(ScopedQuerySet["Inquiry"]):
    """
    An inquiry belongs to the unit it was routed to, and where its person is placed.

    One with neither is seen by the whole organisation's officers only.
    """

    view_permission = "contacts.view"
    asked_with = ("transfer.import",)

    def _kept_for(self, actor: Actor, permission: str, *, row_by_row: bool) -> Self:
        if row_by_row and not actor.has_whole(permission):
            units = actor.units_for(permission)
            placed = people.ids_placed_in(actor, units).filter(person_id=OuterRef("person_id"))
            return self.filter(Q(unit_id__in=units) | Exists(placed))
        return super()._kept_for(actor, permission, row_by_row=row_by_row)

    def _in_units(self, unit_ids: frozenset[int], actor: Actor) -> Self:
        return self.filter(Q(unit_id__in=unit_ids) | Q(person_id__in=people.ids_placed_in(actor, unit_ids)))

    def once(self) -> Self:
        """
        Leave out what goes with an earlier one among these: what was left where somebody is known, a late answer.

        Narrow them to days afterwards: an answer goes with what came the year before.
        """
        at, first = OuterRef("received_at"), OuterRef("part_of_id")
        before = Q(received_at__lt=at) | Q(received_at=at, pk__lt=OuterRef("pk"))
        return self.filter(Q(part_of=None) | ~Exists(self.filter(Q(pk=first) | Q(part_of_id=first) & before)))


class Inquiry(models.Model):
    class Rule(models.TextChoices):
        """How a unit was found for it; the first that finds one is taken, and a hand goes before all of them."""

        CLAIM_POSTCODE = "claim_postcode", "Claimed post code"
        CLAIM_PREFIX = "claim_prefix", "Claimed beginning of a post code"
        CLAIM_COUNTY = "claim_county", "Claimed county"
        CLAIM_AREA = "claim_area", "Claimed area"
        CLAIM_REGION = "claim_region", "Claimed state or region"
        NEAREST = "nearest", "Nearest"
        REGION_UNIT = "region_unit", "Region"
        NATIONAL = "national", "Whole organisation"
        HAND = "hand", "By hand"

    class Mark(models.TextChoices):
        """What stands in the way of being read: a doubt of ours, or what an officer says."""

        SUSPECTED = "suspected", "To be looked at"
        SPAM = "spam", "Spam"

    ref = models.CharField(max_length=40, unique=True, default=new_inquiry_ref)
    received_at = models.DateTimeField(db_index=True)
    channel = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=250, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    message = models.TextField(blank=True)
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    # Where it was sent, by which rule, and the sentence that says so; all empty while it waits to be routed.
    unit = models.ForeignKey("units.Unit", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    routed_by = models.CharField(max_length=20, choices=Rule, blank=True)
    routed_because = models.CharField(max_length=400, blank=True)
    routed_at = models.DateTimeField(null=True, blank=True)
    # In which somebody took it up; empty while nobody has.
    case = models.ForeignKey("contacts.Case", models.SET_NULL, null=True, blank=True, related_name="+")
    # '' where nothing is wrong; with the sentences that say what made us doubt, which stay when the mark goes.
    # Imports write rows without these columns: so the database itself knows what stands there then.
    mark = models.CharField(max_length=10, choices=Mark, blank=True, default="", db_default="")
    marked_at = models.DateTimeField(null=True, blank=True)
    suspected_because = models.CharField(max_length=400, blank=True, default="", db_default="")
    # The first with the same words from the same address, a few days before at most.
    repeats = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    # The first of those that are one message to the organisation: what was left where somebody is known, a late answer.
    part_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    # The number of the form it was sent with: one that comes twice is the same form.
    sent_with = models.CharField(max_length=32, blank=True, default="", db_default="", db_index=True)
    # Whether they said on the form that they may be written to and called; None: they did not say.
    email_opt_in = models.BooleanField(null=True, blank=True)
    phone_opt_in = models.BooleanField(null=True, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        indexes = [
            # The inbox of a unit, newest first.
            models.Index(fields=["unit", "received_at", "id"], name="inquiry_of_unit"),
            # Which people wrote how and when, in questions about them.
            models.Index(fields=["channel", "person"], name="inquiry_by_channel", condition=Q(person__isnull=False)),
            models.Index(fields=["received_at", "person"], name="inquiry_by_day", condition=Q(person__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.email or self.ref}, {self.received_at:%Y-%m-%d}"


class InquiryExternalId(models.Model):
    """What another system calls this inquiry."""

    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="+")
    source = models.CharField(max_length=60)
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "value"], name="inquiry_external_id_once")]

    def __str__(self) -> str:
        return f"{self.source}:{self.value}"


class ClaimQuerySet(ScopedQuerySet["Claim"]):
    view_permission = "contacts.view"


class Claim(models.Model):
    """A unit says: who writes from there is ours. Each place is claimed once."""

    class Kind(models.TextChoices):
        POSTCODE = "postcode", "Post code"
        PREFIX = "prefix", "Beginning of a post code"
        COUNTY = "county", "County"
        AREA = "area", "Area on the map"
        REGION = "region", "State or region"

    unit = models.ForeignKey("units.Unit", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    country = models.CharField(max_length=2, blank=True)
    # As `calc.routing` compares it: capitals without signs; a post code is text, its leading zeros stay.
    value = models.CharField(max_length=120)
    # Of an area alone, as `calc.areas` reads it; `value` then is its name with a mark of this.
    shape = models.JSONField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "country", "value"], name="claim_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.country} {self.value} → {self.unit_id}"


class ClaimChange(models.Model):
    """
    A change of claims: first proposed, with what it would do; then stored, and for thirty days taken back.

    It belongs to the whole organisation. Who did what with it stands in the audit trail.
    """

    # Of the file, or what is asked of one place.
    name = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    # [kind, country, value, unit id, or null where nobody is to claim it any more]
    asked = models.JSONField(default=list)
    # What was asked is all there is: other claims go.
    is_whole = models.BooleanField(default=False)
    # [value, shape] of each area that is asked for or was there before.
    shapes = models.JSONField(default=list)
    # Rows of a file that cannot be taken: [row, column, value, message].
    left_out = models.JSONField(default=list)
    # [kind, country, value, unit id or null before, unit id or null after], as it was stored.
    done = models.JSONField(default=list)
    # How many people and inquiries came to another unit by it.
    moved = models.JSONField(default=dict)
    stored_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.made_at:%Y-%m-%d}"
