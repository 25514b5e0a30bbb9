"""Pages of the places of other countries: for administrators of the whole organisation alone; stored, and taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from muster.units.models import PlaceChange
from muster.web.places import forms
from muster.workflows import places
from tests.builders import NOON, make_inquiry, make_user
from tests.matrix.asking import readable
from tests.units.test_place_files import CITIES, POSTS
from tests.workflows.test_places import BRITAIN, GERMANY, SYSTEM

pytestmark = [pytest.mark.web, pytest.mark.django_db]
LIST = "/settings/places/"


def send(client, user, text, name="DE.txt", **typed):
    client.force_login(user)
    return client.post(LIST, {"file": SimpleUploadedFile(name, text.encode()), **typed})


def change():
    return PlaceChange.objects.latest("pk")


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_whoever_may_not_change_settings_sees_no_places(who, request, client, north, tmp_path):
    path = tmp_path / "DE.txt"
    path.write_text(POSTS)
    read = places.read_files(SYSTEM, [path], country="", scratch=tmp_path)
    asked = places.propose(actor=SYSTEM, name="DE.txt", read=read, now=NOON)
    user = request.getfixturevalue(who)
    client.force_login(user)
    assert [client.get(path).status_code for path in (LIST, f"{LIST}changes/{asked}/")] == [403, 403]
    assert send(client, user, POSTS).status_code == 403
    for step in ("store", "drop", "undo"):
        assert client.post(f"{LIST}changes/{asked}/{step}/").status_code == 403
    assert client.post(f"{LIST}remove/", {"country": "DE"}).status_code == 403
    assert [one.pk for one in PlaceChange.objects.all()] == [asked]
    assert change().stored_at is None


def test_an_administrator_of_a_part_sees_no_places(client, north):
    client.force_login(make_user("nora", administrator=north))
    assert client.get(LIST).status_code == 403


def test_settings_lead_to_an_empty_page_that_says_what_holds(client, dora):
    client.force_login(dora)
    assert f'href="{LIST}"' in client.get("/settings/").content.decode()
    text = readable(client.get(LIST))
    assert "Addresses in other countries are found by their city alone, if it is large enough." in text


def test_a_file_is_shown_stored_and_taken_back(client, dora, north):
    make_inquiry(postcode="80331", country="DE")
    answer = send(
        client, dora, POSTS, cities=SimpleUploadedFile("cities500.txt", CITIES.encode()), country="Deutschland"
    )
    page = f"{LIST}changes/{change().pk}/"
    assert (answer.status_code, answer["Location"]) == (302, page)
    text = readable(client.get(page))
    assert "This moves 0 people and 1 inquiry" in text
    assert "1,260,391 people" in text
    assert change().stored_at is None

    client.post(f"{page}store/")
    assert "This moved 0 people and 1 inquiry" in readable(client.get(page))
    listed = readable(client.get(LIST))
    assert "Germany" in listed
    assert "with counties" in listed
    # Twice is once.
    client.post(f"{page}store/")
    assert "Somebody has done this already" in readable(client.get(page))

    client.post(f"{page}undo/")
    assert "This was taken back" in readable(client.get(page))
    assert "Addresses in other countries" in readable(client.get(LIST))


def test_a_country_is_taken_away(client, dora):
    send(client, dora, BRITAIN)
    client.post(f"{LIST}changes/{change().pk}/store/")
    answer = client.post(f"{LIST}remove/", {"country": "GB"})
    assert "United Kingdom goes" in readable(client.get(answer["Location"]))
    client.post(f"{answer['Location']}store/")
    assert "Addresses in other countries" in readable(client.get(LIST))
    client.post(f"{LIST}remove/", {"country": "GB"})
    assert "No places of this country were uploaded." in readable(client.get(LIST))


def test_what_was_proposed_is_dropped(client, dora):
    send(client, dora, POSTS)
    page = f"{LIST}changes/{change().pk}/"
    assert client.post(f"{page}drop/")["Location"] == LIST
    assert client.get(page).status_code == 404
    assert client.post(f"{page}drop/").status_code == 302


def test_rows_that_are_left_out_stand_on_the_page(client, dora):
    send(client, dora, "PLZ,Ort,lat,lon\n01067,Dresden,51,13\n01069,Dresden,north,13\n", name="list.csv", country="DE")
    text = readable(client.get(f"{LIST}changes/{change().pk}/"))
    assert "Row 3, lat" in text
    assert "This is no number of degrees from -90 to 90." in text
    assert "Germany: no inhabitants are given, so the cities that come with Muster stay in use." in text


@pytest.mark.parametrize(
    ("text", "typed", "says"),
    [
        ("postcode,city\n01067,Dresden\n", {}, "This is no list of places."),
        ("PLZ,lat,lon\n01067,51,13\n", {}, "It does not say of which country its places are."),
        ("PLZ,lat,lon\n01067,51,13\n", {"country": "Atlantis"}, "This country is not known."),
        ("PLZ,lat,lon\n01067,51,13\n", {"country": "us"}, "The places of the United States come with Muster"),
        ("PLZ,lat,lon\n01067,x,13\n", {"country": "DE"}, "No row of it can be taken. places.csv, row 2, column lat"),
        ("", {}, "The file is empty."),
    ],
)
def test_what_cannot_be_taken_is_said_at_the_field(text, typed, says, client, dora):
    answer = send(client, dora, text, name="list.csv", **typed)
    assert answer.status_code == 200
    assert says in readable(answer)
    assert not PlaceChange.objects.exists()


def test_what_is_wrong_with_the_second_file_is_said_there(client, dora):
    answer = send(client, dora, POSTS, cities=SimpleUploadedFile("list.csv", b"a,b\n1,2\n"))
    assert 'href="#id_cities"' in answer.content.decode()
    assert "This is no list of places." in readable(answer)


def test_a_file_that_is_too_large_is_refused(client, dora, monkeypatch):
    monkeypatch.setattr(forms, "MOST_BYTES", 10)
    assert "This is larger than" in readable(send(client, dora, POSTS))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_there_are(count, client, dora, django_assert_num_queries):
    for code in ("DE", "SE", "FR")[:count]:
        send(client, dora, GERMANY, country=code)
        client.post(f"{LIST}changes/{change().pk}/store/")
    client.get(LIST)
    with django_assert_num_queries(8):
        text = readable(client.get(LIST))
    assert text.count("since ") == count
