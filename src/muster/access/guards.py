"""
What is asked at which address besides being signed in and allowed: in one table, so that it can be read and tested as a whole.

`limit` names one of `limits.LIMITS`. `step_up` says when one has to show again that it is oneself (see `accounts.step_up`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NEVER: frozenset[str] = frozenset()
CHANGING = frozenset({"POST"})
ALWAYS = frozenset({"GET", "HEAD", "POST"})


@dataclass(frozen=True, slots=True)
class Guard:
    """
    :ivar step_up: methods that ask for a fresh password or second factor
    :ivar is_file: the answer to a GET is a file
    :ivar keep: False where what is typed is itself a secret
    """

    limit: str = ""
    step_up: frozenset[str] = NEVER
    is_file: bool = False
    keep: bool = True


_CHANGE = Guard(step_up=CHANGING)

GUARDS: Mapping[str, Guard] = MappingProxyType(
    {
        "web:search": Guard(limit="search"),
        "web:palette": Guard(limit="search"),
        "people:person_list": Guard(limit="search"),
        "people:person_ask": Guard(limit="search"),
        "people:person_detail": Guard(limit="look"),
        "people:person_history": Guard(limit="look"),
        "people:person_who": Guard(limit="look"),
        "merging:merge_with": Guard(limit="search"),
        "merging:duplicate_compare": Guard(limit="look"),
        "contacts:inquiry_list": Guard(limit="search"),
        "contacts:inquiry_assign": Guard(limit="look"),
        "contacts:inquiry_detail": Guard(limit="look"),
        "contacts:letter_raw": Guard(limit="contact"),
        "contacts:inquiry_contact": Guard(limit="contact"),
        "contacts:follow_up_list": Guard(limit="search"),
        "contacts:contact_detail": Guard(limit="look"),
        "contacts:application_list": Guard(limit="search"),
        "figures:contact_figures": Guard(limit="search"),
        "figures:contact_figures_file": Guard(limit="search"),
        "contacts:welcome_list": Guard(limit="search"),
        "contacts:application_edit": Guard(limit="look"),
        "contacts:application_accept": Guard(limit="look"),
        "contacts:claim_list": Guard(limit="search"),
        "contacts:claim_people": Guard(limit="search"),
        "contacts:claim_try": Guard(limit="search"),
        "mailings:mailing_create": Guard(limit="search"),
        "mailings:mailing_edit": Guard(limit="search"),
        "mailings:mailing_detail": Guard(limit="search"),
        "mailings:mailing_send": _CHANGE,
        "mailings:mailing_test": Guard(limit="letter"),
        "people:contact_show": Guard(limit="contact"),
        "people:private_show": Guard(limit="contact"),
        "people:person_export": Guard(limit="export", step_up=ALWAYS, is_file=True),
        "releases:release_allow": _CHANGE,
        "releases:release_refuse": _CHANGE,
        "transfer:import_rejected": Guard(limit="export"),
        "reports:balance_sheet_file": Guard(limit="paper"),
        "reports:behind": Guard(limit="search"),
        "reports:behind_file": Guard(limit="export", step_up=ALWAYS, is_file=True),
        "trace:entry_list": Guard(limit="search"),
        "trace:entry_file": Guard(limit="export", step_up=ALWAYS, is_file=True),
        "web:own_record_file": Guard(limit="export", step_up=ALWAYS, is_file=True),
        "web:person_erase": _CHANGE,
        "web:session_end": _CHANGE,
        "web:session_end_others": _CHANGE,
        "access:grant_create": _CHANGE,
        "access:grant_end": _CHANGE,
        "access:password_link": _CHANGE,
        "access:factor_reset": _CHANGE,
        "access:sign_ins_end": _CHANGE,
        "roles:role_create": _CHANGE,
        "roles:role_edit": _CHANGE,
        "roles:role_reset": _CHANGE,
        "roles:role_remove": _CHANGE,
        "roles:office_list": _CHANGE,
        "roles:office_remove": _CHANGE,
        "roles:office_confirm": _CHANGE,
        "people:person_account": _CHANGE,
        "people:account_unlink": _CHANGE,
        "people:account_sign_out": _CHANGE,
        "people:office_confirm": _CHANGE,
        "kinds:kind_create": _CHANGE,
        "kinds:kind_edit": _CHANGE,
        "places:change_store": _CHANGE,
        "places:change_undo": _CHANGE,
        "web:settings": _CHANGE,
        "web:own_field_list": _CHANGE,
        "web:own_field_rename": _CHANGE,
        "web:own_field_remove": _CHANGE,
        # Changing a password asks for the old one by itself.
        "account_set_password": Guard(step_up=ALWAYS, keep=False),
    }
)

# What an officer who has yet to set up a second factor can reach: setting it up, and leaving.
WITHOUT_SECOND_FACTOR = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
    }
)
