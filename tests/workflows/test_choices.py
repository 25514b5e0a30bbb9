import pytest

from muster.access.actor import NotAllowed
from muster.audit.models import Entry
from muster.units import queries
from muster.units.calc import OrganisationSettings
from muster.units.models import UnitKind
from muster.units.services.choices import BadSetting, KindExists
from muster.workflows import choices
from tests.builders import NOON

pytestmark = pytest.mark.db


def ids(*codes):
    return list(UnitKind.objects.filter(code__in=codes).values_list("pk", flat=True))


def kind(code):
    found = UnitKind.objects.get(code=code)
    return found.name, found.plural, set(found.allowed_children.values_list("code", flat=True))


def test_settings_are_kept_and_the_kinds_take_the_nouns(organisation, dora, actor_of):
    chosen = OrganisationSettings(
        nouns={"branch": ("chapter", "chapters"), "member": ("member", "members")},
        country="SE",
        milestone_step=50,
        small_branch=3,
        working_branch=9,
        coverage_km=20,
        routing_km=30,
    )
    choices.set_organisation_settings(actor=actor_of(dora), name=" Tenants United ", settings=chosen, now=NOON)

    assert queries.settings() == OrganisationSettings(
        nouns={"branch": ["chapter", "chapters"]},
        country="SE",
        milestone_step=50,
        small_branch=3,
        working_branch=9,
        coverage_km=20,
        routing_km=30,
    )
    assert queries.terms().count(2, "branch") == "2 chapters"
    assert kind("branch") == ("Chapter", "Chapters", {"group", "committee"})
    assert kind("region")[:2] == ("Region", "Regions")
    assert queries.organisation_name() == "Tenants United"
    changed = Entry.objects.get().details["changed"]
    assert changed["name"] == ["Workers Together", "Tenants United"]
    assert changed["nouns"] == [{}, {"branch": ["chapter", "chapters"]}]

    choices.set_organisation_settings(
        actor=actor_of(dora), name="Tenants United", settings=OrganisationSettings(), now=NOON
    )
    assert kind("branch")[:2] == ("Branch", "Branches")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"milestone_step": 0}, "milestone_step"),
        ({"small_branch": 101, "working_branch": 200}, "small_branch"),
        ({"small_branch": 8, "working_branch": 7}, "working_branch"),
        ({"coverage_km": 501}, "coverage_km"),
        ({"routing_km": 0}, "routing_km"),
        ({"country": "usa"}, "country"),
        ({"nouns": {"branch": ("chapter", " ")}}, "nouns"),
    ],
)
def test_choices_out_of_range_are_refused(fields, field, organisation, dora, actor_of):
    with pytest.raises(BadSetting) as caught:
        choices.set_organisation_settings(
            actor=actor_of(dora), name="Other", settings=OrganisationSettings(**fields), now=NOON
        )
    assert caught.value.field == field
    assert (queries.organisation_name(), Entry.objects.count()) == ("Workers Together", 0)


def test_a_kind_of_ones_own(organisation, dora, actor_of):
    actor = actor_of(dora)
    kind_id = choices.add_kind(
        actor=actor,
        name="Workplace group",
        plural="Workplace groups",
        children=[],
        parents=ids("region", "branch"),
        now=NOON,
    )
    assert kind("workplace-group") == ("Workplace group", "Workplace groups", set())
    assert kind("branch")[2] == {"group", "committee", "workplace-group"}
    with pytest.raises(KindExists):
        choices.add_kind(actor=actor, name="workplace GROUP", plural="x", children=[], parents=[], now=NOON)

    choices.change_kind(
        actor=actor, kind_id=kind_id, name="Shop group", plural="Shop groups", children=ids("committee"), now=NOON
    )
    assert kind("workplace-group") == ("Shop group", "Shop groups", {"committee"})


def test_renaming_a_kind_renames_the_noun(organisation, dora, actor_of):
    choices.change_kind(
        actor=actor_of(dora),
        kind_id=ids("branch")[0],
        name="Local",
        plural="Locals",
        children=ids("group"),
        now=NOON,
    )
    assert queries.terms().many("branch") == "locals"
    assert kind("branch") == ("Local", "Locals", {"group"})


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "erin"])
def test_only_the_administrator_chooses(who, organisation, actor_of, request):
    actor = actor_of(request.getfixturevalue(who))
    with pytest.raises(NotAllowed):
        choices.set_organisation_settings(actor=actor, name="X", settings=OrganisationSettings(), now=NOON)
    with pytest.raises(NotAllowed):
        choices.add_kind(actor=actor, name="X", plural="X", children=[], parents=[], now=NOON)
    with pytest.raises(NotAllowed):
        choices.change_kind(actor=actor, kind_id=ids("branch")[0], name="X", plural="X", children=[], now=NOON)
