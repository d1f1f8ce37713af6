"""The screen *Workers*: how the work stands, refreshed by itself, and failed pages to be read again. Thin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core.errors import require
from dms.organisation.models import PostKind
from ocr.services import retry_failed_pages

from . import policy
from .board import MOST_SHOWN, Board, board_for


def require_the_right(user: Any) -> None:
    """Raise NotAllowed for everybody but administrators and archivists."""
    require(
        policy.may_see_the_work(
            active=user.is_active,
            administers=user.holds(PostKind.ADMINISTRATOR),
            archives=user.holds(PostKind.ARCHIVIST),
        )
    )


def board_of(request: HttpRequest) -> Board:
    """Return the board of who asks."""
    user: Any = request.user
    return board_for(user)


class WorkersView(WagtailAdminTemplateMixin, TemplateView):
    """What waits at each step, how fast it goes, who works, what failed."""

    template_name = "config/workers.html"
    page_title = _("Workers")
    header_icon = "cogs"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Ask for the right first."""
        require_the_right(request.user)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        return response

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way from the home page to here."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": gettext("Workers")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the board of this person."""
        return super().get_context_data(**kwargs, board=board_of(self.request), most=MOST_SHOWN)


def state(request: HttpRequest) -> HttpResponse:
    """Return the board alone, for the screen that refreshes itself."""
    require_the_right(request.user)
    answer = render(request, "config/_workers.html", {"board": board_of(request), "most": MOST_SHOWN})
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Have one failed page (?page=) or all of them read again."""
    require_the_right(request.user)
    user: Any = request.user  # signed in: the shell's door and the right are behind us
    count = retry_failed_pages(public_id=request.POST.get("page", "")[:20], acting_user=user)
    words = ngettext("%(count)s page will be read again.", "%(count)s pages will be read again.", count)
    messages.success(request, words % {"count": count})
    return HttpResponseRedirect(reverse("config:workers"))
