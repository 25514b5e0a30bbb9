"""Pages of applications, of welcoming new members and of leaving, below those of contacts."""

from django.urls import path

from muster.contacts.admitting.views import applications, welcoming

urlpatterns = [
    path("applications/", applications.application_list, name="application_list"),
    path("follow-up/<int:person_id>/application/", applications.application_edit, name="application_edit"),
    path("follow-up/<int:person_id>/accept/", applications.application_accept, name="application_accept"),
    path("follow-up/<int:person_id>/turn-down/", applications.application_turn_down, name="application_turn_down"),
    path("follow-up/<int:person_id>/withdraw/", applications.application_withdraw, name="application_withdraw"),
    path("follow-up/<int:person_id>/leave/", applications.person_leave, name="person_leave"),
    path("welcome/", welcoming.welcome_list, name="welcome_list"),
    path("welcome/<int:step_id>/done/", welcoming.welcome_done, name="welcome_done"),
    path("welcome/<int:step_id>/owner/", welcoming.welcome_give, name="welcome_give"),
    path("choices/welcome/", welcoming.step_add, name="step_add"),
    path("choices/welcome/<int:step_id>/retire/", welcoming.step_retire, name="step_retire"),
]
