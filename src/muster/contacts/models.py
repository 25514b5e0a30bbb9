"""Inquiries: the first message of somebody outside."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef

from muster.access.actor import Actor
from muster.access.querysets import ScopedQuerySet
from muster.core.refs import new_ref
from muster.people.queries import persons as people


def new_inquiry_ref() -> str:
    return new_ref("MI")


class InquiryQuerySet(ScopedQuerySet["Inquiry"]):
    """An inquiry belongs where its person is placed; one without a person is seen by the whole organisation's officers only."""

    view_permission = "contacts.view"
    asked_with = ("transfer.import",)

    def _kept_for(self, actor: Actor, permission: str, *, row_by_row: bool) -> Self:
        if row_by_row and not actor.has_whole(permission):
            placed = people.ids_placed_in(actor, actor.units_for(permission))
            return self.filter(Exists(placed.filter(person_id=OuterRef("person_id"))))
        return super()._kept_for(actor, permission, row_by_row=row_by_row)

    def _in_units(self, unit_ids: frozenset[int], actor: Actor) -> Self:
        return self.filter(person_id__in=people.ids_placed_in(actor, unit_ids))


class Inquiry(models.Model):
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

    objects = InquiryQuerySet.as_manager()

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
