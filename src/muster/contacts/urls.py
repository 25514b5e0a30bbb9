from django.urls import include, path

from muster.contacts import views

app_name = "contacts"
urlpatterns = [
    path("", views.inquiry_list, name="inquiry_list"),
    path("<int:inquiry_id>/assign/", views.inquiry_assign, name="inquiry_assign"),
    path("<int:inquiry_id>/back/<int:unit_id>/", views.inquiry_back, name="inquiry_back"),
    path("claims/", include("muster.contacts.claiming.urls")),
]
