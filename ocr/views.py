"""The recogniser's screens: *To check*, and a page's text beside its image for correction. Thin: parse, call, show."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.clearance.policy import Act
from dms.core.errors import NotFound, Refusal
from dms.holdings.models import Page, Reading
from dms.holdings.selectors import get_page_for

from . import policy, selectors, services
from .forms import ToCheckForm
from .page_text import Line, PageText


class ToCheckView(WagtailAdminTemplateMixin, TemplateView):
    """The pages whose text is doubtful, worst first; filters and place stand in the address."""

    template_name = "ocr/to_check.html"
    page_title = _("To check")
    header_icon = "clipboard-list"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way from the home page to here."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": gettext("To check")}]

    @cached_property
    def form(self) -> ToCheckForm:
        """The filters as asked for."""
        return ToCheckForm(self.request.GET)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return one page of the list and the address of the next."""
        pages = selectors.after(
            selectors.to_check(self.request.user, self.form.wanted()), self.request.GET.get("after", "")
        )
        rows = list(pages[: selectors.PAGE_SIZE + 1])
        more, rows = len(rows) > selectors.PAGE_SIZE, rows[: selectors.PAGE_SIZE]
        return super().get_context_data(
            **kwargs,
            form=self.form,
            wanted=self.form.wanted(),
            rows=[(page, address("reading:page_thumbnail", page.public_id)) for page in rows],
            next_url=self._address(selectors.place_of(rows[-1])) if more else "",
            first_url=self._address("") if self.request.GET.get("after") else "",
            limit=self.form.wanted().below or settings.OCR_CHECK_BELOW,  # 0: by engine
            is_filtered=self.form.wanted() != selectors.Wanted(),
        )

    def _address(self, place: str) -> str:
        query = self.request.GET.copy()
        query["after"] = place
        for name in [name for name, value in query.items() if not value]:
            del query[name]
        return f"{reverse('ocr:to_check')}?{query.urlencode()}"


class TextScreen(WagtailAdminTemplateMixin, TemplateView):
    """What the screens about one page's text share: the page, found under the right, and its place in the house."""

    header_icon = "edit"
    act = Act.WORK

    @cached_property
    def page(self) -> Page:
        """The page, under the right this screen asks for."""
        return get_page_for(self.request.user, self.kwargs["public_id"], self.act)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way from the dossier to this page."""
        item = self.page.item
        return [
            *super().get_breadcrumbs_items(),
            {"url": address("holdings:dossier", item.dossier.public_id), "label": str(item.dossier)},
            {"url": address("reading:page", self.page.public_id), "label": f"{item.title} · {self.page.position}"},
            {"url": "", "label": self.get_page_title()},
        ]


class CorrectView(TextScreen):
    """A page's text line by line, each under its strip of the image."""

    template_name = "ocr/correct.html"
    page_title = _("Correct the text")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the present text."""
        return self._show(self._present(), None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep what was typed, and go on to the next doubtful page or back to this one."""
        typed = [*request.POST.getlist("line"), *(line for line in request.POST.getlist("new") if line.strip())]
        try:
            seen = _number(request.POST.get("seen"))
            services.correct_text(page=self.page, new_lines=typed, acting_user=request.user, seen_version=seen)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self._show(self._present(), typed, status=refusal.status)
        messages.success(request, gettext("The text was saved; the version before it stays readable."))
        return HttpResponseRedirect(_onward(request, self.page))

    def _present(self) -> PageText:
        reading = selectors.current_reading(self.page)
        if reading is None:
            return selectors.page_text(self.page)
        return services.open_text(page=self.page, reading=reading, acting_user=self.request.user)

    def _show(self, text: PageText, typed: list[str] | None, status: int = 200) -> HttpResponse:
        capture = selectors.current_capture(self.page)
        return self.render_to_response(
            self.get_context_data(
                page=self.page,
                text=text,
                lines=_lines(text, typed),
                typed_more=typed[len(text.lines) :] if typed else [],
                readings=selectors.readings_of(self.page),
                answer=policy.may_correct(self.page.state),
                image_url=address("reading:page_image", self.page.public_id),
                viewer_url=address("reading:page", self.page.public_id),
                state={
                    "width": capture.width,
                    "height": capture.height,
                    "turn": capture.turn,
                    "lines": [line.box for line in text.lines],
                    "doubtful": [word.box for line in text.lines for word in _doubtful(line)],
                },
            ),
            status=status,
        )


class OldTextView(TextScreen):
    """One former version of a page's text, for reading."""

    template_name = "ocr/old_text.html"
    header_icon = "history"
    act = Act.READ

    def get_page_title(self) -> str:
        """Return which version this is."""
        return gettext("Text version %(number)s") % {"number": self.kwargs["version"]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the text; that it was read is written down."""
        reading = self._reading()
        text = services.open_text(page=self.page, reading=reading, acting_user=self.request.user)
        return super().get_context_data(**kwargs, page=self.page, reading=reading, text=text)

    def _reading(self) -> Reading:
        capture = _number(self.request.GET.get("image"))
        readings = selectors.readings_of(self.page).filter(version=self.kwargs["version"])
        reading = readings.filter(capture__version=capture).first() if capture else readings.first()
        if reading is None:
            raise NotFound
        return reading


@require_POST
def checked(request: HttpRequest, public_id: str) -> HttpResponse:
    """Note that the text is good as it is."""
    page = get_page_for(request.user, public_id, Act.WORK)
    return _done(request, page, lambda user: services.mark_checked(page=page, acting_user=user))


@require_POST
def read_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have a page that could not be read tried again."""
    page = get_page_for(request.user, public_id, Act.WORK)
    return _done(request, page, lambda user: services.retry_page(page=page, acting_user=user))


def address(name: str, *args: Any) -> str:
    """Return the address of another room's screen, or "" where that room has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _done(request: HttpRequest, page: Page, act: Any) -> HttpResponse:
    try:
        act(request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(_onward(request, page))


def _onward(request: HttpRequest, page: Page) -> str:
    """To the next doubtful page where somebody is working through the list, otherwise back to this page's text."""
    goal = request.POST.get("then", "")
    if goal == "next":
        following = selectors.to_check(request.user).exclude(pk=page.pk).first()
        return address("ocr:correct", following.public_id) if following else address("ocr:to_check")
    return address("ocr:to_check") if goal == "list" else address("ocr:correct", page.public_id)


def _lines(text: PageText, typed: list[str] | None) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "text": typed[number] if typed and number < len(typed) else line.text,
            "confidence": line.confidence,
            "doubtful": bool(_doubtful(line)),
        }
        for number, line in enumerate(text.lines)
    ]


def _doubtful(line: Line) -> list[Any]:
    return [word for word in line.words if word.confidence < settings.OCR_DOUBTFUL_BELOW]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
