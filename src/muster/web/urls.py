from django.urls import path

from muster.web import views
from muster.web.backups import views as backups
from muster.web.first_hour import views as first_hour
from muster.web.own_fields import views as own_fields

app_name = "web"
urlpatterns = [
    path("", views.today, name="today"),
    path("setup/", first_hour.found, name="setup"),
    path("scope/", views.scope_choose, name="scope"),
    path("search/", views.search, name="search"),
    path("search/palette", views.palette, name="palette"),
    path("me/", views.me, name="me"),
    path("settings/", views.settings, name="settings"),
    path("settings/nightly/", views.nightly, name="nightly"),
    path("settings/backups/", backups.backup_list, name="backup_list"),
    path("settings/fields/", own_fields.own_field_list, name="own_field_list"),
    path("settings/fields/<int:field_id>/", own_fields.own_field_rename, name="own_field_rename"),
    path("settings/fields/<int:field_id>/remove", own_fields.own_field_remove, name="own_field_remove"),
    path("more/", views.more, name="more"),
]
