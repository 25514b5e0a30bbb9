from django.urls import path

from muster.web.kinds import views

app_name = "kinds"
urlpatterns = [
    path("", views.kind_list, name="kind_list"),
    path("new/", views.kind_create, name="kind_create"),
    path("<int:kind_id>/", views.kind_edit, name="kind_edit"),
]
