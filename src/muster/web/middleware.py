"""Headers that every answer carries (pages, files, redirects, errors, whoever made them), and what no address may hold."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

# No inline script or style anywhere: 'self' without nonces is the strictest rule the pages can live with.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Django sets these too, but not where it refuses a request before it looks at it.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # What members are called stays out of shared caches and off the disk of a lent computer.
    "Cache-Control": "private, no-store",
}

Handler = Callable[[HttpRequest], HttpResponse]


def headers(get_response: Handler) -> Handler:
    """
    Forbid everything a page does not need, and keep copies of pages out of caches; the outermost of all.

    Whoever signs out leaves nothing behind in the browser.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if getattr(request, "signed_out", False):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


def plain_addresses(get_response: Handler) -> Handler:
    """Refuse an address whose query holds the sign number 0: nobody types it, and PostgreSQL takes it in no text."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address with a sign that no text holds.")
        return get_response(request)

    return middleware
