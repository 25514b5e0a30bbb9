"""The account of a person: linking it, parting it, and the roles that wait."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from muster.access.http import ActorRequest, blame
from muster.core.errors import DomainError
from muster.people import forms
from muster.people.queries import accounts as queries
from muster.people.services import accounts, offices
from muster.people.views._shared import person_or_404


@require_http_methods(["GET", "POST"])
def person_account(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "link")
    form = forms.LinkForm(request.POST or None)
    link = ""
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            done = accounts.link_account(actor=request.actor, person_id=person_id, email=email, now=timezone.now())
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, f"{person.name} is linked to {email}.")
            if not done.password_path:
                return redirect("people:person_account", person_id)
            # Shown in the answer itself and nowhere kept: who loads the page again has to make a new one.
            link = request.build_absolute_uri(done.password_path)
    account = queries.account_of(request.actor, person_id)
    shown = {"person": person, "form": form, "account": account, "link": link, "tab": "account"}
    return render(request, "people/person_account.html", shown)


@require_POST
def account_unlink(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "link")
    try:
        accounts.unlink_account(actor=request.actor, person_id=person_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{person.name} is not linked to an account any more.")
    return redirect("people:person_account", person_id)


@require_POST
def account_sign_out(request: ActorRequest, person_id: int) -> HttpResponse:
    person = person_or_404(request, person_id, "link")
    try:
        count = accounts.end_sign_ins(
            actor=request.actor, person_id=person_id, now=timezone.now(), but=request.session.session_key
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{person.name} {'is signed out everywhere' if count else 'was signed in nowhere'}.")
    return redirect("people:person_account", person_id)


@require_POST
def office_confirm(request: ActorRequest, person_id: int, office_id: int) -> HttpResponse:
    person_or_404(request, person_id, "link")
    try:
        offices.confirm_office(actor=request.actor, office_id=office_id, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Confirmed. The role holds as long as the office does.")
    return redirect("people:person_account", person_id)
