from django.urls import include, path

from muster.contacts.views import calling, choices, contact, follow_up, inbox, judging, public_forms, reaching

app_name = "contacts"
urlpatterns = [
    path("", inbox.inquiry_list, name="inquiry_list"),
    path("<int:inquiry_id>/assign/", inbox.inquiry_assign, name="inquiry_assign"),
    path("<int:inquiry_id>/back/<int:unit_id>/", inbox.inquiry_back, name="inquiry_back"),
    path("<int:inquiry_id>/take-up/", inbox.inquiry_take_up, name="inquiry_take_up"),
    path("<int:inquiry_id>/contact/", reaching.inquiry_contact, name="inquiry_contact"),
    path("<int:inquiry_id>/spam/", judging.inquiry_spam, name="inquiry_spam"),
    path("<int:inquiry_id>/no-spam/", judging.inquiry_no_spam, name="inquiry_no_spam"),
    path("form/", public_forms.public_form_list, name="public_form_list"),
    path("form/<int:unit_id>/", public_forms.public_form_edit, name="public_form_edit"),
    path("claims/", include("muster.contacts.claiming.urls")),
    path("", include("muster.contacts.admitting.urls")),
    path("follow-up/", follow_up.follow_up_list, name="follow_up_list"),
    path("follow-up/hand-over/", follow_up.hand_over, name="hand_over"),
    path("follow-up/<int:person_id>/", contact.contact_detail, name="contact_detail"),
    path("follow-up/<int:person_id>/begin/", contact.case_open, name="case_open"),
    path("follow-up/<int:person_id>/note/", contact.conversation_note, name="conversation_note"),
    path("follow-up/<int:person_id>/stage/", contact.stage_move, name="stage_move"),
    path("follow-up/<int:person_id>/owner/", contact.case_assign, name="case_assign"),
    path("follow-up/<int:person_id>/next/", contact.case_plan, name="case_plan"),
    path("follow-up/<int:person_id>/assess/", contact.person_assess, name="person_assess"),
    path("follow-up/stage/<int:change_id>/undo/", contact.stage_undo, name="stage_undo"),
    path("calls/", calling.call_list_list, name="call_list_list"),
    path("calls/new/", calling.call_list_create, name="call_list_create"),
    path("calls/<int:list_id>/", calling.call_list_detail, name="call_list_detail"),
    path("calls/<int:list_id>/next/", calling.call_hand_out, name="call_hand_out"),
    path("calls/<int:list_id>/over/<int:person_id>/", calling.call_pass_over, name="call_pass_over"),
    path("calls/<int:list_id>/close/", calling.call_list_close, name="call_list_close"),
    path("choices/", choices.choice_list, name="choice_list"),
    path("choices/stage/<int:stage_id>/", choices.stage_edit, name="stage_edit"),
    path("choices/scale/", choices.scale_add, name="scale_add"),
    path("choices/scale/<int:scale_id>/retire/", choices.scale_retire, name="scale_retire"),
]
