"""Roles in a browser: an administrator makes one, and every page about roles looks right."""

import pytest
from django.urls import reverse

from muster.access.models import Role

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_an_administrator_makes_a_role(open_page, looks_right, dora, bob):
    viewer = Role.objects.get(code="unit_viewer")
    edit = reverse("roles:role_edit", args=[viewer.pk])
    page = open_page(dora, edit, width=390)
    page.get_by_role("link", name="Copy it").click()
    page.get_by_label("Name").fill("Phone bank")
    page.get_by_label("See phone and e-mail").check()
    page.get_by_role("button", name="Make it").click()
    page.get_by_text("Phone bank can be given now.").wait_for()
    assert Role.objects.get(code="phone-bank").permissions == [
        *viewer.permissions[:2],
        "people.contact",
        *viewer.permissions[2:],
    ]

    looks_right(dora, edit, "role-edit")
    looks_right(dora, reverse("roles:role_list"), "role-list")
