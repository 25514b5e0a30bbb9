from django.urls import path

from muster.web import views
from muster.web.account import views as account
from muster.web.backups import views as backups
from muster.web.first_hour import views as first_hour
from muster.web.own_fields import views as own_fields
from muster.web.own_record import views as own_record

app_name = "web"
urlpatterns = [
    path("", views.today, name="today"),
    path("setup/", first_hour.found, name="setup"),
    path("scope/", views.scope_choose, name="scope"),
    path("search/", views.search, name="search"),
    path("search/palette", views.palette, name="palette"),
    path("me/", account.me, name="me"),
    path("me/sessions/", account.session_list, name="session_list"),
    path("me/sessions/others/end/", account.session_end_others, name="session_end_others"),
    path("me/sessions/<slug:handle>/end/", account.session_end, name="session_end"),
    path("me/record/", own_record.own_record, name="own_record"),
    path("me/record.json", own_record.own_record_file, name="own_record_file"),
    path("me/record/correct/", own_record.own_record_correct, name="own_record_correct"),
    path("me/record/leave/", own_record.own_record_leave, name="own_record_leave"),
    path("me/record/erase/", own_record.own_record_erase, name="own_record_erase"),
    path("erasures/", own_record.erasure_list, name="erasure_list"),
    path("erasures/<int:person_id>/", own_record.person_erase, name="person_erase"),
    path("erasures/<int:person_id>/refuse/", own_record.erasure_refuse, name="erasure_refuse"),
    path("me/who/", views.me_who, name="me_who"),
    path("settings/", views.settings, name="settings"),
    path("settings/nightly/", views.nightly, name="nightly"),
    path("settings/backups/", backups.backup_list, name="backup_list"),
    path("settings/fields/", own_fields.own_field_list, name="own_field_list"),
    path("settings/fields/<int:field_id>/", own_fields.own_field_rename, name="own_field_rename"),
    path("settings/fields/<int:field_id>/remove", own_fields.own_field_remove, name="own_field_remove"),
    path("more/", views.more, name="more"),
]
