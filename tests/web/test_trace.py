"""The page “What was done”: each reader finds what happened where they may read the trace, and nothing else."""

import csv
import html
import io
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from muster.access.models import Role
from muster.access.services import grants
from muster.audit import services as audit
from muster.audit.models import Entry
from muster.people.services import disclosures
from muster.workflows import nightly
from tests.builders import LONG_AGO, NOON, TODAY, make_grant, make_person, make_unit, make_user
from tests.matrix.asking import readable

pytestmark = pytest.mark.web


@pytest.fixture
def own_home(settings, tmp_path):
    """Nothing of other tests' trails lies outside the database."""
    settings.HOME = tmp_path


@pytest.fixture
def nora(north):
    return make_person("Nora Berg", unit=north, member_from=LONG_AGO)


@pytest.fixture
def reader(north):
    """rae may read the trace of North and see units there, but no people."""
    Role.objects.create(code="reader", name="Reader", permissions=["audit.view", "units.view"])
    return make_user("rae", reader=north)


@pytest.fixture
def done(alice, charlie, dora, nora, north, south, actor_of):
    """alice looked at Nora in North, charlie at Sue in South, dora gave a role in North, a backup belongs to no unit."""
    sue = make_person("Sue South", unit=south)
    disclosures.show_contact(actor=actor_of(alice), person_id=nora.pk, now=NOON)
    disclosures.show_contact(actor=actor_of(charlie), person_id=sue.pk, now=NOON)
    grants.grant_role(
        actor=actor_of(dora),
        user_id=make_user("newcomer").pk,
        role_code="unit_viewer",
        unit_id=north.pk,
        from_on=TODAY,
        now=NOON,
    )
    audit.record(user_id=None, actor_label="system:backup", action="backup.file.made", now=NOON)


def page(client, user, **query):
    client.force_login(user)
    return readable(client.get(reverse("trace:entry_list"), query))


def rows(client, user, kind="csv", **query):
    client.force_login(user)
    answer = client.get(reverse("trace:entry_file", args=[kind]), query)
    return [tuple(row[2:]) for row in csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))]


SAID = "Phone and e-mail looked at"


def test_everybody_reads_their_own_part(client, done, dora, reader, alice, bob, charlie, nora):
    for nobody in (alice, bob, charlie):
        client.force_login(nobody)
        for name, args in (("trace:entry_list", []), ("trace:entry_file", ["csv"])):
            assert client.get(reverse(name, args=args)).status_code == 403

    assert rows(client, dora) == [
        ("Who", "What", "About", "Unit"),
        ("Muster itself (backup)", "A backup was made", "", ""),
        ("dora", "Role given: Unit viewer", "newcomer", "North"),
        ("charlie", SAID, "Sue South", "South"),
        ("alice", SAID, "Nora Berg", "North"),
    ]
    # Without the right to see people and roles, nobody is named but who acted.
    assert rows(client, reader)[1:] == [("dora", "Role given: Unit viewer", "", "North"), ("alice", SAID, "", "North")]
    seen = page(client, reader)
    assert ("alice" in seen, "dora" in seen) == (True, True)
    assert not [word for word in ("charlie", "Sue", "South", "Nora", "newcomer", "backup") if word in seen]
    assert reverse("people:person_detail", args=[nora.pk]) in page(client, dora)


def test_filters_stand_in_the_address(client, done, dora, alice, north, south):
    assert len(rows(client, dora)) == 5
    assert rows(client, dora, who=alice.pk)[1:] == [("alice", SAID, "Nora Berg", "North")]
    assert rows(client, dora, who="0")[1][0] == "Muster itself (backup)"
    assert [row[0] for row in rows(client, dora, what="looked")[1:]] == ["charlie", "alice"]
    assert [row[0] for row in rows(client, dora, what="looked", unit=south.pk)[1:]] == ["charlie"]
    assert rows(client, dora, unit=north.pk, what="keeping") == [("Who", "What", "About", "Unit")]

    late = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
    audit.record(user_id=None, actor_label="system:command", action="audit.key.changed", now=late)
    told = [("somebody at the command line", "A new key seals this trace", "", "")]
    taken = {"what": "keeping"}
    assert rows(client, dora, **taken, **{"from": "2026-11-02"})[1:] == told
    assert len(rows(client, dora, **taken, to="2026-11-01")) == 2
    assert len(rows(client, dora, **taken, **{"from": "2026-11-01", "to": "2026-11-02"})) == 3


def test_only_those_are_offered_whose_doings_one_may_read(client, done, dora, reader, alice, charlie):
    offers = {user: page(client, user) for user in (dora, reader)}
    assert f'<option value="{charlie.pk}">charlie' in offers[dora]
    assert f'<option value="{alice.pk}">alice' in offers[reader]
    assert f'value="{charlie.pk}"' not in offers[reader]
    assert "Muster itself" not in offers[reader]
    # Whoever is not offered is no answer either.
    assert "Choose somebody of the list." in page(client, reader, who=charlie.pk)
    assert "Write the day as" in page(client, dora, to="soon")


def test_fifty_on_a_page_and_back_again(client, dora, organisation):
    for number in range(120):
        audit.record(
            user_id=dora.pk, actor_label="dora", action="people.list.exported", now=NOON, count=number, kind="csv"
        )

    def walk(address, way):
        """The counts on each page, going on as long as a link leads there."""
        while address:
            shown = client.get(address).content.decode()
            yield [int(count) for count in re.findall(r"A list of people taken out: (\d+)", shown)]
            found = re.search(rf'rel="{way}" href="([^"]*)"', shown)
            last, address = address, html.unescape(found[1]) if found else ""
        walk.ended_at = last

    client.force_login(dora)
    first = reverse("trace:entry_list", query={"what": "taken"})
    assert list(walk(first, "next")) == [list(range(119, 69, -1)), list(range(69, 19, -1)), list(range(19, -1, -1))]
    assert "what=taken" in walk.ended_at
    assert list(walk(walk.ended_at, "prev")) == [
        list(range(19, -1, -1)),
        list(range(69, 19, -1)),
        list(range(119, 69, -1)),
    ]


def test_taking_the_trace_out_is_in_the_trace(client, done, dora, north):
    rows(client, dora, unit=north.pk, what="access")
    assert Entry.objects.order_by("-pk").values_list("action", "user_id", "unit_id", "count", "details")[0] == (
        "audit.list.exported",
        dora.pk,
        north.pk,
        1,
        {"kind": "csv", "filters": {"what": "access"}},
    )
    assert "Part of this trace taken out: 1 entry, CSV" in page(client, dora)
    client.force_login(dora)
    assert readable(client.get(reverse("trace:entry_file", args=["xlsx"]))).count("Role given") == 1


@pytest.mark.parametrize("number", [3, 60])
def test_it_asks_as_often_however_much_was_done(number, client, dora, north, django_assert_num_queries):
    for each in range(number):
        person = make_person(f"Ada {each}", unit=make_unit(f"North {each}", parent=north))
        audit.record(
            user_id=dora.pk, actor_label="dora", action="people.person.edited", target=person, now=NOON,
            unit_id=north.pk, changed={"city": None},
        )  # fmt: skip
    client.force_login(dora)
    client.get("/more/")
    with django_assert_num_queries(13):
        assert "Changed: city" in readable(client.get(reverse("trace:entry_list")))


def test_whether_the_trace_is_whole_is_said_to_who_may_read_all_of_it(
    client, own_home, done, dora, reader, organisation
):
    assert "The first night is still to come" in page(client, dora)
    nightly.run("audit trail", day=TODAY.isoformat(), now=NOON)
    assert "4 entries are as they were written" in page(client, dora)
    nightly.NightlyRun.objects.update(failed=True, told="TraceBroken: Entry 2 was changed.")
    assert "The nightly check found something." in page(client, dora)
    assert "nightly check" not in page(client, reader)


def test_the_history_of_a_person_and_a_unit_is_for_readers_of_the_trace_too(client, done, north, nora, bob):
    client.force_login(bob)
    assert client.get(reverse("people:person_history", args=[nora.pk])).status_code == 403
    Role.objects.create(code="keeper", name="Keeper", permissions=["audit.view"])
    make_grant(bob, "keeper", north)
    assert SAID in readable(client.get(reverse("people:person_history", args=[nora.pk])))
    assert reverse("people:person_history", args=[nora.pk]) in readable(
        client.get(reverse("people:person_detail", args=[nora.pk]))
    )
