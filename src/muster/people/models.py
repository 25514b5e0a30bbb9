"""The register: who there is, and the dated spells that say what they were, where, and when. Nothing is overwritten."""

from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from muster.access.actor import Actor
from muster.access.querysets import ScopedQuerySet
from muster.core.refs import new_ref
from muster.people import private

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


def new_person_ref() -> str:
    return new_ref("MP")


class OfPersonQuerySet(ScopedQuerySet[M_co]):
    """Rows of one person each; whoever may see the person may see them."""

    person_path: ClassVar[str] = "person_id"
    view_permission = "people.view"

    def _kept_for(self, actor: Actor, permission: str, *, row_by_row: bool) -> Self:
        # Row by row: for one person, a few, or the first rows of an order, without collecting everybody in the units first.
        if row_by_row and not actor.has_whole(permission):
            placed = _placed(actor.units_for(permission), actor)
            return self.filter(Exists(placed.filter(person_id=OuterRef(self.person_path))))
        return super()._kept_for(actor, permission, row_by_row=row_by_row)

    def _in_units(self, unit_ids: frozenset[int], actor: Actor) -> Self:
        return self.filter(**{f"{self.person_path}__in": _placed(unit_ids, actor).values("person_id")})


class SpellQuerySet(OfPersonQuerySet[M_co]):
    def on(self, day: object) -> Self:
        """Keep the spells that hold on that day."""
        return self.filter(Q(to_on=None) | Q(to_on__gt=day), from_on__lte=day)


class PersonQuerySet(OfPersonQuerySet["Person"]):
    person_path = "pk"
    asked_with = (
        "people.contact",
        "people.private",
        "people.edit",
        "people.merge",
        "people.erase",
        "people.export",
        "access.grant",
        "audit.view",
        "reports.view",
        "transfer.import",
        "contacts.view",
        "contacts.work",
        "contacts.admit",
    )

    def placed_in(self, unit_ids: frozenset[int], on: object, *, primary_only: bool = False) -> Self:
        """Keep the people with a placement in one of these units on that day."""
        placed = Placement.objects.unscoped("narrows rows that are scoped already").on(on).filter(unit_id__in=unit_ids)
        if primary_only:
            placed = placed.filter(is_primary=True)
        return self.filter(pk__in=placed.values("person_id"))

    def with_standing(self, standing: str, on: object) -> Self:
        """Keep the people who hold that standing on that day."""
        held = Standing.objects.unscoped("narrows rows that are scoped already").on(on).filter(standing=standing)
        return self.filter(pk__in=held.values("person_id"))


class PrivateQuerySet(OfPersonQuerySet["PersonPrivate"]):
    view_permission = "people.private"


def _placed(unit_ids: frozenset[int], actor: Actor) -> SpellQuerySet["Placement"]:
    return Placement.objects.unscoped("this is the rule itself").on(actor.on).filter(unit_id__in=unit_ids)


class Person(models.Model):
    ref = models.CharField(max_length=40, unique=True, default=new_person_ref)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    preferred_name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=35, blank=True)
    occupation = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    email_opt_in = models.BooleanField(null=True, blank=True)
    phone_opt_in = models.BooleanField(null=True, blank=True)
    # Canonical: sorted, each once, joined by ';'. Own fields: key → text; the keys stand in CustomField.
    tags = models.CharField(max_length=2000, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    # What is searched and matched: without case, marks and signs (`core.sheets.values`).
    name_key = models.CharField(max_length=400, blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True)
    # Mark of an address that a mail server would not take (`queries.writing`); of another one than stands here it says nothing.
    email_refused = models.CharField(max_length=12, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PersonQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["name_key", "id"], name="person_by_name"),
            models.Index(fields=["city", "name_key", "id"], name="person_by_city"),
            models.Index(fields=["tags", "id"], name="person_by_tags", condition=~Q(tags="")),
            models.Index(fields=["email_key"], name="person_by_email", condition=~Q(email_key="")),
            models.Index(fields=["postcode", "family_name"], name="person_by_home", condition=~Q(postcode="")),
            models.Index(fields=["phone_e164"], name="person_by_phone", condition=~Q(phone_e164="")),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.preferred_name or self.given_name, self.family_name) if part) or self.ref


class PersonPrivate(models.Model):
    """What needs `people.private`: apart, so that no list can show it by accident, and sealed (docs/adr/0014)."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    # All of `calc.fields.PRIVATE` in one: what of it is known is nobody's business either.
    sealed = models.TextField()
    # By which people born on the same day are found (`private.birth_mark`).
    birth_mark = models.CharField(max_length=12, blank=True)

    objects = PrivateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"private part of {self.person_id}"

    def opened(self) -> dict[str, str]:
        """Return field → text, each of `calc.fields.PRIVATE`; a birth date is ISO 8601, whole or a year alone."""
        return private.opened(self.person_id, self.sealed)


class PersonExternalId(models.Model):
    """What another system calls this person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    source = models.CharField(max_length=60)
    value = models.CharField(max_length=120)

    objects = OfPersonQuerySet["PersonExternalId"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "value"], name="person_external_id_once")]

    def __str__(self) -> str:
        return f"{self.source}:{self.value}"


class CustomField(models.Model):
    """A field of the organisation's own; the values stand in `Person.custom`."""

    key = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.label


class Spell(models.Model):
    # Each kind of spell has an index that begins with the person.
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


def _ends_after_it_begins(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name=name)


class Standing(Spell):
    """No two spells of one person's same standing share a day (a constraint of the database, migration 0002)."""

    class Kind(models.TextChoices):
        CONTACT = "contact", "Contact"
        APPLICANT = "applicant", "Applicant"
        MEMBER = "member", "Member"

    standing = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=200, blank=True)

    objects = SpellQuerySet["Standing"].as_manager()

    class Meta:
        constraints = [_ends_after_it_begins("standing_ends_after_it_begins")]
        indexes = [
            models.Index(fields=["person", "standing", "from_on", "to_on"], name="standing_of_person"),
            models.Index(fields=["standing", "from_on", "person", "to_on"], name="standing_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.standing} {self.from_on}–{self.to_on or ''}"


class Placement(Spell):
    """Once per unit and one primary at a time (migration 0002)."""

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", db_index=False)
    is_primary = models.BooleanField(default=False)

    objects = SpellQuerySet["Placement"].as_manager()

    class Meta:
        constraints = [_ends_after_it_begins("placement_ends_after_it_begins")]
        # Rights are read from these: they hold all that the rule asks for, so that no row is fetched for it.
        indexes = [
            models.Index(fields=["person", "from_on", "to_on", "unit"], name="placement_of_person"),
            models.Index(fields=["unit", "person", "from_on", "to_on", "is_primary"], name="placement_in_unit"),
        ]

    def __str__(self) -> str:
        return f"in {self.unit_id} {self.from_on}–{self.to_on or ''}"


class Qualification(Spell):
    qualification = models.CharField(max_length=60)

    objects = SpellQuerySet["Qualification"].as_manager()

    class Meta:
        constraints = [_ends_after_it_begins("qualification_ends_after_it_begins")]
        indexes = [
            models.Index(fields=["person", "qualification", "from_on"], name="qualification_of_person"),
            models.Index(fields=["qualification", "from_on"], name="qualification_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.qualification} {self.from_on}–{self.to_on or ''}"


class Office(Spell):
    """A role held in a unit: organiser of a branch, treasurer … Rights are another thing (`access.Grant`)."""

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)

    objects = SpellQuerySet["Office"].as_manager()

    class Meta:
        constraints = [_ends_after_it_begins("office_ends_after_it_begins")]
        indexes = [models.Index(fields=["person", "unit", "role", "from_on"], name="office_of_person")]

    def __str__(self) -> str:
        return f"{self.role} in {self.unit_id} {self.from_on}–{self.to_on or ''}"


class DuplicatePair(models.Model):
    """Two records that may be one person; `first` has the lower id."""

    class State(models.TextChoices):
        OPEN = "OPEN", "To be decided"
        APART = "APART", "Two people"

    first = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}: {self.reason}"


class Merge(models.Model):
    """
    Two records that became one, and for thirty days what it takes to part them again; parting removes the row.

    `before`, `after`: the rows it touched, as `queries._snapshot` reads them; both are emptied when it is too late to part.
    """

    kept = models.ForeignKey(Person, models.CASCADE, related_name="+")
    # The other record is gone; whoever still names it by these is led to the one that was kept.
    dropped_id = models.BigIntegerField()
    dropped_ref = models.CharField(max_length=40)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["dropped_ref"], name="merge_by_ref"),
            models.Index(fields=["dropped_id"], name="merge_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.dropped_ref} into {self.kept_id}"


class SaidReason(models.Model):
    """
    Why spells were changed, while that may be undone: it was typed, and the trace, which nothing leaves, does not hold it.

    `before`, `after`: a reason for each row that the entry of the trace holds, in its order.
    """

    # Plain numbers: who was merged into somebody else meanwhile is forgotten as well.
    entry_id = models.BigIntegerField(primary_key=True)
    person_id = models.BigIntegerField()
    said_at = models.DateTimeField()
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"of entry {self.entry_id}"
