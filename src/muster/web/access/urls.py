from django.urls import path

from muster.web.access import views

app_name = "access"
urlpatterns = [
    path("", views.grant_list, name="grant_list"),
    path("new/", views.grant_create, name="grant_create"),
    path("<int:grant_id>/end/", views.grant_end, name="grant_end"),
    path("<int:grant_id>/link/", views.password_link, name="password_link"),
    path("<int:grant_id>/sign-out/", views.sign_ins_end, name="sign_ins_end"),
    path("<int:grant_id>/second-factor/", views.factor_reset, name="factor_reset"),
]
