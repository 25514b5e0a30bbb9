from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("muster.accounts.urls")),
    path("", include("muster.web.urls")),
]
