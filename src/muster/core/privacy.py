"""
Every column of the database: what it holds, and how long its table keeps a row. A column not named here fails the build.

`personal` says something of a living person; an erasure empties it, or `keeps` says why it may stay. `secret` opens something: it
is never shown, exported or logged. `plain` is neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Table:
    """
    What one table holds, its columns parted by blanks.

    :ivar kept: how long a row stays, in words for the administrator
    :ivar keeps: why personal columns outlive an erasure; '' where they do not
    """

    kept: str
    personal: str = ""
    secret: str = ""
    plain: str = ""
    keeps: str = ""


_ALWAYS = "as long as the organisation works with it"
_UNDONE = f"{_ALWAYS}; whose spells it ended for thirty days, or until the person is erased"
_PERSON = "until the person is erased"
_SPELL = "for ever, without a name after the person is erased"
_PERSON_ROWS = "for ever, without words after the person is erased"
_ENDED = "what somebody was, and when, counts in the figures; nothing says any more who it was"
_LIBRARY = "empty; a table of a library"

# Model label → its columns.
TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "units.UnitKind": Table(_ALWAYS, plain="id code name plural position"),
        "units.UnitKind_allowed_children": Table(_ALWAYS, plain="id from_unitkind to_unitkind"),
        "units.Unit": Table(
            _ALWAYS,
            plain="id ref name kind parent opened_on closed_on city region postcode country latitude longitude version",
        ),
        "units.UnitExternalId": Table(_ALWAYS, plain="id unit source value"),
        "units.Setting": Table(_ALWAYS, plain="id key value"),
        "units.FormerKind": Table(_ALWAYS, plain="id unit kind until_on made_at"),
        "units.Split": Table(_UNDONE, plain="id unit new_unit split_on split_at spells undone_at"),
        "units.PlaceChange": Table(
            "thirty days after it was stored, and as long as its places hold; seven days where it was not",
            plain="id name made_at left_out left_out_count done moved stored_at undone_at",
        ),
        "units.CountryPlaces": Table(
            "with its change",
            plain="id change country content mark postcode_count city_count people_count has_counties",
        ),
        "units.Closing": Table(_UNDONE, plain="id unit closed_on closed_at units_before spells undone_at"),
        "accounts.User": Table(
            "until its owner is erased",
            personal="email name last_login date_joined",
            secret="password",
            plain="id is_active keyboard_shortcuts reminders",
        ),
        "account.EmailAddress": Table("with its account", personal="email", plain="id user verified primary"),
        "account.EmailConfirmation": Table(
            "with its account",
            secret="key",
            plain="id email_address created sent",
        ),
        "accounts.Session": Table(
            "until it ends or runs out, removed the night after",
            personal="device signed_in_at seen_at",
            secret="session_key session_data",
            plain="user expire_date",
        ),
        "mfa.Authenticator": Table(
            "until its owner or an administrator removes it, or with its account",
            personal="created_at last_used_at",
            secret="data",
            plain="id user type",
        ),
        "sessions.Session": Table(_LIBRARY, plain="session_key session_data expire_date"),
        "audit.Entry": Table(
            "for ever",
            personal="actor_label",
            plain="id happened_at user_id channel address action target unit_id count details position key_id mac",
            keeps="who did something answers for it; what was done to somebody is told without what stood in the fields",
        ),
        "audit.Head": Table("for ever", plain="id day position mac key_id signature"),
        "access.Role": Table(_ALWAYS, plain="id code name permissions"),
        "access.OfficeRole": Table(_ALWAYS, plain="id office key role"),
        "access.Release": Table(
            "three years after the file was fetched; a week where it was not",
            personal="address reason asked_by canary_ref canary_name",
            plain="id ref unit count asked_at decided_by allowed_at refused_at taken_at",
            keeps="who takes a list out answers for it; the made-up row is nobody",
        ),
        "access.Usage": Table("with its account", plain="id user kind began count"),
        "access.StrangerUse": Table("a day", plain="id place kind began count"),
        "access.Grant": Table("for ever", plain="id user role unit from_on to_on granted_by office office_id"),
        "people.Person": Table(
            _PERSON,
            personal=(
                "user given_name family_name preferred_name email phone city region postcode country language occupation"
                " source email_opt_in phone_opt_in tags custom name_key email_key phone_e164 email_refused"
            ),
            plain="id ref created_at version",
        ),
        "people.PersonPrivate": Table(_PERSON, personal="sealed birth_mark", plain="person"),
        "people.PersonExternalId": Table(_PERSON, personal="source value", plain="id person"),
        "people.CustomField": Table(_ALWAYS, plain="id key label"),
        "people.Standing": Table(_SPELL, personal="standing reason", plain="id person from_on to_on", keeps=_ENDED),
        "people.Placement": Table(_SPELL, personal="unit", plain="id person from_on to_on is_primary", keeps=_ENDED),
        "people.Qualification": Table(_SPELL, personal="qualification", plain="id person from_on to_on", keeps=_ENDED),
        "people.Office": Table(_SPELL, personal="unit role", plain="id person from_on to_on", keeps=_ENDED),
        "people.DuplicatePair": Table(_PERSON, personal="reason", plain="id first second state found_at batch_id"),
        "people.Merge": Table(
            "the rows for 30 days, or until the person is erased; which record became which as long as the person",
            personal="before after",
            plain="id kept dropped_id dropped_ref merged_at merged_by",
        ),
        "people.SaidReason": Table(
            "fifteen minutes, removed the night after, or until the person is erased",
            personal="before after",
            plain="entry_id person_id said_at",
        ),
        "contacts.Inquiry": Table(
            "until the person is erased; 90 days where it is spam",
            personal=(
                "name email phone city region postcode country message routed_because suspected_because"
                " email_opt_in phone_opt_in"
            ),
            plain="id ref received_at channel person unit routed_by routed_at case mark marked_at repeats part_of"
            " sent_with",
        ),
        "contacts.PublicForm": Table(_ALWAYS, plain="id unit is_on name title intro privacy email_words phone_words"),
        "contacts.InquiryLetter": Table(
            "with its inquiry",
            personal="name email sealed note",
            plain="id inquiry at is_ours token digest sent_at written_by",
        ),
        "contacts.RawLetter": Table("thirty days", personal="sealed", plain="id letter received_at size"),
        "contacts.CallList": Table(_ALWAYS, plain="id unit name script cooldown_days made_by made_at closed_at"),
        "contacts.Call": Table(_PERSON_ROWS, plain="id call_list person handed_to handed_at done_at result"),
        "contacts.Claim": Table(_ALWAYS, plain="id unit kind country value shape"),
        "contacts.Stage": Table(_ALWAYS, plain="id name kind position standing retired_on"),
        "contacts.Scale": Table(_ALWAYS, plain="id name steps retired_on"),
        "contacts.Case": Table(
            _PERSON_ROWS,
            personal="next_step",
            plain="id person stage stage_since owner next_on opened_at closed_at version",
        ),
        "contacts.StageChange": Table(
            _PERSON_ROWS, personal="before", plain="id person case stage changed_at changed_by"
        ),
        "contacts.UnitMeeting": Table(_ALWAYS, plain="id unit held_on people_count noted_at noted_by"),
        "contacts.Application": Table(
            _PERSON_ROWS,
            personal="dues_cents dues_every dues_paid_on said reason",
            plain="id person state applied_on made_at made_by decided_at decided_by version",
        ),
        "contacts.WelcomeStep": Table(_ALWAYS, plain="id name after_days retired_on"),
        "contacts.Welcome": Table(_PERSON_ROWS, plain="id person application step owner due_on done_at done_by"),
        "contacts.Conversation": Table(_PERSON_ROWS, personal="note", plain="id person kind result held_at held_by"),
        "contacts.Assessment": Table(_PERSON, personal="step", plain="id person scale made_on made_by"),
        "contacts.ClaimChange": Table(
            "thirty days after it was stored; seven days where it was not",
            plain="id name made_at asked is_whole shapes left_out done moved stored_at undone_at",
        ),
        "contacts.InquiryExternalId": Table(_PERSON, personal="source value", plain="id inquiry"),
        "mailings.Mailing": Table(
            _ALWAYS,
            plain=(
                "id unit subject body ask reply_to imprint state reason made_by made_at asked_by sent_by sent_at ended_at told"
                " version"
            ),
        ),
        "mailings.Letter": Table(
            "for ever, of nobody after the person is erased",
            personal="person answer",
            secret="token",
            plain="id unit mailing state tries due_at changed_at unsubscribed_at",
        ),
        "mailings.Reminder": Table(
            "30 days, or until the person is erased",
            personal="answer",
            plain="id user day count state tries due_at changed_at",
        ),
        "planning.Goal": Table(_ALWAYS, plain="id unit measure start_on due_on start_value target"),
        "transfer.Batch": Table(
            "its counts for ever; what it showed of rows until somebody of them is erased, of the private part one day",
            personal="result mapping",
            plain=(
                "id state name source path started_by created_at published_at undone_at progress cancel_requested"
                " heartbeat_at"
            ),
        ),
        "transfer.Change": Table(
            "30 days, or until the person is erased", personal="before", plain="id batch table row_id last_id after"
        ),
        "workflows.NightlyRun": Table("30 days", plain="id step day started_at finished_at failed told"),
        "workflows.Erasure": Table("for ever", plain="id person_ref erased_at"),
        "workflows.ErasureRequest": Table(_PERSON, personal="refused_because", plain="id person asked_at decided_at"),
        "web.SavedView": Table("with its account", personal="name query", plain="id user page unit removed_at"),
        "django_tasks_database.DBTaskResult": Table(
            "30 days after it ended; a letter's one day",
            personal="args_kwargs",
            plain=(
                "id status enqueued_at started_at finished_at priority task_path worker_ids queue_name"
                " backend_name run_after return_value exception_class_path traceback"
            ),
            keeps="a letter's address goes with the job the night after; other jobs hold ids only",
        ),
        "auth.Permission": Table(_LIBRARY, plain="id name content_type codename"),
        "auth.Group": Table(_LIBRARY, plain="id name"),
        "auth.Group_permissions": Table(_LIBRARY, plain="id group permission"),
        "contenttypes.ContentType": Table("names of tables", plain="id app_label model"),
    }
)


def columns(label: str, mark: str) -> tuple[str, ...]:
    """Return the columns of a table that bear a mark: `personal`, `secret` or `plain`; :raises KeyError: no such table."""
    marked: str = getattr(TABLES[label], mark)
    return tuple(marked.split())
