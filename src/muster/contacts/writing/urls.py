"""Where strangers write to us; officers' pages about it are among those of contacts."""

from django.urls import path

from muster.contacts.writing import views

app_name = "writing"
urlpatterns = [
    path("", views.write, name="whole"),
    path("<slug:called>/", views.write, name="unit"),
]
