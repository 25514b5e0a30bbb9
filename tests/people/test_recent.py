from datetime import date, timedelta

import pytest

from muster.people.queries import recent
from muster.people.queries.recent import Change, News
from tests.builders import TODAY, make_person, make_standing, make_unit

pytestmark = pytest.mark.db

SINCE = TODAY - timedelta(days=30)


def days_ago(number: int) -> date:
    return TODAY - timedelta(days=number)


@pytest.fixture
def news(north, south):
    """What happened in North and, at the same time, in South."""
    branch = make_unit("Harbour", parent=north)
    nora = make_person("Nora Berg", unit=branch, member_from=days_ago(3))
    make_standing(nora, "applicant", from_on=days_ago(20), to_on=days_ago(3))
    olav = make_person("Olav Dahl", unit=north, member_from=date(2010, 1, 1), member_to=days_ago(3))
    stays = make_person("Per Eng", unit=north, member_from=date(2010, 1, 1), member_to=days_ago(5))
    make_standing(stays, from_on=days_ago(5))
    make_person("Long Ago", unit=north, member_from=days_ago(31))
    make_person("Not Yet", unit=north, member_from=TODAY + timedelta(days=1))
    make_person("Sven South", unit=south, member_from=days_ago(2))
    expected = [
        Change(nora.pk, "Nora Berg", News.JOINED, days_ago(3)),
        Change(olav.pk, "Olav Dahl", News.LEFT, days_ago(3)),
        Change(nora.pk, "Nora Berg", News.APPLIED, days_ago(20)),
    ]
    return branch, expected


def test_what_is_new_is_who_joined_left_and_asked(alice, actor_of, news, django_assert_num_queries):
    actor = actor_of(alice)
    with django_assert_num_queries(2):
        found = recent.changes(actor, since=SINCE)

    assert found == news[1]
    assert recent.changes(actor, since=SINCE, limit=2) == news[1][:2]


def test_what_is_new_in_one_unit(alice, charlie, actor_of, news):
    branch, expected = news

    assert recent.changes(actor_of(alice).standing_in(branch.pk), since=SINCE) == [expected[0], expected[2]]
    assert recent.changes(actor_of(charlie).standing_in(branch.pk), since=SINCE) == []
