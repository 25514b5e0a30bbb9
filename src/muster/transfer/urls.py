from django.urls import path

from muster.transfer import views

app_name = "transfer"
urlpatterns = [
    path("", views.import_list, name="import_list"),
    path("demo/", views.import_demo, name="import_demo"),
    path("<int:batch_id>/", views.import_show, name="import_show"),
    path("<int:batch_id>/columns/", views.import_columns, name="import_columns"),
    path("<int:batch_id>/publish/", views.import_publish, name="import_publish"),
    path("<int:batch_id>/cancel/", views.import_cancel, name="import_cancel"),
    path("<int:batch_id>/undo/", views.import_undo, name="import_undo"),
    path("<int:batch_id>/rejected.csv", views.import_rejected, name="import_rejected"),
]
