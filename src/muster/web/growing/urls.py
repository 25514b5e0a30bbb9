"""Pages of units that grow, below those of units."""

from django.urls import path

from muster.web.growing import views

urlpatterns = [
    path("formation/", views.formation_list, name="formation_list"),
    path("<int:unit_id>/formation/", views.formation_detail, name="formation_detail"),
    path("<int:unit_id>/formation/meeting/", views.meeting_note, name="meeting_note"),
    path("<int:unit_id>/formation/dues/", views.first_dues_note, name="first_dues_note"),
    path("<int:unit_id>/formation/dues/<int:person_id>/back/", views.first_dues_back, name="first_dues_back"),
    path("meetings/<int:meeting_id>/remove/", views.meeting_remove, name="meeting_remove"),
    path("<int:unit_id>/become/", views.unit_promote, name="unit_promote"),
    path("<int:unit_id>/become/undo/", views.promotion_undo, name="promotion_undo"),
    path("<int:unit_id>/split/", views.unit_split, name="unit_split"),
    path("splits/<int:split_id>/undo/", views.split_undo, name="split_undo"),
]
