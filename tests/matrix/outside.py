"""What lies outside North, drawn by lot: other people, units, accounts, imports … that collide with what stands inside."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models

from muster.access.models import Grant, Role
from muster.audit.models import Entry
from tests.builders import NOON, TODAY, make_former_kind, make_private
from tests.matrix.world import World, text_fields

# What is typed into forms and searched for: in one world somebody outside is called so, in another nobody is.
GIVEN, FAMILY, CITY, TAG = "Ada", "Probe", "Probeville", "probe"
NAME, EMAIL, PHONE = f"{GIVEN} {FAMILY}", "probe@example.org", "+1 212 555 0142"
OTHERS = ["Nora Berg", "North 1", "Zoe", "Ada", "Probe Probe", "Ünal Łoś", "Chair"]
WHEN = (date(2001, 5, 1), date(2019, 2, 28), date(2025, 12, 31), date(2026, 10, 31))
ROLES = ("unit_viewer", "unit_organiser", "national_officer", "administrator", "member")
# Above every number that is drawn, and the same in every world, so that what a request makes is called the same.
NEXT_NUMBER = 1_000_000


def _model(label: str) -> Any:
    return apps.get_model(label)._base_manager


class Outside:
    """The tables outside the reach of an officer of North, filled and changed by one lot."""

    def __init__(self, world: World, seed: int) -> None:
        self.lot, self.world = Random(seed), world
        inside = _model("people.Person").get(pk=world.ids["person"])
        self.names = [NAME, *OTHERS, f"{inside.given_name} {inside.family_name}"]
        self.emails = ["", EMAIL, inside.email, EMAIL.upper(), "zoe@example.net"]
        self.phones = ["", PHONE, inside.phone]
        self.places = [_model("units.Unit").get(pk=world.foreign[name]) for name in ("region", "unit")]
        self.inside_people = [world.ids["person"], world.ids["twin"]]
        self.users: list[Any] = []
        self.people: list[Any] = []
        self.number = 0
        self.entries = NEXT_NUMBER // 2

    def furnish(self) -> None:
        """Change what is outside and add to it; what is inside stays as it is."""
        pin_numbers(NEXT_NUMBER // 2)
        self._units()
        self._rewrite()
        self._accounts()
        self._persons()
        self._of_people()
        self._followed_up()
        self._of_units()
        self._of_users()
        pin_numbers()

    def _many(self, *counts: int) -> range:
        return range(self.lot.choice(counts))

    def _ref(self) -> str:
        self.number += 1
        return f"OUT-{self.number}"

    def _spell(self) -> dict[str, Any]:
        begin = self.lot.choice(WHEN)
        ends = self.lot.choice([None, None, begin + timedelta(days=self.lot.randint(1, 4000))])
        return {"from_on": begin, "to_on": ends}

    def _rewrite(self) -> None:
        """Give the rows of South other words."""
        for label in ("people.Person", "units.Unit", "accounts.User", "contacts.Inquiry", "transfer.Batch"):
            key = {"people.Person": "person", "units.Unit": "unit", "accounts.User": "user"}.get(label, "")
            row = _model(label).get(pk=self.world.foreign[key or label.rpartition(".")[2].lower()])
            for column in text_fields(type(row)):
                if column.name not in (
                    "ref",
                    "email",
                    "email_refused",
                    "password",
                    "country",
                    "custom",
                    "mapping",
                    "progress",
                    "result",
                ):
                    setattr(row, column.name, self.lot.choice(self.names)[: column.max_length])
            row.save()
        self.world.users["foreign"].name = self.lot.choice(self.names)
        self.world.users["foreign"].save()

    def _units(self) -> None:
        kinds = list(_model("units.UnitKind").filter(code__in=("region", "branch", "group")).order_by("pk"))
        root = _model("units.Unit").get(parent=None)
        for _ in self._many(0, 1, 3, 6):
            opened = self.lot.choice([None, *WHEN])
            self.places.append(
                _model("units.Unit").create(
                    ref=self._ref(),
                    name=self.lot.choice(self.names),
                    kind=self.lot.choice(kinds),
                    parent=self.lot.choice([root, *self.places]),
                    city=self.lot.choice(["", CITY]),
                    opened_on=opened,
                    closed_on=self.lot.choice([None, None, date(2026, 10, 31)]),
                )
            )

    def _accounts(self) -> None:
        emails = self.lot.sample(
            [EMAIL, "zoe@example.net", "other@example.org", "third@example.org"], self.lot.randint(0, 4)
        )
        self.users = [
            _model("accounts.User").create(email=email, name=self.lot.choice(self.names), password="!")
            for email in emails
        ]
        for user in [*self.users, self.world.users["foreign"]]:
            for _ in self._many(0, 1, 2):
                role = Role.objects.get(code=self.lot.choice(ROLES))
                given = {"role": role, "unit": self.lot.choice(self.places)}
                if not Grant.objects.filter(user=user, to_on=None, **given).exists():
                    Grant.objects.create(user=user, **given, **self._spell())

    def _persons(self) -> None:
        owners: list[AbstractBaseUser | None] = [user for user in self.users if self.lot.random() < 0.5]
        for _ in self._many(0, 1, 4, 12, 60):
            given, _, family = self.lot.choice(self.names).partition(" ")
            email, phone = self.lot.choice(self.emails), self.lot.choice(self.phones)
            self.people.append(
                _model("people.Person").model(
                    ref=self._ref(),
                    user=owners.pop() if owners else None,
                    given_name=given,
                    family_name=family,
                    name_key=f"{given} {family}".strip().casefold(),
                    email=email,
                    email_key=email.casefold(),
                    phone=phone,
                    phone_e164=phone.replace(" ", ""),
                    city=self.lot.choice(["", CITY]),
                    tags=self.lot.choice(["", TAG]),
                    custom=self.lot.choice([{}, {"Shirt": TAG}]),
                    created_at=NOON,
                )
            )
        _model("people.Person").bulk_create(self.people)
        self.people.append(_model("people.Person").get(pk=self.world.foreign["person"]))

    def _of_people(self) -> None:
        rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("Placement", "Standing", "Qualification", "Office")
        }
        for person in self.people[:-1]:
            for place in self.lot.sample(self.places, self.lot.choice([0, 1, 1, 2])):
                rows["Placement"].append({"person": person, "unit": place, "is_primary": False, **self._spell()})
            rows["Standing"].append(
                {"person": person, "standing": self.lot.choice(["member", "contact"]), **self._spell()}
            )
            if self.lot.random() < 0.3:
                rows["Qualification"].append({"person": person, "qualification": "organiser", **self._spell()})
            if self.lot.random() < 0.3:
                office = {
                    "role": self.lot.choice(["chair", "Chair", "treasurer"]),
                    "unit": self.lot.choice(self.places),
                }
                rows["Office"].append({"person": person, **office, **self._spell()})
        for name, given in rows.items():
            _make_all(_model(f"people.{name}"), given)
        for person in self.people[:-1:2]:
            make_private(person, birth_date="1980-05-31")
        ids = [{"person": person, "source": "a", "value": self._ref()} for person in self.people[:-1:3]]
        _make_all(_model("people.PersonExternalId"), ids)
        self._pairs()
        asked = [{"person": person, "asked_at": NOON} for person in self.people[:-1:4]]
        _make_all(_model("workflows.ErasureRequest"), asked)
        for person in self.people[:-1:5]:
            _model("people.Merge").create(
                kept=person, dropped_id=self.lot.randint(5000, 9000), dropped_ref="x", merged_at=NOON
            )

    def _followed_up(self) -> None:
        """Contacts outside: at any stage, talked to and judged by anybody, some of them owned by an officer of North."""
        stages = list(_model("contacts.Stage").order_by("pk"))
        support = _model("contacts.Scale").get(name="Support")
        users = [None, self.world.users["foreign"], self.world.users["north_officer"], *self.users]
        for person in self.people[: -1 : self.lot.choice([1, 2, 5])]:
            stage, by = self.lot.choice(stages), self.lot.choice(users)
            _model("contacts.Case").create(
                person=person,
                stage=stage,
                stage_since=NOON,
                owner=self.lot.choice(users),
                next_step=NAME,
                next_on=self.lot.choice(WHEN),
                opened_at=NOON,
                closed_at=self.lot.choice([None, NOON]),
            )
            said = {"person": person, "kind": "call", "result": self.lot.choice(["reached", "refused"])}
            _model("contacts.Conversation").create(**said, held_at=NOON, held_by=by)
            call_list = _model("contacts.CallList").create(
                unit=self.lot.choice(self.places), name=NAME, script=NAME, cooldown_days=0, made_by=by, made_at=NOON
            )
            _model("contacts.Call").create(call_list=call_list, person=person, handed_to=by, handed_at=NOON)
            application = _model("contacts.Application").create(
                person=person,
                state=self.lot.choice(["open", "accepted", "rejected"]),
                applied_on=self.lot.choice(WHEN),
                dues_cents=self.lot.randint(0, 9999),
                made_at=NOON,
                made_by=by,
            )
            _model("contacts.Welcome").create(
                person=person, application=application, step_id=1, owner=self.lot.choice(users), due_on=TODAY
            )
            mailing = _model("mailings.Mailing").create(
                unit=self.places[person.pk % 2], subject=NAME, body=NAME, ask="tag:probe", made_by=by, made_at=NOON
            )
            wrote = {"mailing": mailing, "unit": mailing.unit, "person": person, "token": self._ref()}
            _model("mailings.Letter").create(**wrote, state="sent", due_at=NOON, changed_at=NOON)
            _model("contacts.Assessment").create(person=person, scale=support, step=1, made_on=TODAY, made_by=by)

    def _pairs(self) -> None:
        """Records that may be of one person: two outside, and one inside with one outside."""
        for person in self.people[: self.lot.choice([0, 2, 5])]:
            other = self.lot.choice([*self.inside_people, self.people[-1].pk])
            first, second = sorted((person.pk, other))
            if first != second:
                wanted = {"first_id": first, "second_id": second}
                _model("people.DuplicatePair").get_or_create(**wanted, defaults={"reason": "email", "found_at": NOON})

    def _of_units(self) -> None:
        for _ in self._many(0, 1, 5):
            person = self.lot.choice([None, *self.people])
            wanted = {"received_at": NOON - timedelta(days=self.lot.randint(0, 400)), "channel": "website"}
            # Some were sent to a unit outside, some wait.
            wanted |= {"unit": self.lot.choice([None, *self.places]), "postcode": self.lot.choice(["", "04101"])}
            _model("contacts.Inquiry").create(ref=self._ref(), name=NAME, email=EMAIL, person=person, **wanted)
        for number in self._many(0, 1, 3):
            _model("planning.Goal").create(
                unit=self.lot.choice(self.places),
                measure=self.lot.choice(["members", "branches"]),
                start_on=date(2025, 1, 1 + number),
                due_on=date(2027, 1, 1),
                target=self.lot.randint(1, 500),
            )
        nothing = {table: {"before": [], "after": []} for table in ("placements", "offices")}
        for place in self.places[2 : self.lot.choice([2, 4])]:
            _model("units.Closing").create(unit=place, closed_on=WHEN[0], closed_at=NOON, spells=nothing)
            _model("units.Split").create(unit=place, new_unit=place, split_on=WHEN[0], split_at=NOON, spells=nothing)
            make_former_kind(place, self.lot.choice(["group", "branch"]), until=self.lot.choice(WHEN))
            _model("contacts.UnitMeeting").create(
                unit=place, held_on=self.lot.choice(WHEN), people_count=self.lot.randint(1, 99), noted_at=NOON
            )

    def _of_users(self) -> None:
        for user in [*self.users, self.world.users["foreign"]]:
            for state in self.lot.sample(
                ["WAITING", "READING", "PUBLISHING", "DONE", "UNDONE"], self.lot.randint(0, 3)
            ):
                batch = _model("transfer.Batch").create(
                    name=self.lot.choice(self.names), source="a", started_by=user, created_at=NOON, state=state
                )
                self._trace(user, "transfer.import.published", f"transfer.Batch:{batch.pk}", {"name": batch.name})
            for shared in self.lot.sample([None, *self.places, self._root()], self.lot.randint(0, 3)):
                if not _model("web.SavedView").filter(user=user, page="people:person_list").exists():
                    _model("web.SavedView").create(
                        user=user, page="people:person_list", name=NAME, query="tag=probe", unit=shared
                    )
            _model("access.Usage").create(user=user, kind="search", began=0, count=self.lot.randint(1, 900))
        for place in self.places[: self.lot.choice([0, 3])]:
            self._trace(
                self.world.users["foreign"], "units.unit.edited", f"units.Unit:{place.pk}", {}, unit_id=place.pk
            )

    def _root(self) -> Any:
        return _model("units.Unit").get(parent=None)

    def _trace(self, user: Any, action: str, target: str, details: dict[str, str], unit_id: int | None = None) -> None:
        self.entries += 1
        Entry.objects.create(
            pk=self.entries,
            happened_at=NOON,
            user_id=user.pk,
            actor_label=str(user),
            action=action,
            target=target,
            details=details,
            unit_id=unit_id,
        )


def _make_all(manager: Any, rows: list[dict[str, Any]]) -> None:
    manager.bulk_create([manager.model(**row) for row in rows])


def pin_numbers(last: int = NEXT_NUMBER) -> None:
    """Let the next row of every table have the same number in every world; PostgreSQL takes no number back by itself."""
    tables = [(model._meta.db_table, model._meta.pk.column) for model in apps.get_models() if _is_numbered(model)]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence")
            cursor.executemany("INSERT INTO sqlite_sequence VALUES (%s, %s)", [(name, last) for name, _ in tables])
        else:
            each = ", ".join(f"setval(pg_get_serial_sequence('{name}', '{pk}'), {last})" for name, pk in tables)
            cursor.execute(f"SELECT {each}")


def _is_numbered(model: type[models.Model]) -> bool:
    return isinstance(model._meta.pk, models.AutoField | models.BigAutoField)


Furnish = Callable[[World, int], None]


def furnish(world: World, seed: int) -> None:
    Outside(world, seed).furnish()
