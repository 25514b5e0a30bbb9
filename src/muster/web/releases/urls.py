from django.urls import path

from muster.web.releases import views

app_name = "releases"
urlpatterns = [
    path("", views.release_list, name="release_list"),
    path("<str:ref>/allow/", views.release_allow, name="release_allow"),
    path("<str:ref>/refuse/", views.release_refuse, name="release_refuse"),
]
