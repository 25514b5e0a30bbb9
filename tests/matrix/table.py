"""
Every address of the site, and the lowest role that gets an answer there. Add a row for each address you add.

    "units:unit_edit": Row(get="officer", post="officer", args=("unit",)),

says: an officer of North and above get the form (200) and, for an empty POST, the form with its errors (200); whoever sees the
unit but may do less is told so (403); for whoever does not see it, it is not there (404); nobody signed in: to the sign-in page.
"""

from dataclasses import dataclass, field

from tests.matrix.world import ROLES

RANK = {role: rank for rank, role in enumerate(ROLES) if role != "foreign"} | {
    "foreign": list(ROLES).index("organiser")
}


@dataclass(frozen=True)
class Row:
    """
    :ivar get: lowest role whose GET is answered; None: the address takes no GET (405)
    :ivar post: the same for a POST
    :ivar args: what the address takes, by the names of `World.ids` (all of North, so a foreigner finds nothing)
    :ivar sees: with `args`, lowest role that may know it is there; below it 404, else 403; "member": part of no unit
    :ivar got, posted: status of an answered GET, and of an answered POST of `data`
    :ivar query, data: what is sent
    :ivar tells: text fields that this page shows to whoever gets an answer, whatever else they may see
    :ivar exactly: role → (GET, POST) where the rule above does not hold (sign-in pages)
    """

    get: str | None = "member"
    post: str | None = None
    args: tuple[str, ...] = ()
    sees: str = "viewer"
    got: int = 200
    posted: int = 200
    query: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    tells: tuple[str, ...] = ()
    exactly: dict[str, tuple[int, int]] = field(default_factory=dict)

    def expected(self, role: str, method: str) -> int:
        """Return the status this role must get."""
        if role in self.exactly:
            return self.exactly[role][method == "POST"]
        lowest, answered = (self.get, self.got) if method == "GET" else (self.post, self.posted)
        if role == "anonymous":
            return 302
        if lowest is None:
            return 405
        if self.args and self.sees != "member" and (role == "foreign" or RANK[role] < RANK[self.sees]):
            return 404
        return answered if RANK[role] >= RANK[lowest] else 403


def for_guests(get: int, post: int, *, signed_in: tuple[int, int]) -> Row:
    """A page of sign-in: one answer for nobody, another for everybody else."""
    return Row(exactly=dict.fromkeys(ROLES, signed_in) | {"anonymous": (get, post)})


def _nobodys(get: int, post: int) -> dict[str, tuple[int, int]]:
    """Something of a user who is none of these: one answer for whoever is signed in."""
    return {role: (get, post) for role in ROLES if role != "anonymous"}


# Not about one thing of North: everybody gets it of their own part.
OWN_PART = {"member": (403, 405), "foreign": (200, 405)}

# A passkey of nobody here.
NOT_MINE = Row(args=("passkey",), exactly={role: (302, 302) if role == "anonymous" else (404, 404) for role in ROLES})

# Who may not take anything of the kind out is told so, wherever they stand.
_TAKERS = dict.fromkeys(("member", "viewer", "organiser", "officer", "foreign"), (403, 405))

TABLE: dict[str, Row] = {
    "access:grant_create": Row("administrator", "administrator"),
    "access:grant_end": Row(None, "administrator", ("grant",), sees="administrator", posted=302),
    "access:factor_reset": Row(
        "administrator", "administrator", ("grant",), sees="administrator", posted=302, tells=("accounts.User.name",)
    ),
    "access:grant_list": Row("administrator"),
    "access:password_link": Row(None, "administrator", ("grant",), sees="administrator"),
    "access:sign_ins_end": Row(None, "administrator", ("grant",), sees="administrator", posted=302),
    "account_login": for_guests(200, 200, signed_in=(302, 302)),
    "account_logout": for_guests(302, 302, signed_in=(200, 302)),
    "account_inactive": for_guests(200, 405, signed_in=(200, 405)),
    "account_change_password": for_guests(302, 302, signed_in=(302, 302)),
    "account_set_password": for_guests(302, 302, signed_in=(200, 200)),
    "account_reset_password": for_guests(200, 200, signed_in=(200, 200)),
    "account_reset_password_done": for_guests(200, 405, signed_in=(200, 405)),
    "account_reset_password_from_key": for_guests(200, 200, signed_in=(200, 200)),
    "account_reset_password_from_key_done": for_guests(200, 405, signed_in=(200, 405)),
    "account_reauthenticate": for_guests(302, 302, signed_in=(403, 403)),
    "mfa_index": for_guests(302, 302, signed_in=(200, 405)),
    "mfa_authenticate": for_guests(302, 302, signed_in=(302, 302)),
    "mfa_reauthenticate": for_guests(302, 302, signed_in=(403, 403)),
    "mfa_activate_totp": for_guests(302, 302, signed_in=(200, 200)),
    "mfa_deactivate_totp": for_guests(302, 302, signed_in=(404, 404)),
    "mfa_view_recovery_codes": for_guests(302, 302, signed_in=(404, 405)),
    "mfa_generate_recovery_codes": for_guests(302, 302, signed_in=(200, 200)),
    "mfa_download_recovery_codes": for_guests(302, 302, signed_in=(404, 404)),
    "mfa_list_webauthn": for_guests(302, 302, signed_in=(302, 302)),
    "mfa_add_webauthn": for_guests(302, 302, signed_in=(200, 200)),
    "mfa_reauthenticate_webauthn": for_guests(302, 302, signed_in=(403, 403)),
    "mfa_login_webauthn": for_guests(302, 302, signed_in=(302, 302)),
    "mfa_remove_webauthn": NOT_MINE,
    "mfa_edit_webauthn": NOT_MINE,
    "contacts:inquiry_list": Row("organiser"),
    "contacts:inquiry_assign": Row("organiser", "organiser", ("inquiry",), sees="organiser"),
    "contacts:inquiry_contact": Row(None, "organiser", ("inquiry",), sees="organiser"),
    "contacts:change_drop": Row(None, "officer", ("claim_change",), sees="member", posted=302),
    "contacts:change_list": Row("officer", "officer"),
    "contacts:change_show": Row("officer", None, ("claim_change",), sees="member"),
    "contacts:change_store": Row(None, "officer", ("claim_change",), sees="member", posted=302),
    "contacts:change_undo": Row(None, "officer", ("claim_change",), sees="member", posted=302),
    "contacts:claim_create": Row("officer", "officer"),
    "contacts:claim_list": Row("organiser"),
    "contacts:claim_people": Row("organiser"),
    "contacts:claim_remove": Row(None, "officer", ("claim",), sees="organiser", posted=302),
    "contacts:claim_try": Row("organiser"),
    "contacts:inquiry_back": Row(None, "organiser", ("inquiry", "unit"), sees="organiser", posted=302),
    "contacts:inquiry_detail": Row("organiser", "organiser", ("inquiry",), sees="organiser"),
    "contacts:letter_raw": Row(None, "administrator", ("inquiry", "inquiry_letter"), sees="organiser"),
    "contacts:inquiry_spam": Row(None, "organiser", ("inquiry",), sees="organiser", posted=302),
    "contacts:inquiry_no_spam": Row(None, "organiser", ("inquiry",), sees="organiser", posted=302),
    "contacts:public_form_list": Row("organiser"),
    "contacts:public_form_edit": Row("officer", "officer", ("unit",)),
    "writing:whole": Row(exactly=dict.fromkeys(ROLES, (200, 200))),
    # Whose form it is, everybody may read.
    "writing:unit": Row(args=("form",), exactly=dict.fromkeys(ROLES, (200, 200)), tells=("units.Unit.name",)),
    "contacts:inquiry_take_up": Row(None, "organiser", ("inquiry",), sees="organiser", posted=302),
    "contacts:follow_up_list": Row("organiser", tells=("accounts.User.name",)),
    "contacts:hand_over": Row("organiser", "organiser", tells=("accounts.User.name",)),
    # Who talked to them, and who may.
    "contacts:contact_detail": Row("organiser", args=("person",), sees="organiser", tells=("accounts.User.name",)),
    "contacts:case_open": Row(None, "organiser", ("person",), sees="organiser", posted=302),
    "contacts:conversation_note": Row(None, "organiser", ("person",), sees="organiser", tells=("accounts.User.name",)),
    "contacts:stage_move": Row("organiser", "organiser", ("person",), sees="organiser"),
    "contacts:case_assign": Row("organiser", "organiser", ("person",), sees="organiser", tells=("accounts.User.name",)),
    "contacts:case_plan": Row("organiser", "organiser", ("person",), sees="organiser"),
    "contacts:person_assess": Row(None, "organiser", ("person",), sees="organiser", posted=302),
    # Only who did it may undo it; nobody here did.
    "contacts:stage_undo": Row(args=("stage_change",), exactly=_nobodys(405, 403)),
    "contacts:call_list_list": Row("organiser"),
    "contacts:call_list_create": Row("organiser", "organiser"),
    "contacts:call_list_detail": Row("organiser", args=("call_list",), sees="organiser", tells=("accounts.User.name",)),
    "contacts:call_hand_out": Row(None, "organiser", ("call_list",), sees="organiser", posted=302),
    "contacts:call_pass_over": Row(None, "organiser", ("call_list", "person"), sees="organiser", posted=302),
    "contacts:call_list_close": Row(None, "organiser", ("call_list",), sees="organiser", posted=302),
    "contacts:application_list": Row("organiser", tells=("accounts.User.name",)),
    "contacts:application_edit": Row("organiser", "organiser", ("person",), sees="organiser"),
    "contacts:application_accept": Row(
        "organiser", "organiser", ("person",), sees="organiser", tells=("accounts.User.name",)
    ),
    "contacts:application_turn_down": Row("organiser", "organiser", ("person",), sees="organiser"),
    "contacts:application_withdraw": Row("organiser", "organiser", ("person",), sees="organiser"),
    "contacts:person_leave": Row("organiser", "organiser", ("person",)),
    "contacts:welcome_list": Row("organiser", tells=("accounts.User.name",)),
    "contacts:welcome_done": Row(None, "organiser", ("welcome",), sees="organiser", posted=302),
    "contacts:welcome_give": Row(
        "organiser", "organiser", ("welcome",), sees="organiser", tells=("accounts.User.name",)
    ),
    "contacts:step_add": Row("administrator", "administrator"),
    "contacts:step_retire": Row(None, "administrator", ("welcome_step",), sees="member", posted=302),
    "contacts:choice_list": Row("administrator", "administrator"),
    "contacts:stage_edit": Row("administrator", "administrator", ("stage",), sees="member"),
    "contacts:scale_add": Row("administrator", "administrator"),
    "contacts:scale_retire": Row(None, "administrator", ("scale",), sees="member", posted=302),
    "mailings:mailing_list": Row("organiser"),
    "mailings:mailing_create": Row("organiser", "organiser"),
    "mailings:mailing_detail": Row("organiser", args=("mailing",), sees="organiser", tells=("accounts.User.name",)),
    "mailings:mailing_edit": Row("organiser", "organiser", ("draft",), sees="organiser"),
    "mailings:mailing_remove": Row(None, "organiser", ("draft",), sees="organiser", posted=302),
    "mailings:mailing_test": Row(None, "organiser", ("draft",), sees="organiser", posted=302),
    "mailings:mailing_send": Row(None, "organiser", ("draft",), sees="organiser", posted=302),
    "mailings:mailing_stop": Row(None, "organiser", ("mailing",), sees="organiser", posted=302),
    "mailings:mailing_settle": Row(None, "organiser", ("mailing",), sees="organiser", posted=302),
    # The same for everybody, signed in or not, whatever the token.
    "unsubscribe:unsubscribe": Row(args=("letter_token",), exactly=dict.fromkeys(ROLES, (200, 200))),
    "kinds:kind_create": Row("administrator", "administrator"),
    "kinds:kind_edit": Row("administrator", "administrator", ("kind",), sees="member"),
    "kinds:kind_list": Row("administrator"),
    "places:change_drop": Row(None, "administrator", ("place_change",), sees="member", posted=302),
    "places:change_show": Row("administrator", None, ("place_change",), sees="member"),
    "places:change_store": Row(None, "administrator", ("place_change",), sees="member", posted=302),
    "places:change_undo": Row(None, "administrator", ("place_change",), sees="member", posted=302),
    "places:place_list": Row("administrator", "administrator"),
    "places:place_remove": Row(None, "administrator", posted=302),
    "merging:duplicate_list": Row("officer"),
    "merging:merge_with": Row("officer", args=("person",)),
    "merging:duplicate_compare": Row("officer", "officer", ("person", "twin")),
    "merging:duplicate_apart": Row(None, "officer", ("person", "twin"), posted=302),
    "merging:pair_reopen": Row(None, "officer", ("pair",), sees="officer", posted=302),
    # Nothing is kept of it any more: it says so.
    "merging:merge_undo": Row(None, "officer", ("merge",), sees="officer", posted=302),
    "people:person_list": Row("viewer"),
    "people:person_ask": Row("viewer", query={"ask": "standing:member not tag:zq"}),
    "people:person_create": Row("organiser", "organiser"),
    "people:person_export": Row("organiser", "organiser", ("file_kind",), sees="member"),
    # Who asks is named to whoever may agree.
    "releases:release_list": Row("organiser", tells=("accounts.User.name",)),
    "releases:release_allow": Row(None, "organiser", ("release",), sees="member", posted=302),
    "releases:release_refuse": Row(None, "organiser", ("release",), sees="member", posted=302),
    "people:person_tag": Row(None, "organiser", posted=302),
    # Only who did it may undo it; nobody here did.
    "people:change_undo": Row(
        args=("entry",), exactly=dict.fromkeys([role for role in ROLES if role != "anonymous"], (405, 403))
    ),
    "people:person_detail": Row("viewer", args=("person",)),
    "people:person_history": Row("organiser", args=("person",)),
    "people:person_who": Row("viewer", args=("person",), tells=("accounts.User.name", "units.Unit.name")),
    "people:person_account": Row("administrator", "administrator", ("person",)),
    "people:account_unlink": Row(None, "administrator", ("person",), posted=302),
    "people:account_sign_out": Row(None, "administrator", ("person",), posted=302),
    "people:office_confirm": Row(None, "administrator", ("person", "office"), posted=302),
    "people:contact_show": Row(None, "organiser", ("person",)),
    "people:private_show": Row(None, "officer", ("person",)),
    "people:person_edit": Row("organiser", "organiser", ("person",)),
    "people:private_edit": Row("officer", "officer", ("person",)),
    "people:person_move": Row("organiser", "organiser", ("person",)),
    "people:person_archive": Row("organiser", "organiser", ("person",)),
    "people:spell_add": Row("organiser", "organiser", ("person", "kind_of_spell")),
    "people:spell_end": Row("organiser", "organiser", ("person", "kind_of_spell", "standing")),
    "people:spell_correct": Row("organiser", "organiser", ("person", "kind_of_spell", "standing")),
    "people:spell_remove": Row(None, "organiser", ("person", "kind_of_spell", "standing"), posted=302),
    "figures:contact_figures": Row("organiser", tells=("accounts.User.name",)),
    "figures:contact_figures_file": Row(
        "organiser", args=("figures_table",), sees="member", tells=("accounts.User.name",)
    ),
    "reports:balance_sheet": Row("viewer"),
    "reports:balance_sheet_file": Row("viewer", args=("format",), exactly=OWN_PART),
    "reports:behind": Row("viewer"),
    "reports:behind_file": Row("organiser", "organiser", ("file_kind",), sees="member"),
    "reports:numbers": Row("viewer", args=("picture",), exactly=OWN_PART),
    "roles:office_list": Row("administrator", "administrator"),
    "roles:office_remove": Row(None, "administrator", ("office_role",), sees="member", posted=302),
    # Nothing waits: the person has no account.
    "roles:office_confirm": Row(None, "administrator", ("office",), sees="member", posted=404),
    "roles:role_list": Row(),
    "roles:role_create": Row("administrator", "administrator"),
    "roles:role_edit": Row("administrator", "administrator", ("role",), sees="member"),
    "roles:role_remove": Row(None, "administrator", ("role",), sees="member", posted=302),
    "roles:role_reset": Row(None, "administrator", ("role",), sees="member", posted=302),
    "transfer:import_list": Row("officer", "officer"),
    # There are people here already: it says so.
    "transfer:import_demo": Row(None, "officer", posted=302),
    "transfer:import_show": Row("officer", args=("batch",), sees="officer"),
    "transfer:import_columns": Row(None, "officer", ("batch",), sees="officer"),
    "transfer:import_publish": Row(None, "officer", ("batch",), sees="officer", posted=302),
    "transfer:import_cancel": Row(None, "officer", ("batch",), sees="officer", posted=302),
    "transfer:import_undo": Row(None, "officer", ("batch",), sees="officer", posted=302),
    "transfer:import_rejected": Row("officer", args=("batch",), sees="officer", got=404),
    "trace:alarm_acknowledge": Row(None, "administrator", ("alarm",), sees="administrator", posted=302),
    "trace:entry_list": Row("administrator"),
    "trace:entry_file": Row("administrator", args=("file_kind",), exactly=_TAKERS),
    "units:closing_undo": Row(None, "officer", ("closing",), posted=302),
    "units:first_dues_back": Row(None, "organiser", ("unit", "person"), posted=302),
    "units:first_dues_note": Row(None, "organiser", ("unit",)),
    "units:formation_detail": Row("viewer", args=("unit",)),
    "units:formation_list": Row("viewer"),
    "units:meeting_note": Row(None, "organiser", ("unit",)),
    "units:meeting_remove": Row(None, "organiser", ("meeting",), sees="organiser", posted=302),
    "units:promotion_undo": Row(None, "officer", ("unit",), posted=302),
    "units:split_undo": Row(None, "officer", ("split",), posted=302),
    "units:unit_promote": Row("officer", "officer", ("unit",)),
    "units:unit_split": Row("officer", "officer", ("unit",)),
    "units:unit_close": Row("officer", "officer", ("unit",)),
    "units:unit_csv": Row("viewer", args=("unit",)),
    "units:unit_detail": Row("viewer", args=("unit",)),
    "units:unit_edit": Row("officer", "officer", ("unit",)),
    "units:unit_move": Row("officer", "officer", ("unit",)),
    "units:unit_move_back": Row(None, "officer", ("unit", "region"), posted=302),
    "units:unit_open": Row("officer", "officer", ("unit",)),
    "units:unit_reopen": Row(None, "officer", ("unit",), posted=302),
    "units:unit_tree": Row("viewer"),
    # Only on an empty installation: here it is never there.
    "web:setup": Row(exactly=dict.fromkeys(ROLES, (404, 404))),
    "views:view_save": Row("viewer", "viewer"),
    # What somebody keeps for themselves is there for nobody else, whatever they may see.
    "views:view_change": Row(args=("view",), exactly=_nobodys(404, 404)),
    "views:view_remove": Row(args=("view",), exactly=_nobodys(405, 404)),
    "views:view_restore": Row(args=("view",), exactly=_nobodys(405, 404)),
    "web:today": Row(),
    "web:scope": Row(
        post="viewer", posted=302, data={"unit": "region"}, exactly={"member": (200, 404), "foreign": (200, 404)}
    ),
    "web:search": Row(query={"q": "zq"}),
    "web:palette": Row(query={"q": "zq"}),
    "web:me": Row(post="member"),
    "web:me_who": Row(),
    "web:session_list": Row(),
    "web:session_end": Row(None, "member", ("handle",), sees="member", posted=404),
    "web:session_end_others": Row(None, "member", posted=302),
    "web:more": Row(),
    # Nobody of the matrix has a record of their own: tests/web/test_own_record.py does what these do.
    "web:own_record": Row(),
    "web:own_record_file": Row(got=302),
    "web:own_record_correct": Row(got=302, post="member", posted=302),
    "web:own_record_leave": Row(post="member"),
    "web:own_record_erase": Row(None, "member", posted=302),
    "web:erasure_list": Row("administrator"),
    "web:person_erase": Row("administrator", "administrator", ("person",)),
    "web:erasure_refuse": Row(None, "administrator", ("person",), posted=302),
    "web:settings": Row(get="administrator", post="administrator"),
    "web:nightly": Row(get="administrator"),
    "web:backup_list": Row(get="administrator"),
    "web:own_field_list": Row(get="administrator", post="administrator"),
    "web:own_field_rename": Row(
        get="administrator",
        post="administrator",
        args=("own_field",),
        exactly=dict.fromkeys(("member", "viewer", "organiser", "officer", "foreign"), (403, 403)),
    ),
    "web:own_field_remove": Row(
        get=None,
        post="administrator",
        args=("own_field",),
        posted=302,
        exactly=dict.fromkeys(("member", "viewer", "organiser", "officer", "foreign"), (405, 403)),
    ),
}
