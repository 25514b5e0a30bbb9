from django.urls import path

from muster.web.roles.views import offices, roles

app_name = "roles"
urlpatterns = [
    path("", roles.role_list, name="role_list"),
    path("offices/", offices.office_list, name="office_list"),
    path("offices/<int:office_role_id>/remove/", offices.office_remove, name="office_remove"),
    path("offices/<int:office_id>/confirm/", offices.office_confirm, name="office_confirm"),
    path("new/", roles.role_create, name="role_create"),
    path("<int:role_id>/", roles.role_edit, name="role_edit"),
    path("<int:role_id>/reset/", roles.role_reset, name="role_reset"),
    path("<int:role_id>/remove/", roles.role_remove, name="role_remove"),
]
