"""How the trace calls whoever acted: it is never changed, so it must not hold what an erasure would have to reach."""

import pytest

from muster.access import signals
from muster.access.services import grants
from muster.accounts.models import User
from muster.audit.models import Entry
from tests.builders import NOON, TODAY, make_user

pytestmark = pytest.mark.db


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Dora Day", "Dora Day"),
        ("", "account {pk}"),
        ("dora@example.org", "account {pk}"),
        ("system:nightly", "account {pk}"),
    ],
)
def test_by_name_or_number_never_by_address(name, called, organisation, actor_of):
    dora = make_user("dora", administrator=organisation)
    User.objects.filter(pk=dora.pk).update(name=name)
    dora.refresh_from_db()

    grants.grant_role(
        actor=actor_of(dora),
        user_id=make_user("new").pk,
        role_code="unit_viewer",
        unit_id=organisation.pk,
        from_on=TODAY,
        now=NOON,
    )
    signals.on_password(user=dora)

    assert set(Entry.objects.values_list("action", "actor_label")) == {
        ("access.role.granted", called.format(pk=dora.pk)),
        ("accounts.password.changed", called.format(pk=dora.pk)),
    }
    # The seal of an entry is bytes, any byte among them.
    assert not [row for row in Entry.objects.values("actor_label", "target", "details") if "@" in str(row)]


@pytest.mark.web
def test_who_takes_another_s_name_says_so_under_the_old_one(client, alice, dora):
    client.force_login(alice)
    for name in ("dora", "dora", "alice"):
        client.post("/me/", {"name": name})
    assert list(Entry.objects.order_by("pk").values_list("user_id", "actor_label", "action", "target")) == [
        (alice.pk, "alice", "accounts.name.changed", f"accounts.User:{alice.pk}"),
        (alice.pk, "dora", "accounts.name.changed", f"accounts.User:{alice.pk}"),
    ]
