"""Keeps whoever must choose a new password at the account page until it is done."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

STAYS_OPEN = frozenset(
    {
        "wagtailadmin_account",
        "wagtailadmin_logout",
        "wagtailadmin_login",
        "wagtailadmin_sprite",
        "wagtailadmin_javascript_catalog",
        "set_language",
    }
)
# Programs follow no redirect to a page: the API's own door says what is to be done.
ANSWERS_FOR_ITSELF = "/api/"


class NewPasswordMiddleware:
    """Sends a signed-in person whose password was given by somebody else to the account page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or redirect to the account page."""
        if request.path_info.startswith(ANSWERS_FOR_ITSELF):
            return self.get_response(request)
        user = request.user
        must_change = user.is_authenticated and user.must_change_password
        if not must_change or resolve(request.path_info).view_name in STAYS_OPEN:
            return self.get_response(request)
        messages.warning(request, _("Choose a password of your own before you go on."))
        return redirect(reverse("wagtailadmin_account") + "#tab-profile")
