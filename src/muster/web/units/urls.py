from django.urls import include, path

from muster.web.units import views

app_name = "units"
urlpatterns = [
    path("", views.unit_tree, name="unit_tree"),
    path("<int:unit_id>/", views.unit_detail, name="unit_detail"),
    path("<int:unit_id>.csv", views.unit_csv, name="unit_csv"),
    path("<int:unit_id>/new/", views.unit_open, name="unit_open"),
    path("<int:unit_id>/edit/", views.unit_edit, name="unit_edit"),
    path("<int:unit_id>/move/", views.unit_move, name="unit_move"),
    path("<int:unit_id>/move/back/<int:parent_id>/", views.unit_move_back, name="unit_move_back"),
    path("<int:unit_id>/close/", views.unit_close, name="unit_close"),
    path("<int:unit_id>/reopen/", views.unit_reopen, name="unit_reopen"),
    path("", include("muster.web.growing.urls")),
    path("closings/<int:closing_id>/undo/", views.closing_undo, name="closing_undo"),
]
