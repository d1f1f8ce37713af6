"""The journal's place in the shell: its addresses and its entry among the registers."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import policy, selectors
from .urls import urlpatterns


class JournalMenuItem(MenuItem):
    """Shown to those who may read the journal."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether this person may read the journal."""
        return bool(policy.may_read_journal(selectors.posts_for_journal(request.user)))


@hooks.register("register_admin_urls")
def journal_addresses() -> list[Any]:
    """Mount the screens in the shell, behind its sign-in."""
    return urlpatterns


@hooks.register("register_registers_menu_item")
def journal_item() -> MenuItem:
    """The journal among the registers."""
    return JournalMenuItem(_("Journal"), reverse("journal"), name="journal", icon_name="history", order=900)
