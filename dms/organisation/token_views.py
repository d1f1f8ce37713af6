"""Screens of API tokens: one's own, made and revoked by oneself; everybody's, for administrators. Thin."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core import clock

from . import selectors
from .forms import TokenForm
from .models import User
from .tokens import make_token, revoke_token

USUAL_DAYS = 90


class TokensView(WagtailAdminTemplateMixin, TemplateView):
    """One's own tokens, and the form of a new one."""

    template_name = "organisation/tokens.html"
    page_title = gettext_lazy("API tokens")
    header_icon = "key"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the tokens and the form, filled with a usual day."""
        form = kwargs.pop("form", None)
        if form is None:
            form = TokenForm(initial={"last_day": clock.today() + timedelta(days=USUAL_DAYS)})
        tokens = selectors.tokens_of(cast(User, self.request.user))
        address = self.request.build_absolute_uri("/api/v1/")
        return super().get_context_data(**kwargs) | {
            "form": form,
            "media": form.media,
            "tokens": tokens,
            "address": address,
            "secret": kwargs.get("secret", ""),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a token and show it, this once; or show what is wrong at its field."""
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self._answer(form=form, status=422)
        _token, secret = make_token(person=cast(User, request.user), **form.cleaned_data)
        return self._answer(secret=secret)

    def _answer(self, status: int = 200, **context: Any) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(**context), status=status)
        response["Cache-Control"] = "private, no-store"
        return response


class EveryTokenView(WagtailAdminTemplateMixin, TemplateView):
    """Everybody's tokens, for administrators: who has which, when it was used, and revoking."""

    template_name = "organisation/every_token.html"
    page_title = gettext_lazy("API tokens of everybody")
    header_icon = "key"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the tokens that match ?q=; raise NotAllowed for others than administrators."""
        words = self.request.GET.get("q", "").strip()[:80]
        tokens = selectors.every_token(self.request.user, words=words)
        return super().get_context_data(**kwargs) | {"tokens": tokens, "q": words, "everybody": True}


class RevokeTokenView(View):
    """Revokes one's own token, or for an administrator anybody's."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Revoke it and go back to the list it was pressed in."""
        token = selectors.get_token_for(request.user, public_id)
        revoke_token(token=token, acting_user=cast(User, request.user))
        messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
        elsewhere = token.person != request.user or request.POST.get("list") == "every"
        return redirect(reverse("organisation:every_token" if elsewhere else "organisation:tokens"))
