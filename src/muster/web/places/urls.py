"""Pages of the places of other countries, below the settings."""

from django.urls import path

from muster.web.places import views

app_name = "places"
urlpatterns = [
    path("", views.place_list, name="place_list"),
    path("remove/", views.place_remove, name="place_remove"),
    path("changes/<int:change_id>/", views.change_show, name="change_show"),
    path("changes/<int:change_id>/store/", views.change_store, name="change_store"),
    path("changes/<int:change_id>/drop/", views.change_drop, name="change_drop"),
    path("changes/<int:change_id>/undo/", views.change_undo, name="change_undo"),
]
