import pytest

from tests.backup.places import Place, create_database, drop_database


@pytest.fixture
def new_place(tmp_path):
    """`new_place("home")`: a home that is not there yet and an empty database."""
    urls = []

    def make(name):
        urls.append(create_database())
        return Place(tmp_path / name / "home", urls[-1])

    yield make
    for url in urls:
        drop_database(url)


@pytest.fixture
def place(new_place):
    """A small installation."""
    return new_place("first").fill()
