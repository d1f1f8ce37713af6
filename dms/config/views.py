"""The home page, one's own account, signing in. What a role sees on its home the rooms bring as panels."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views import account
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.journal.services import record

from .home import panels_for


class HomeView(WagtailAdminTemplateMixin, TemplateView):
    """The search box, and below it what waits for this person."""

    template_name = "config/home.html"
    page_title = _("Search")
    header_icon = "search"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context with this person's panels."""
        context = super().get_context_data(**kwargs)
        context["panels"] = panels_for(self.request.user)
        return context


class AccountView(account.AccountView):
    """Language, theme and password; name and posts are the administrator's to change."""

    def get_panels(self) -> list[Any]:
        """Return the shell's own panels less those that would let people rename themselves or store pictures."""
        left_out = (account.NameEmailSettingsPanel, account.AvatarSettingsPanel, account.NotificationsSettingsPanel)
        return [panel for panel in super().get_panels() if not isinstance(panel, left_out)]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save, journal a new password, and lift the duty to choose one."""
        before = request.user.password
        with transaction.atomic():
            response = super().post(request)
            request.user.refresh_from_db()
            if request.user.password != before:
                request.user.must_change_password = False
                request.user.save(update_fields=["must_change_password"])
                record("person.password_changed", by=request.user, thing=request.user)
        return response or self.render_to_response(self.get_context_data())


class SignInView(account.LoginView):
    """Signing in; everybody without exception gets to the home page or to where they were going."""

    template_name = "config/sign_in.html"
