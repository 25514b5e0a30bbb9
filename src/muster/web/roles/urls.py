from django.urls import path

from muster.web.roles import views

app_name = "roles"
urlpatterns = [
    path("", views.role_list, name="role_list"),
    path("new/", views.role_create, name="role_create"),
    path("<int:role_id>/", views.role_edit, name="role_edit"),
    path("<int:role_id>/reset/", views.role_reset, name="role_reset"),
    path("<int:role_id>/remove/", views.role_remove, name="role_remove"),
]
