from django.urls import path

from muster.web.saved_views import views

app_name = "views"
urlpatterns = [
    path("new/", views.view_save, name="view_save"),
    path("<int:view_id>/", views.view_change, name="view_change"),
    path("<int:view_id>/remove/", views.view_remove, name="view_remove"),
    path("<int:view_id>/restore/", views.view_restore, name="view_restore"),
]
