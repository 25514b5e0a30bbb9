"""Pages of claims, below those of inquiries."""

from django.urls import path

from muster.contacts.claiming import views

urlpatterns = [
    path("", views.claim_list, name="claim_list"),
    path("people/", views.claim_people, name="claim_people"),
    path("try/", views.claim_try, name="claim_try"),
    path("new/", views.claim_create, name="claim_create"),
    path("<int:claim_id>/remove/", views.claim_remove, name="claim_remove"),
    path("changes/", views.change_list, name="change_list"),
    path("changes/<int:change_id>/", views.change_show, name="change_show"),
    path("changes/<int:change_id>/store/", views.change_store, name="change_store"),
    path("changes/<int:change_id>/drop/", views.change_drop, name="change_drop"),
    path("changes/<int:change_id>/undo/", views.change_undo, name="change_undo"),
]
