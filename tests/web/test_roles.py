"""The pages on which an administrator makes and changes roles."""

import re

import pytest
from django.urls import reverse

from muster.access.models import Role
from tests.builders import make_user

pytestmark = pytest.mark.web


def text_of(response):
    return response.content.decode()


def boxes(html):
    """permission → (ticked, may be changed)"""
    found = re.findall(r'name="permissions" value="([\w.]+)"( checked)?( disabled)?', html)
    return {code: (bool(ticked), not disabled) for code, ticked, disabled in found}


def edit(code):
    return reverse("roles:role_edit", args=[Role.objects.get(code=code).pk])


def test_an_administrator_copies_changes_and_takes_out_a_role(client, dora, bob, north):
    client.force_login(dora)
    viewer = Role.objects.get(code="unit_viewer")
    like = reverse("roles:role_create", query={"like": viewer.pk})
    copy = text_of(client.get(like))
    assert 'value="Copy of Unit viewer"' in copy
    assert {code for code, (ticked, _) in boxes(copy).items() if ticked} == set(viewer.permissions)
    client.post(like, {"name": "Phone bank", "permissions": ["people.view", "people.contact"]})
    assert Role.objects.get(code="phone-bank").permissions == ["people.view", "people.contact"]

    seen = " ".join(viewer.permissions)
    client.post(edit("unit_viewer"), {"name": "Looker", "permissions": ["units.view"], "seen": seen})
    stale = text_of(client.post(edit("unit_viewer"), {"name": "Later", "permissions": [], "seen": seen}))
    assert "Somebody else changed this role" in stale
    client.force_login(bob)
    assert client.get(reverse("people:person_list")).status_code == 403

    client.force_login(dora)
    client.post(reverse("roles:role_reset", args=[viewer.pk]))
    client.post(reverse("roles:role_remove", args=[Role.objects.get(code="phone-bank").pk]))
    used = text_of(client.post(reverse("roles:role_remove", args=[viewer.pk]), follow=True))
    assert "comes with Muster and stays" in used
    assert not Role.objects.filter(code="phone-bank").exists()
    viewer.refresh_from_db()
    assert (viewer.name, " ".join(viewer.permissions)) == ("Unit viewer", seen)


def test_what_one_does_not_hold_one_can_neither_tick_nor_take_out(client, organisation, dora):
    Role.objects.create(code="registrar", name="Registrar", permissions=["access.grant", "people.view"])
    client.force_login(make_user("rita", registrar=organisation))
    shown = boxes(text_of(client.get(edit("unit_viewer"))))
    assert {code for code, (_, free) in shown.items() if free} == {"access.grant", "people.view"}
    viewer = Role.objects.get(code="unit_viewer")
    sent = {"name": "Mine", "permissions": ["people.private"], "seen": " ".join(viewer.permissions)}
    client.post(edit("unit_viewer"), sent)
    viewer.refresh_from_db()
    assert (viewer.name, viewer.permissions) == ("Mine", ["units.view", "planning.view", "reports.view"])


def test_others_read_what_roles_give_and_change_nothing(client, alice, dora):
    client.force_login(alice)
    page = text_of(client.get(reverse("roles:role_list")))
    assert "Unit organiser" in page
    assert "account has" not in page
    assert "/access/roles/new/" not in page
    client.force_login(dora)
    assert "1 account has it now." in text_of(client.get(reverse("roles:role_list")))
