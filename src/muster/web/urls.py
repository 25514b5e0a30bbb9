from django.urls import path

from muster.web import views
from muster.web.first_hour import views as first_hour

app_name = "web"
urlpatterns = [
    path("", views.today, name="today"),
    path("setup/", first_hour.found, name="setup"),
    path("scope/", views.scope_choose, name="scope"),
    path("search/", views.search, name="search"),
    path("search/palette", views.palette, name="palette"),
    path("me/", views.me, name="me"),
    path("settings/", views.settings, name="settings"),
    path("more/", views.more, name="more"),
]
