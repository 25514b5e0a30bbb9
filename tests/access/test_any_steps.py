"""Any steps in any order: who may do what is what a model in plain Python says, nobody gives more than they hold."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from muster.access.actor import NotAllowed, actor_for
from muster.access.models import Grant, OfficeRole, Role
from muster.access.permissions import PERMISSIONS
from muster.access.services import grants, roles
from muster.access.services import offices as office_roles
from muster.access.services._givers import LastAdministrator
from muster.accounts.models import User
from muster.core.errors import DomainError
from muster.people.models import Office
from muster.people.services import corrections, offices, undo
from tests.access.rights_model import EDIT, GIVE, LAST, Given, Held, Rights, days
from tests.builders import NOON, TODAY, make_person, make_placement, make_unit, make_user

pytestmark = pytest.mark.db
UNITS = {"root": None, "north": "root", "north 1": "north", "south": "root", "south 1": "south"}
ROLES = {
    "administrator": set(PERMISSIONS),
    "registrar": {GIVE, EDIT, "units.view", "people.view"},
    "clerk": {EDIT, "units.view", "people.view"},
    "purser": {"units.view", "people.view", "people.contact"},
}
# Who holds what at first, in which unit.
CAST = {
    "dora": ("administrator", "root"),
    "nadia": ("administrator", "north"),
    "rita": ("registrar", "north"),
    "carl": ("clerk", "south"),
    "uma": None,
    "otto": None,
}
PEOPLE = {"uma": {"north 1"}, "otto": {"north 1", "south 1"}, "rita": {"south 1"}}
NAMES = ("treasurer", "chair")
CHANGED = ("people.view", "people.contact", "people.erase", GIVE, EDIT)
EVERYBODY, PLACES, KINDS = st.sampled_from(sorted(CAST)), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(ROLES))
BEGIN, LENGTH = st.integers(-3, 6), st.one_of(st.none(), st.integers(-1, 9))


class AnySteps(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        OfficeRole.objects.all().delete()
        self.units, self.users, self.people = {}, {}, {}
        for name, above in UNITS.items():
            kind = "organisation" if above is None else "region" if above == "root" else "branch"
            self.units[name] = make_unit(name, kind=kind, parent=self.units.get(above))
        for code, permissions in ROLES.items():
            Role.objects.update_or_create(code=code, defaults={"name": code, "permissions": sorted(permissions)})
        homes = deepcopy(PEOPLE)
        self.model = Rights(dict(UNITS), deepcopy(ROLES), homes, {name: name for name in PEOPLE})
        for name, held in CAST.items():
            self.users[name] = make_user(name, **({held[0]: self.units[held[1]]} if held else {}))
            if held:
                self.model.given[Grant.objects.get(user=self.users[name]).pk] = Given(name, *held, days(-9, None))
        for name, places in PEOPLE.items():
            self.people[name] = make_person(name, user=self.users[name])
            for place in sorted(places):
                make_placement(self.people[name], self.units[place])
        self.undoable = None

    def teardown(self):
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def day(self, number):
        return None if number is None else TODAY + timedelta(days=number)

    def actor(self, user):
        return actor_for(User.objects.get(pk=self.users[user].pk), on=self.day(self.model.today))

    def tried(self, act, user, *, allowed, **given):
        """Do something, and say whether it was done; it may be refused for what was asked, never for who asked."""
        if act is not offices.confirm_office:
            self.undoable = None
        try:
            with transaction.atomic():
                done = act(actor=self.actor(user), now=NOON, **given)
        except NotAllowed:
            assert not allowed, f"{user} was refused {act.__name__}"
            return None
        except DomainError as error:
            return error
        assert allowed, f"{user} got through with {act.__name__}"
        return done

    @rule(who=EVERYBODY, to=EVERYBODY, role=KINDS, unit=PLACES, begin=BEGIN, length=LENGTH)
    def give(self, who, to, role, unit, begin, length):
        begin += self.model.today
        end = None if length is None else begin + length
        done = self.tried(
            grants.grant_role,
            who,
            allowed=self.model.may_give(who, role, unit),
            user_id=self.users[to].pk,
            role_code=role,
            unit_id=self.units[unit].pk,
            from_on=self.day(begin),
            to_on=self.day(end),
        )
        if isinstance(done, Grant):
            self.model.given[done.pk] = Given(to, role, unit, days(begin, end))

    @precondition(lambda self: self.model.given)
    @rule(who=EVERYBODY, which=st.integers(0, 30), ahead=st.integers(0, 4))
    def end(self, who, which, ahead):
        pk = sorted(self.model.given)[which % len(self.model.given)]
        grant, on = self.model.given[pk], self.model.today + ahead
        before, kept = self.model.always_giveable(), frozenset(day for day in grant.days if day < on)
        allowed = GIVE in self.model.held(who, grant.unit, self.model.today)
        changed = deepcopy(self.model)
        changed.given[pk].days = kept
        lost = before - changed.always_giveable()
        done = self.tried(grants.end_grant, who, allowed=allowed and not lost, grant_id=pk, on=self.day(on))
        if isinstance(done, LastAdministrator):
            assert lost
        elif allowed and not lost:
            assert done is None
            grant.days = kept
            if not Grant.objects.filter(pk=pk).exists():
                del self.model.given[pk]

    @rule(who=EVERYBODY, role=KINDS, permission=st.sampled_from(CHANGED))
    def change_role(self, who, role, permission):
        seen = set(self.model.roles[role])
        changed = deepcopy(self.model)
        changed.roles[role] ^= {permission}
        whole = self.model.held(who, "root", self.model.today)
        lost = self.model.always_giveable() - changed.always_giveable()
        allowed = {GIVE, permission} <= whole
        stored = Role.objects.get(code=role)
        done = self.tried(
            roles.change_role,
            who,
            allowed=allowed and not lost,
            role_id=stored.pk,
            name=stored.name,
            permissions=changed.roles[role],
            seen=seen,
        )
        assert (done == [permission]) is (allowed and not lost)
        if done == [permission]:
            self.model.roles = changed.roles

    @rule(who=EVERYBODY, name=st.sampled_from(NAMES), role=KINDS)
    def let_office_give(self, who, name, role):
        whole = self.model.held(who, "root", self.model.today)
        allowed = {GIVE, *self.model.roles[role]} <= whole
        role_id = Role.objects.get(code=role).pk
        self.tried(office_roles.set_office_role, who, allowed=allowed, office=f" {name.upper()} ", role_id=role_id)
        if allowed and self.model.office_roles.get(name) != role:
            if name in self.model.office_roles:
                self.model.change_office_role(name, role)
            self.model.office_roles[name] = role

    @precondition(lambda self: self.model.office_roles)
    @rule(who=EVERYBODY, which=st.integers(0, 3))
    def let_office_give_nothing(self, who, which):
        name = sorted(self.model.office_roles)[which % len(self.model.office_roles)]
        allowed = GIVE in self.model.held(who, "root", self.model.today)
        pk = OfficeRole.objects.get(key=name).pk
        self.tried(office_roles.remove_office_role, who, allowed=allowed, office_role_id=pk)
        if allowed:
            self.model.change_office_role(name, None)
            del self.model.office_roles[name]

    @rule(
        who=EVERYBODY,
        person=st.sampled_from(sorted(PEOPLE)),
        unit=PLACES,
        name=st.sampled_from(NAMES),
        begin=BEGIN,
        length=LENGTH,
    )
    def begin_office(self, who, person, unit, name, begin, length):
        begin += self.model.today
        end = None if length is None else begin + length
        allowed = self.model.may_edit(who, person) and EDIT in self.model.held(who, unit, self.model.today)
        done = self.tried(
            offices.add_office,
            who,
            allowed=allowed,
            person_id=self.people[person].pk,
            unit_id=self.units[unit].pk,
            role=name,
            from_on=self.day(begin),
            to_on=self.day(end),
        )
        if isinstance(done, int):
            pk = max(Office.objects.values_list("pk", flat=True))
            held = Held(person, name, unit, days(begin, end))
            before = deepcopy(self.model.offices)
            self.model.offices[pk] = held
            self.model.begin_office(who, held)
            self.undoable = (who, done, before)

    def changed(self, who, act, which, **given):
        pk = sorted(self.model.offices)[which % len(self.model.offices)]
        held, before = self.model.offices[pk], deepcopy(self.model.offices)
        allowed = self.model.may_edit(who, held.person) and EDIT in self.model.held(who, held.unit, self.model.today)
        done = self.tried(
            act, who, allowed=allowed, person_id=self.people[held.person].pk, kind="office", spell_id=pk, **given
        )
        if not isinstance(done, int):
            return None
        self.undoable = (who, done, before)
        self.model.cut(held)
        return pk

    @precondition(lambda self: self.model.offices)
    @rule(who=EVERYBODY, which=st.integers(0, 9), begin=BEGIN, length=LENGTH)
    def correct_office(self, who, which, begin, length):
        begin += self.model.today
        end = None if length is None else begin + length
        pk = self.changed(who, corrections.correct_spell, which, from_on=self.day(begin), to_on=self.day(end))
        if pk is not None:
            held = self.model.offices[pk]
            if held.days != days(begin, end):
                held.days = days(begin, end)
                self.model.begin_office(who, held)

    @precondition(lambda self: self.model.offices)
    @rule(who=EVERYBODY, which=st.integers(0, 9), ahead=st.integers(-1, 4))
    def end_office(self, who, which, ahead):
        on = self.model.today + ahead
        pk = self.changed(who, corrections.end_spell, which, on=self.day(on))
        if pk is not None:
            held = self.model.offices[pk]
            held.days = frozenset(day for day in held.days if day < on)
            self.model.begin_office(who, held)

    @precondition(lambda self: self.model.offices)
    @rule(who=EVERYBODY, which=st.integers(0, 9))
    def take_office_out(self, who, which):
        pk = self.changed(who, corrections.remove_spell, which)
        if pk is not None:
            self.model.offices[pk].days = frozenset()

    @precondition(lambda self: self.undoable)
    @rule()
    def undo(self):
        who, entry_id, before = self.undoable
        done = self.tried(undo.undo_change, who, allowed=True, entry_id=entry_id)
        assert not isinstance(done, DomainError)
        for pk, held in self.model.offices.items():
            # The days are as they were; a word that was given for the others stays, and gives nothing without them.
            held.days = before[pk].days if pk in before else frozenset()

    @precondition(lambda self: self.model.offices)
    @rule(who=EVERYBODY, which=st.integers(0, 9))
    def confirm(self, who, which):
        pk = sorted(self.model.offices)[which % len(self.model.offices)]
        held = self.model.offices[pk]
        role = self.model.office_roles.get(held.name)
        may = GIVE in self.model.held(who, held.unit, self.model.today)
        coming = {day for day in held.days if day >= self.model.today}
        if role is None or not coming:
            self.tried(offices.confirm_office, who, allowed=may and bool(held.days), office_id=pk)
            return
        allowed = may and self.model.may_give(who, role, held.unit)
        self.tried(offices.confirm_office, who, allowed=allowed, office_id=pk)
        if allowed:
            self.model.give_with_office(held, self.model.accounts[held.person], role)

    @precondition(lambda self: self.model.today < 12)
    @rule(ahead=st.integers(1, 3))
    def days_pass(self, ahead):
        self.undoable = None
        self.model.today += ahead

    @invariant()
    def everybody_may_what_the_model_says(self):
        today = self.model.today
        for name, user in self.users.items():
            for day in (today, today + 2, LAST):
                actor = actor_for(user, on=self.day(day))
                told = {
                    unit: {permission for permission in PERMISSIONS if actor.may(permission, unit_id=row.pk)}
                    for unit, row in self.units.items()
                }
                assert told == {unit: self.model.held(name, unit, day) for unit in UNITS}, (name, day)

    @invariant()
    def somebody_can_give_every_right(self):
        assert GIVE in self.model.always_giveable()


def check(examples, steps):
    run_state_machine_as_test(
        AnySteps,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            database=None,
        ),
    )


def test_rights_after_any_steps(db):
    check(8, 20)


@pytest.mark.prove
def test_rights_after_many_steps(db):
    check(400, 50)
