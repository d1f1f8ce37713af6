"""Tells the journal from which network address the request comes; decides nothing."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .services import address_in_use


class AddressMiddleware:
    """Sets the address while the request is served. A proxy's word counts only where the settings trust one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request with its address at hand."""
        token = address_in_use.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            address_in_use.reset(token)


def address_of(request: HttpRequest) -> str:
    """Return the client's address in its one written form, '' where there is none (a socket file)."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        # The last entry is the one our own proxy wrote; those before it are the client's to invent.
        given = request.META.get("HTTP_X_FORWARDED_FOR", given).rpartition(",")[2].strip()
    try:
        return str(ip_address(given))
    except ValueError:
        return ""
