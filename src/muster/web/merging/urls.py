from django.urls import path

from muster.web.merging import views

app_name = "merging"
urlpatterns = [
    path("", views.duplicate_list, name="duplicate_list"),
    path("with/<int:person_id>/", views.merge_with, name="merge_with"),
    path("<int:kept_id>/<int:other_id>/", views.duplicate_compare, name="duplicate_compare"),
    path("<int:kept_id>/<int:other_id>/apart/", views.duplicate_apart, name="duplicate_apart"),
    path("pairs/<int:pair_id>/reopen/", views.pair_reopen, name="pair_reopen"),
    path("merges/<int:merge_id>/undo/", views.merge_undo, name="merge_undo"),
]
