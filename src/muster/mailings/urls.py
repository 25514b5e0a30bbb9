from django.urls import path

from muster.mailings.views import drafts, sending

app_name = "mailings"
urlpatterns = [
    path("", drafts.mailing_list, name="mailing_list"),
    path("new/", drafts.mailing_create, name="mailing_create"),
    path("<int:mailing_id>/", sending.mailing_detail, name="mailing_detail"),
    path("<int:mailing_id>/edit/", drafts.mailing_edit, name="mailing_edit"),
    path("<int:mailing_id>/remove/", drafts.mailing_remove, name="mailing_remove"),
    path("<int:mailing_id>/try/", sending.mailing_test, name="mailing_test"),
    path("<int:mailing_id>/send/", sending.mailing_send, name="mailing_send"),
    path("<int:mailing_id>/stop/", sending.mailing_stop, name="mailing_stop"),
    path("<int:mailing_id>/settle/", sending.mailing_settle, name="mailing_settle"),
]
