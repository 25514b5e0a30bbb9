from django.urls import path

from muster.web.contact_figures import views

app_name = "figures"
urlpatterns = [
    path("", views.contact_figures, name="contact_figures"),
    path("<slug:key>.csv", views.contact_figures_file, name="contact_figures_file"),
]
