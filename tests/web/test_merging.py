"""The pages about duplicates: erin may merge in North, alice may not, charlie sees nothing of it."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.models import Role
from muster.audit.models import Entry
from muster.people.models import DuplicatePair, Merge, Person
from muster.transfer.models import Batch
from tests.builders import NOON, make_person, make_private, make_unit, make_user

pytestmark = pytest.mark.web


@pytest.fixture
def first(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def nora(first):
    person = make_person("Nora Berg", unit=first, member_from=date(2015, 1, 1), email="nora@old.example", city="Salem")
    make_private(person, birth_date="1980-05-31")
    return person


@pytest.fixture
def twin(north):
    person = make_person("Nora Bergh", unit=make_unit("North 2", parent=north), email="nora@new.example", city="Salem")
    make_private(person, birth_date="1981-01-01")
    return person


@pytest.fixture
def pair(nora, twin):
    return DuplicatePair.objects.create(first=nora, second=twin, reason="same phone", found_at=NOON, batch_id=7)


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def send(client, user, name, *args, **data):
    client.force_login(user)
    return client.post(reverse(name, args=args), data)


def text(response):
    return response.content.decode()


def seen_on(response):
    return re.search('name="seen" value="([^"]+)"', text(response))[1]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_shows_whom_one_may_merge_in_constant_queries(
    number, client, erin, alice, charlie, dora, north, south, nora, django_assert_num_queries
):
    for place in range(number):
        found = make_person(f"Nora {place}", unit=north)
        DuplicatePair.objects.create(first=nora, second=found, reason="same name", found_at=NOON)
    stranger = make_person("Sven South", unit=south)
    DuplicatePair.objects.create(first=nora, second=stranger, reason="same name", found_at=NOON)
    assert page(client, alice, "merging:duplicate_list").status_code == 403
    assert page(client, charlie, "merging:duplicate_list").status_code == 403
    page(client, erin, "merging:duplicate_list")

    with django_assert_num_queries(11):
        response = client.get(reverse("merging:duplicate_list"))

    shown = re.findall(r'class="who"[^>]*>(Nora Berg and Nora \d)<', text(response))
    assert shown == [f"Nora Berg and Nora {place}" for place in range(number)]
    assert "Sven" not in text(response)
    assert "Sven" in text(page(client, dora, "merging:duplicate_list"))


def test_pages_of_the_list_go_on_and_back(client, erin, north, nora):
    people = [make_person(f"Nora {place:03}", unit=north) for place in range(51)]
    DuplicatePair.objects.bulk_create(
        DuplicatePair(first=nora, second=person, reason="same name", found_at=NOON) for person in people
    )

    def names(response):
        return re.findall(r"Nora \d{3}", text(response))

    first = page(client, erin, "merging:duplicate_list")
    following = client.get(re.search('rel="next" href="([^"]+)"', text(first))[1])
    back = client.get(re.search('rel="prev" href="([^"]+)"', text(following))[1])

    assert (names(first), names(following)) == ([str(p) for p in people[:50]], [str(people[50])])
    assert names(back) == names(first)


def test_an_empty_list_says_whether_the_unit_made_it_empty(client, dora, north, south, pair):
    response = page(client, dora, "merging:duplicate_list", unit=south.pk)
    assert "Nothing in this unit" in text(response)
    assert "There are 1 in other units you can see." in text(response)
    assert "Nora" in text(page(client, dora, "merging:duplicate_list", unit=north.pk))
    assert "Nothing to decide" in text(page(client, dora, "merging:duplicate_list", batch=8))
    assert "Nora" in text(page(client, dora, "merging:duplicate_list", batch=7))


def test_two_records_are_merged_and_parted_again(client, erin, alice, bob, charlie, nora, twin, pair):
    names = ("merging:duplicate_compare", nora.pk, twin.pk)
    statuses = [page(client, user, *names).status_code for user in (alice, bob, charlie)]
    assert statuses == [403, 403, 404]
    assert [send(client, user, *names).status_code for user in (alice, bob, charlie)] == [403, 403, 404]

    shown = page(client, erin, *names)
    assert "nora@old.example" in text(shown)
    assert "Their birth dates differ" in text(shown)
    assert sorted(Entry.objects.values_list("action", "target")) == sorted(
        (action, f"people.Person:{person.pk}")
        for action in ("people.contact.shown", "people.private.shown")
        for person in (nora, twin)
    )
    answer = send(client, erin, *names, seen=seen_on(shown), **{"field:email": "1", "field:family_name": "0"})

    assert answer["Location"] == reverse("people:person_detail", args=[nora.pk])
    kept = Person.objects.unscoped("test").get()
    assert (kept.pk, kept.email, kept.family_name) == (nora.pk, "nora@new.example", "Berg")
    undo = reverse("merging:merge_undo", args=[Merge.objects.get().pk])
    record = text(client.get(answer["Location"]))
    assert record.count(undo) == 2
    assert "Nora Bergh" in text(page(client, erin, "merging:duplicate_list", show="merged"))
    assert page(client, bob, "people:person_detail", twin.pk)["Location"] == answer["Location"]
    assert page(client, charlie, "people:person_detail", twin.pk).status_code == 404
    assert [
        send(client, user, "merging:merge_undo", Merge.objects.get().pk).status_code for user in (bob, charlie)
    ] == [
        404,
        404,
    ]

    back = send(client, erin, "merging:merge_undo", Merge.objects.get().pk)

    assert back["Location"] == reverse("merging:duplicate_compare", args=[nora.pk, twin.pk])
    assert sorted(Person.objects.unscoped("test").values_list("pk", "email")) == [
        (nora.pk, "nora@old.example"),
        (twin.pk, "nora@new.example"),
    ]
    assert DuplicatePair.objects.get() == pair


@pytest.mark.parametrize("chosen", ["0", "1"])
@pytest.mark.parametrize("where", ["nowhere", "elsewhere", "elsewhere, by an older version"])
def test_taking_a_merge_back_does_not_tell_of_somebody_elsewhere_who_got_the_account(
    where, chosen, client, erin, north, south, nora, twin
):
    """Both had an account; the registrar of South gives the one that was left over to somebody there, or tries to."""
    Role.objects.create(code="registrar", name="Registrar", permissions=["access.grant", "people.view"])
    Role.objects.create(code="guest", name="Guest", permissions=["people.view"])
    mine, theirs = make_user("nora", guest=south), make_user("twin", guest=south)
    owners = {nora.pk: mine.pk, twin.pk: theirs.pk}
    for person_id, user_id in owners.items():
        Person.objects.unscoped("test").filter(pk=person_id).update(user=user_id)
    names = ("merging:duplicate_compare", nora.pk, twin.pk)
    send(client, erin, *names, seen=seen_on(page(client, erin, *names)), **{"field:account": chosen})
    left = mine if chosen == "1" else theirs
    other = make_person("Sven Sand", unit=south)
    if where == "elsewhere":
        rita = make_user("rita", registrar=south)
        assert send(client, rita, "people:person_account", other.pk, email=left.email).status_code == 403
    elif where != "nowhere":
        Person.objects.unscoped("test").filter(pk=other.pk).update(user=left)

    back = send(client, erin, "merging:merge_undo", Merge.objects.get().pk)

    assert back["Location"] == reverse("merging:duplicate_compare", args=[nora.pk, twin.pk])
    assert "Taken back: two records again, as they were." in text(client.get(back["Location"]))
    here = dict(Person.objects.unscoped("test").filter(pk__in=owners).values_list("pk", "user_id"))
    if "older" in where:
        owners = {person_id: None if user_id == left.pk else user_id for person_id, user_id in owners.items()}
    assert here == owners


def test_an_account_left_over_is_free_when_the_merge_can_no_longer_be_taken_back(client, dora, nora, twin):
    mine, theirs = make_user("nora"), make_user("twin")
    for person, account in ((nora, mine), (twin, theirs)):
        Person.objects.unscoped("test").filter(pk=person.pk).update(user=account)
    names = ("merging:duplicate_compare", nora.pk, twin.pk)
    send(client, dora, *names, seen=seen_on(page(client, dora, *names)), **{"field:account": "0"})
    other = make_person("Nora Third")
    kept = text(send(client, dora, "people:person_account", other.pk, email=theirs.email))
    assert "That account is of a record that was merged, and is kept while that can be taken back." in kept
    Merge.objects.update(merged_at=timezone.now() - timedelta(days=31))
    assert send(client, dora, "people:person_account", other.pk, email=theirs.email).status_code == 302
    assert Person.objects.unscoped("test").get(pk=other.pk).user == theirs


def test_a_change_meanwhile_is_shown_and_choices_stay(client, erin, nora, twin):
    names = ("merging:duplicate_compare", nora.pk, twin.pk)
    seen = seen_on(page(client, erin, *names))
    make_private(twin, street="Elm 5")

    answer = text(send(client, erin, *names, seen=seen, **{"field:email": "1"}))

    assert "One of the records was changed since you opened this page." in answer
    assert '"field:email" value="1" checked' in answer
    assert Merge.objects.count() == 0
    assert "Nothing was merged" in text(page(client, erin, "merging:duplicate_list", show="merged"))


def test_what_one_may_not_see_is_not_on_the_page(client, north, nora, twin, pair):
    Role.objects.create(code="tidier", name="Tidier", permissions=["people.view", "people.merge", "units.view"])
    tim = make_user("tim", tidier=north)

    listed = text(page(client, tim, "merging:duplicate_list"))
    shown = text(page(client, tim, "merging:duplicate_compare", nora.pk, twin.pk))

    assert "Nora Bergh" in listed
    assert "same phone" not in listed
    assert [word for word in ("old.example", "new.example", "1980", "1981", "birth") if word in shown] == []
    assert "Some fields are not shown to you." in shown
    assert Entry.objects.count() == 0


def test_two_people_are_not_offered_again_until_that_is_taken_back(client, erin, alice, charlie, nora, twin, pair):
    names = ("merging:duplicate_apart", nora.pk, twin.pk)
    assert [send(client, user, *names).status_code for user in (alice, charlie)] == [403, 404]
    assert "Here twice?" in text(page(client, erin, "people:person_detail", nora.pk))
    assert "Here twice?" not in text(page(client, alice, "people:person_detail", nora.pk))

    assert send(client, erin, *names)["Location"] == reverse("merging:duplicate_list")

    assert "Here twice?" not in text(page(client, erin, "people:person_detail", nora.pk))
    assert "Nora" not in text(page(client, erin, "merging:duplicate_list")).partition("<main")[2]
    assert "Nora Berg and Nora Bergh" in text(page(client, erin, "merging:duplicate_list", show="apart"))
    assert "kept them apart" in text(page(client, erin, "merging:duplicate_compare", nora.pk, twin.pk))
    assert [send(client, user, "merging:pair_reopen", pair.pk).status_code for user in (alice, charlie)] == [404, 404]

    send(client, erin, "merging:pair_reopen", pair.pk)

    assert "Nora Berg and Nora Bergh" in text(page(client, erin, "merging:duplicate_list"))
    decided = Entry.objects.filter(action__startswith="people.pair.").order_by("pk").values_list("action", "target")
    assert list(decided) == [
        (f"people.pair.{what}", f"people.Person:{person.pk}")
        for what in ("parted", "reopened")
        for person in (nora, twin)
    ]


def test_another_record_is_chosen_by_hand(client, erin, charlie, north, south, nora, twin):
    same = make_person("Nora Berg", unit=north)
    make_person("Nora Berg", unit=south, city="Far South")
    apart = make_person("Nora Berg", unit=north, city="Told Apart")
    send(client, erin, "merging:duplicate_apart", nora.pk, apart.pk)
    client.get("/")
    assert page(client, charlie, "merging:merge_with", nora.pk).status_code == 404

    offered = text(page(client, erin, "merging:merge_with", nora.pk))
    found = text(page(client, erin, "merging:merge_with", nora.pk, q="bergh"))

    def compare(person):
        return reverse("merging:duplicate_compare", args=[nora.pk, person.pk])

    assert compare(same) in offered
    assert "the same name" in offered
    assert [word for word in ("Far South", "Told Apart", compare(nora)) if word in offered] == []
    assert compare(twin) in found
    assert reverse("merging:merge_with", args=[nora.pk]) in text(page(client, erin, "people:person_detail", nora.pk))


def test_the_result_of_an_import_leads_to_the_pairs_it_found(client, erin, nora, twin, pair):
    people = {"created": 2, "updated": 0, "unchanged": 0, "rejected": 0}
    batch = Batch.objects.create(
        name="list.csv", source="list", started_by=erin, created_at=NOON, published_at=NOON, state="DONE",
        result={"people": people, "possible_duplicates": 1},
    )  # fmt: skip
    DuplicatePair.objects.update(batch_id=batch.pk)

    result = text(page(client, erin, "transfer:import_show", batch.pk))

    address = reverse("merging:duplicate_list", query={"batch": batch.pk})
    assert f'href="{address}"' in result
    assert "Nora Berg and Nora Bergh" in text(client.get(address))
