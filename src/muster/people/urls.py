from django.urls import path

from muster.people.views import accounts, asking, changes, lists, records

app_name = "people"
urlpatterns = [
    path("", lists.person_list, name="person_list"),
    path("ask/", asking.person_ask, name="person_ask"),
    path("new/", changes.person_create, name="person_create"),
    path("export.<str:kind>", lists.person_export, name="person_export"),
    path("tag/", lists.person_tag, name="person_tag"),
    path("undo/<int:entry_id>/", changes.change_undo, name="change_undo"),
    path("<int:person_id>/", records.person_detail, name="person_detail"),
    path("<int:person_id>/history/", records.person_history, name="person_history"),
    path("<int:person_id>/who/", records.person_who, name="person_who"),
    path("<int:person_id>/account/", accounts.person_account, name="person_account"),
    path("<int:person_id>/account/unlink/", accounts.account_unlink, name="account_unlink"),
    path("<int:person_id>/account/sign-out/", accounts.account_sign_out, name="account_sign_out"),
    path("<int:person_id>/account/confirm/<int:office_id>/", accounts.office_confirm, name="office_confirm"),
    path("<int:person_id>/contact/", records.contact_show, name="contact_show"),
    path("<int:person_id>/private/", records.private_show, name="private_show"),
    path("<int:person_id>/edit/", changes.person_edit, name="person_edit"),
    path("<int:person_id>/private/edit/", changes.private_edit, name="private_edit"),
    path("<int:person_id>/move/", changes.person_move, name="person_move"),
    path("<int:person_id>/archive/", changes.person_archive, name="person_archive"),
    path("<int:person_id>/add/<str:kind>/", changes.spell_add, name="spell_add"),
    path("<int:person_id>/<str:kind>/<int:spell_id>/end/", changes.spell_end, name="spell_end"),
    path("<int:person_id>/<str:kind>/<int:spell_id>/correct/", changes.spell_correct, name="spell_correct"),
    path("<int:person_id>/<str:kind>/<int:spell_id>/remove/", changes.spell_remove, name="spell_remove"),
]
