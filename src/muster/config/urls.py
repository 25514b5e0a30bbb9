from django.urls import URLPattern, URLResolver, include, path

# Where allauth finds that sign-in was tried too often.
handler429 = "muster.access.middleware.too_many"

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("muster.accounts.urls")),
    path("units/", include("muster.web.units.urls")),
    path("settings/kinds/", include("muster.web.kinds.urls")),
    path("settings/places/", include("muster.web.places.urls")),
    path("access/roles/", include("muster.web.roles.urls")),
    path("access/", include("muster.web.access.urls")),
    path("files/", include("muster.web.releases.urls")),
    path("balance-sheet/", include("muster.web.balance_sheet.urls")),
    path("duplicates/", include("muster.web.merging.urls")),
    path("imports/", include("muster.transfer.urls")),
    path("views/", include("muster.web.saved_views.urls")),
    path("trace/", include("muster.web.trace.urls")),
    path("people/", include("muster.people.urls")),
    path("contacts/figures/", include("muster.web.contact_figures.urls")),
    path("contacts/", include("muster.contacts.urls")),
    path("write/", include("muster.contacts.writing.urls")),
    path("letters/", include("muster.mailings.urls")),
    path("unsubscribe/", include("muster.mailings.unsubscribe_urls")),
    path("", include("muster.web.urls")),
]
