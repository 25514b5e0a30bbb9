from django.urls import path

from muster.web.trace import views

app_name = "trace"
urlpatterns = [
    path("", views.entry_list, name="entry_list"),
    path("alarms/<int:entry_id>/", views.alarm_acknowledge, name="alarm_acknowledge"),
    path("file.<str:kind>", views.entry_file, name="entry_file"),
]
