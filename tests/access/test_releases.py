"""Long lists leave with a reason, the longest when a second person agrees; each once, and every file tells whose it was."""

import csv
import html
import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access import nightly, queries
from muster.access.actor import NotAllowed
from muster.access.calc import Needed
from muster.access.models import Release
from muster.access.services import releases
from muster.audit.models import Entry
from muster.people.models import Person, Placement, Standing
from muster.people.queries import listing
from tests.builders import LONG_AGO, NOON, make_inquiry, make_unit, make_user

pytestmark = pytest.mark.web
FILE, ASK = "/people/export.csv", "/people/export.csv?standing=everyone"


def fill(unit, count, *, family="Berg"):
    """Many members of a unit at once."""
    people = Person.objects.bulk_create(
        Person(
            given_name=f"Nora{n:04}", family_name=family, name_key=f"nora{n:04} {family.casefold()}", created_at=NOON
        )
        for n in range(count)
    )
    Placement.objects.bulk_create(Placement(person=p, unit=unit, from_on=LONG_AGO, is_primary=True) for p in people)
    Standing.objects.bulk_create(Standing(person=p, standing="member", from_on=LONG_AGO) for p in people)
    return {person.ref for person in people}


def rows_of(answer):
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if content[:2] == b"PK":
        return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(content.decode())))


def links(client):
    """What one can fetch now."""
    page = client.get(reverse("releases:release_list")).content.decode()
    return [html.unescape(href) for href in re.findall(r'href="([^"]*)">Fetch the file', page)]


@pytest.fixture
def crowd(north, south):
    """250 of North, and so many elsewhere that they are no fifth of the organisation."""
    fill(south, 1300, family="South")
    return fill(north, 250)


def test_a_short_list_leaves_as_it_is(client, north, alice):
    refs = fill(north, 200)
    client.force_login(alice)
    assert {row[0] for row in rows_of(client.get(FILE))[1:]} == refs
    assert not Release.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_long_list_leaves_once_with_a_reason_and_one_row_of_nobody(client, crowd, alice, kind):
    client.force_login(alice)
    address = f"/people/export.{kind}"
    asked = client.get(address)
    assert (asked.status_code, asked.get("Content-Disposition")) == (200, None)
    assert "Nora" not in asked.content.decode()
    assert "required" in client.post(address, {"reason": "  "}).content.decode()
    assert not Release.objects.exists()
    assert client.post(address, {"reason": "Letters to everybody"}).status_code == 302

    (link,) = links(client)
    rows = rows_of(client.get(link))
    release = Release.objects.get()
    (nobody,) = [row for row in rows[1:] if row[0] not in crowd]
    assert ({row[0] for row in rows[1:]} - {nobody[0]}, len(rows)) == (crowd, 252)
    assert nobody[:2] == [release.canary_ref, release.canary_name]
    assert not Person.objects.unscoped("nobody at all").filter(ref=release.canary_ref).exists()
    # It looks like the others: a name made of theirs, and all else as one of them has it.
    assert nobody[1].startswith("Nora") and nobody[1].endswith("Berg")
    assert tuple(nobody[2:]) in {tuple(row[2:]) for row in rows[1:] if row is not nobody}

    assert links(client) == []
    again = client.get(link, follow=True)
    assert "cannot be fetched, or not any more" in again.content.decode()
    told = list(Entry.objects.order_by("pk").values_list("action", "user_id", "count"))
    assert told == [
        ("access.release.asked", alice.pk, 250),
        ("access.release.taken", alice.pk, 250),
        ("people.list.exported", alice.pk, 250),
    ]
    assert Entry.objects.order_by("pk").first().details["reason"] == "Letters to everybody"


def test_a_fifth_of_the_organisation_needs_a_second_person(client, north, alice, bob, charlie, erin):
    fill(north, 250)
    carol = make_user("carol", unit_organiser=north)
    client.force_login(alice)
    assert "Somebody else has to agree" in client.get(ASK).content.decode()
    client.post(ASK, {"reason": "The congress"})
    assert links(client) == []
    release = Release.objects.get()
    allow = reverse("releases:release_allow", args=[release.ref])

    # Not oneself; not who may look but take nothing out; not who works elsewhere.
    assert "Somebody else has to agree" in client.post(allow, follow=True).content.decode()
    client.force_login(bob)
    assert client.post(allow).status_code == 403
    client.force_login(charlie)
    assert "The congress" not in client.get(reverse("releases:release_list")).content.decode()
    assert "Nothing waits here" in client.post(allow, follow=True).content.decode()
    client.force_login(alice)
    assert client.get(f"{ASK}&release={release.ref}").status_code == 302

    client.force_login(carol)
    assert "A long list waits for you" in client.get("/").content.decode()
    assert "The congress" in client.get(reverse("releases:release_list")).content.decode()
    client.post(allow)
    assert "A long list waits for you" not in client.get("/").content.decode()
    assert client.get(f"{ASK}&release={release.ref}").status_code == 302  # it is not hers to fetch
    client.force_login(alice)
    (link,) = links(client)
    assert len(rows_of(client.get(link))) == 252
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "access.release.asked",
        "access.release.allowed",
        "access.release.taken",
        "people.list.exported",
    ]


def test_what_was_refused_or_is_old_or_another_list_is_not_fetched(client, crowd, north, alice, actor_of):
    carol = make_user("carol", unit_organiser=north)
    now = timezone.now()

    def ask(at, need=Needed.REASON):
        return releases.ask_release(
            actor=actor_of(alice), address=FILE, unit_id=north.pk, count=250, need=need, reason="x", now=at
        )

    def fetch(release, **other):
        wanted = {"actor": actor_of(alice), "address": FILE, "count": 250, "now": now} | other
        return releases.take_release(ref=release.ref, **wanted)

    refused = ask(now, Needed.SECOND)
    releases.decide_release(actor=actor_of(carol), ref=refused.ref, allow=False, now=now)
    late = ask(now - timedelta(hours=24, seconds=1))
    fine = ask(now - timedelta(hours=23))
    waits = ask(now, Needed.SECOND)
    for release, other in (
        (refused, {}),
        (late, {}),
        (waits, {}),
        (fine, {"address": "/people/export.csv?standing=former"}),
        (fine, {"actor": actor_of(carol)}),
        (fine, {"count": 271}),
    ):
        with pytest.raises(releases.NotReleased):
            fetch(release, **other)
    assert fetch(fine, count=270).taken_at == now
    client.force_login(alice)
    said = client.get(reverse("releases:release_list")).content.decode()
    assert ("carol refused" in said, "Not fetched within a day" in said, "Waits for somebody" in said) == (True,) * 3


def test_the_file_is_of_the_unit_one_stood_in_when_one_asked(client, crowd, south, dora):
    client.force_login(dora)
    client.post(f"{FILE}?city=", {"reason": "all of them"})
    north_id = next(iter(Placement.objects.unscoped("a test").filter(person__ref__in=crowd))).unit_id
    client.post(f"{FILE}?unit={north_id}", {"reason": "North"})
    client.post("/scope/", {"unit": south.pk})
    assert [f"unit={north_id}" in link for link in links(client)] == [True]
    assert len(rows_of(client.get(links(client)[0]))) == 252


def test_rights_lost_meanwhile_are_lost(client, crowd, alice):
    client.force_login(alice)
    client.post(FILE, {"reason": "Letters"})
    (link,) = links(client)
    alice_grants = alice._meta.apps.get_model("access.Grant").objects.filter(user=alice)
    alice_grants.update(to_on=timezone.localdate())
    assert client.get(link).status_code in (403, 404)
    assert Release.objects.get().taken_at is None


def test_who_has_the_row_finds_who_fetched_it(client, crowd, alice, dora):
    client.force_login(alice)
    client.post(FILE, {"reason": "Letters"})
    rows_of(client.get(links(client)[0]))
    release = Release.objects.get()
    page = reverse("releases:release_list")
    assert "Whose file" not in client.get(page, {"q": release.canary_ref}).content.decode()
    client.force_login(dora)
    for text in (release.canary_ref.lower(), release.canary_name, f" {release.canary_name.upper()} "):
        said = client.get(page, {"q": text}).content.decode()
        assert ("alice" in said, "Letters" in said) == (True, True)
    assert "No file had such a row" in client.get(page, {"q": "Nora"}).content.decode()


def test_only_who_reads_the_whole_trace_looks_for_rows(organisation, alice, actor_of):
    with pytest.raises(NotAllowed):
        queries.releases_with_canary(actor_of(alice), "Nora Berg")


def test_lists_behind_figures_are_held_up_too_and_lists_of_places_are_not(client, crowd, north, alice):
    for number in range(210):
        make_unit(f"Branch {number}", parent=north, opened_on=LONG_AGO)
    client.force_login(alice)
    address = reverse("reports:behind_file", args=["csv"])
    assert len(rows_of(client.get(address, {"figure": "branches"}))) == 211

    assert "Content-Disposition" not in client.get(address, {"figure": "members"})
    client.post(f"{address}?figure=members", {"reason": "Letters"})
    (link,) = links(client)
    assert len(rows_of(client.get(link))) == 252


def test_inquiries_are_people_as_well(client, organisation, dora):
    for number in range(201):
        make_inquiry(name=f"Ida {number}", received_at=timezone.now())
    client.force_login(dora)
    assert "Content-Disposition" not in client.get(
        reverse("reports:behind_file", args=["csv"]), {"figure": "inquiries"}
    )


def test_at_night_old_ones_are_forgotten(north, alice, actor_of):
    now = timezone.now()

    def ask(days, *, taken=False):
        release = releases.ask_release(
            actor=actor_of(alice), address=FILE, unit_id=north.pk, count=250, need=Needed.REASON, reason="x",
            now=now - timedelta(days=days),
        )  # fmt: skip
        if taken:
            Release.objects.filter(pk=release.pk).update(taken_at=now - timedelta(days=days))
        return release.pk

    kept = {ask(7), ask(1), ask(1090, taken=True)}
    ask(9), ask(1100, taken=True)
    assert nightly.forget_releases(now) == "2 forgotten."
    assert set(Release.objects.values_list("pk", flat=True)) == kept


def test_the_organisation_is_counted_whole(north, south, alice, actor_of):
    fill(north, 3)
    fill(south, 4)
    assert listing.count_members(actor_of(alice)) == 7
