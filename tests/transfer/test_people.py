import csv

import pytest

from muster.people.models import DuplicatePair, Person, PersonExternalId
from muster.transfer import services
from muster.transfer.demo.folder import write_folder
from muster.transfer.demo.sheet import write_import_sheet
from tests.builders import NOON, TODAY, make_person, make_private
from tests.transfer.helpers import SYSTEM, counts, dump, preview, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def names():
    return sorted(Person.objects.unscoped("test").values_list("given_name", "family_name"))


def sheet(tmp_path, text, name="sheet"):
    return write_files(tmp_path, **{name: text}) / f"{name}.csv"


def test_twelve_thousand_rows_that_share_addresses(organisation, tmp_path):
    path = tmp_path / "list.csv"
    shared = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["First Name", "Last Name", "Email", "Phone"])
        for number in range(12_000):
            household = number // 2 if number < 6_000 else number
            shared += number < 6_000
            writer.writerow([f"Given{number}", f"Family{household}", f"home{household}@example.org", ""])
    batch = publish(path)
    assert counts(batch) == {"people": (12_000, 0, 0, 0)}
    assert len(names()) == 12_000
    # One of each pair comes second; it is the one that shares.
    assert batch.result["possible_duplicates"] == shared // 2 == DuplicatePair.objects.count()
    assert batch.result["warnings"] == [
        "3,000 new people share an e-mail address or phone number with somebody else. They are kept apart and offered as"
        " possible duplicates."
    ]
    assert counts(publish(path)) == {"people": (0, 0, 12_000, 0)}
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert names() == []


@pytest.mark.parametrize(
    ("row", "matches"),
    [
        ("Ana,Lopez,1990-05-01,,", True),
        ("ANA,López,1990-05-01,other@example.org,", True),
        ("Ana,Lopez,,ana@example.org,", True),
        ("Ana,Lopez,,,+13125550123", True),
        ("Ana,Lopez,1990,ANA@example.org,", True),
        ("Ana,Lopez,1990,,", False),
        ("Ana,Lopez,,,", False),
        ("Ana,Lopez,1991-05-01,ana@example.org,+13125550123", False),
        ("Ana Maria,Lopez,1990-05-01,ana@example.org,+13125550123", False),
        ("Bea,Lopez,,ana@example.org,+13125550123", False),
    ],
)
def test_who_is_the_same_person(organisation, tmp_path, row, matches):
    email, phone = "ana@example.org", "+13125550123"
    ana = make_person("Ana Lopez", email=email, email_key=email, phone=phone, phone_e164=phone)
    make_private(ana, birth_date="1990-05-01")
    path = sheet(tmp_path, f"First Name,Last Name,Date of Birth,Email,Phone\n{row}")
    publish(path)
    assert Person.objects.unscoped("test").count() == (1 if matches else 2)
    # Once more, however it was decided: nobody is added, unless the row has nothing but a name to tell by.
    assert publish(path).result["people"]["created"] == int(row in ("Ana,Lopez,1990,,", "Ana,Lopez,,,"))


def test_two_who_may_be_meant_are_offered_not_merged(organisation, tmp_path):
    for _ in range(2):
        make_person("Ana Lopez", email="ana@example.org", email_key="ana@example.org")
    batch = publish(sheet(tmp_path, "First Name,Last Name,Email\nAna,Lopez,ana@example.org"))
    assert counts(batch) == {"people": (1, 0, 0, 0)}
    assert sorted(DuplicatePair.objects.values_list("reason", flat=True)) == ["same name", "same name"]


def test_rows_of_one_person_in_a_sheet_are_put_together(organisation, tmp_path):
    text = """First Name,Last Name,Email,Phone,City
        Ana,Lopez,ana@example.org,,Oslo
        Bo,Ek,,,
        Ana,Lopez,ana@example.org,312 555 0123,
        ana,lopez,,312 555 0123,Bergen"""
    batch = publish(sheet(tmp_path, text))
    assert counts(batch) == {"people": (2, 0, 2, 0)}
    ana = Person.objects.unscoped("test").get(given_name__iexact="ana")
    assert (ana.email, ana.phone_e164, ana.city) == ("ana@example.org", "+13125550123", "Bergen")


def test_ids_of_the_sending_system_tell_people_apart_and_find_them_again(organisation, tmp_path):
    text = "person,given_name,family_name,email\nP1,Ana,Lopez,ana@example.org\nP2,Ana,Lopez,ana@example.org"
    assert counts(publish(write_files(tmp_path / "one", people=text))) == {"people": (2, 0, 0, 0)}
    renamed = "person,given_name,family_name,city\nP1,Anna,,Oslo\nP2,Ana,Lopez,"
    batch = publish(write_files(tmp_path / "two", people=renamed))
    assert counts(batch) == {"people": (0, 1, 1, 0)}
    assert batch.result["changed_fields"] == {"people": {"given_name": 1, "city": 1}}
    anna = Person.objects.unscoped("test").get(given_name="Anna")
    assert (anna.family_name, anna.name_key, anna.email, anna.version) == ("Lopez", "anna lopez", "ana@example.org", 2)


def test_another_system_adds_its_id(organisation, tmp_path):
    publish(write_files(tmp_path / "one", people="person,given_name,family_name,email\nP1,Ana,Lopez,ana@example.org"))
    other = sheet(tmp_path, "person,given_name,family_name,email\n77,Ana,Lopez,ana@example.org", "zetkin")
    assert counts(publish(other, source="zetkin")) == {"people": (0, 1, 0, 0)}
    assert counts(publish(other, source="zetkin")) == {"people": (0, 0, 1, 0)}
    ids = PersonExternalId.objects.unscoped("test").order_by("source").values_list("source", "value")
    assert list(ids) == [("folder", "P1"), ("zetkin", "77")]


def test_planted_duplicates_are_found(tmp_path):
    write_folder(tmp_path / "demo", people=3000, until=TODAY)
    publish(tmp_path / "demo")
    path = tmp_path / "sheet.csv"
    summary = write_import_sheet(path, folder=tmp_path / "demo", people=4000, seed=5, planted_duplicates=0.2)
    with summary.truth.open(newline="", encoding="utf-8") as file:
        truth = {row["person"] for row in csv.DictReader(file)}
    before = dump()["people_person"]
    batch = publish(path)
    ids = dict(PersonExternalId.objects.unscoped("test").values_list("person_id", "value"))
    matched = batch.result["people"]["unchanged"] + batch.result["people"]["updated"]
    strong = DuplicatePair.objects.filter(batch_id=batch.pk, reason__in=["same name", "nearly the same name"])
    offered = {ids.get(first) for first in strong.values_list("first_id", flat=True)}
    found = matched + len(offered & truth)
    assert found >= 0.99 * len(truth)
    assert len(offered - truth) <= 0.02 * found
    assert matched <= len(truth)
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump()["people_person"] == before


def test_a_preview_stores_nothing(organisation, tmp_path):
    before = dump()
    batch = preview(sheet(tmp_path, "First Name,Last Name\nAna,Lopez"))
    assert (batch.state, counts(batch)) == ("PREVIEW", {"people": (1, 0, 0, 0)})
    services.cancel_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before
