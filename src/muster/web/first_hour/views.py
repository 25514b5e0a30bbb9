"""The first hour in the browser: only on an empty installation, only with the key that `muster serve` printed."""

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from muster.core.errors import DomainError
from muster.units import queries as units
from muster.web import navigation
from muster.web.first_hour.forms import FoundForm
from muster.workflows import setup


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    if units.load_tree().root_id is not None or not constant_time_compare(
        request.GET.get("key", ""), settings.SETUP_KEY
    ):
        raise Http404
    form = FoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            setup.found_organisation(
                name=answers["name"],
                admin_email=answers["email"],
                admin_password=answers["password"],
                country=answers["country"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            user = get_user_model().objects.get(email__iexact=answers["email"])
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect(navigation.address("transfer:import_list") if answers["begin"] == "import" else "web:today")
    return render(request, "web/first_hour.html", {"form": form})
