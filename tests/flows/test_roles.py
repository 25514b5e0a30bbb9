"""Roles in a browser: making one, letting an office give it, linking an account; and every page about it looks right."""

from datetime import date

import pytest
from django.urls import reverse

from muster.access.models import Grant, Role
from tests.builders import make_office, make_person, make_unit

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


def test_a_role_comes_with_an_office(open_page, looks_right, alice, dora, north):
    branch = make_unit("The Branch of All Workers of the Northern Harbours and Islands", parent=north)
    nora = make_person("Nora Berg", unit=branch, member_from=date(2020, 1, 1))
    make_office(nora, branch, "education organiser")
    page = open_page(dora, reverse("people:person_account", args=[nora.pk]), width=390)
    page.get_by_label("E-mail of the account").fill("nora@example.org")
    page.get_by_role("button", name="Link the account").click()
    page.get_by_label("Link", exact=True).wait_for()
    page.goto(reverse("roles:office_list"))
    page.get_by_label("Office").fill("Education organiser")
    page.get_by_label("Role").select_option("Unit viewer")
    page.get_by_role("button", name="Let it give the role").click()
    page.get_by_text("1 office waits for your word").wait_for()
    looks_right(dora, reverse("roles:office_list"), "office-list")
    looks_right(dora, reverse("people:person_account", args=[nora.pk]), "account-waiting")
    page.get_by_role("button", name="Give the role : Nora Berg").click()
    page.get_by_text("holds as long as the office does").wait_for()

    user = Grant.objects.get(office="education organiser").user
    looks_right(user, reverse("web:me_who"), "me-who")
    looks_right(dora, reverse("people:person_account", args=[nora.pk]), "account")
    looks_right(dora, reverse("access:grant_list"), "grant-list")
    looks_right(dora, reverse("people:person_account", args=[make_person("Di", unit=branch).pk]), "account-none")
