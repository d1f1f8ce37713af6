"""The auditor's screens: the list with filters, one entry, exports. Whoever looks here is written down here too."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from dms.core.errors import NotFound, require

from . import exports, policy, selectors, services, words
from .forms import FilterForm
from .models import JournalEntry

PAGE_SIZE = 50


class JournalScreen(WagtailAdminTemplateMixin, TemplateView):
    """What the journal's pages share: their place in the shell."""

    page_title = gettext_lazy("Journal")
    header_icon = "history"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way from the home page to here."""
        return [*super().get_breadcrumbs_items(), {"url": reverse("journal"), "label": gettext("Journal")}]


class JournalView(JournalScreen):
    """The list, newest first; its filters and its place stand in the address."""

    template_name = "journal/list.html"

    @cached_property
    def form(self) -> FilterForm:
        """The filters as asked for."""
        return FilterForm(self.request.GET)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a page of entries to who may read the journal, and write down that it was read (C6)."""
        selectors.require_reader(request.user)
        filters = self.form.filters()
        found = selectors.page_of_entries(
            request.user, filters, before=self._place("before"), after=self._place("after"), size=PAGE_SIZE
        )
        services.record_reading(by=request.user, filters=filters, entries=found.entries)
        return self.render_to_response(self.get_context_data(found=found, filters=filters))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return rows in words, the form, and the addresses to go on to."""
        found, filters = kwargs["found"], kwargs["filters"]
        return super().get_context_data(
            **kwargs,
            form=self.form,
            media=self.form.media,
            people=[gettext("system"), *selectors.people_named()],
            rows=[described(entry) for entry in found.entries],
            is_filtered=filters != selectors.Filters(),
            newer_url=self._address(after=found.newer) if found.newer else "",
            older_url=self._address(before=found.older) if found.older else "",
            newest_url=self._address() if "before" in self.request.GET or "after" in self.request.GET else "",
        )

    def get_header_buttons(self) -> list[Any]:
        """Return the exports of what is filtered."""
        query = self._address().partition("?")[2]
        return [
            HeaderButton(
                label=label, url=f"{reverse('journal_export', args=[form])}?{query}", icon_name="download", priority=n
            )
            for n, (form, label) in enumerate([("xlsx", gettext("Excel file")), ("csv", gettext("CSV file"))])
        ]

    def _place(self, name: str) -> int | None:
        word = self.request.GET.get(name, "")
        return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None

    def _address(self, **place: int) -> str:
        query = self.request.GET.copy()
        for name in ("before", "after"):
            query.pop(name, None)
        for name, entry_id in place.items():
            query[name] = str(entry_id)
        for name in [name for name, value in query.items() if not value]:
            del query[name]
        return f"{reverse('journal')}?{query.urlencode()}"


class EntryView(JournalScreen):
    """One entry with its seal; its sealed particulars only when asked for, and only for auditors."""

    template_name = "journal/entry.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the entry, and write that down."""
        entry = selectors.get_entry_for(request.user, kwargs["entry_id"])
        services.record_reading(by=request.user, filters=selectors.Filters(), entries=[entry])
        return self._show(entry, opened=None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Open the sealed particulars (D1), and write that down."""
        entry = selectors.get_entry_for(request.user, kwargs["entry_id"])
        require(policy.may_open_particulars(selectors.posts_for_journal(request.user)))
        if not entry.sealed:
            raise NotFound()
        return self._show(entry, opened=services.open_particulars(entry, by=request.user))

    def _show(self, entry: JournalEntry, opened: str | None) -> HttpResponse:
        self.entry = entry
        posts = selectors.posts_for_journal(self.request.user)
        response = self.render_to_response(
            self.get_context_data(
                row=described(entry),
                entry=entry,
                facts=[(words.fact(key), value) for key, value in entry.facts.items()],
                seal=getattr(entry, "seal", None),
                opened=opened,
                may_open=bool(entry.sealed) and bool(policy.may_open_particulars(posts)) and opened is None,
            )
        )
        response["Cache-Control"] = "private, no-store"
        return response

    def get_page_title(self) -> str:
        """Return the entry's number as title."""
        return gettext("Entry %(number)s") % {"number": self.entry.pk}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here over the list."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]


class ExportView(View):
    """Everything that matches the filters, as CSV (streamed) or Excel; written down before the first byte leaves."""

    def get(self, request: HttpRequest, file_format: str) -> HttpResponse | StreamingHttpResponse:
        """Return the file."""
        selectors.require_reader(request.user)
        form = FilterForm(request.GET)
        if not form.is_valid():
            return render(request, "journal/export_refused.html", {"form": form}, status=400)
        filters = form.filters()
        services.record_export(by=request.user, filters=filters, file_format=file_format)
        name = f"journal-{timezone.localdate():%Y-%m-%d}.{file_format}"
        response: HttpResponse | StreamingHttpResponse
        if file_format == "csv":
            lines = exports.csv_lines(selectors.all_entries(request.user, filters))
            response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
            response["Content-Disposition"] = f'attachment; filename="{name}"'
        else:
            entries = selectors.all_entries(request.user, filters, limit=exports.EXCEL_ROWS)
            response = FileResponse(exports.workbook(entries), as_attachment=True, filename=name)
        response["Cache-Control"] = "private, no-store"
        return response


def described(entry: JournalEntry) -> dict[str, Any]:
    """Return an entry in words, as list and detail show it."""
    return {
        "id": entry.pk,
        "url": reverse("journal_entry", args=[entry.pk]),
        "at": entry.at,
        "person": words.person(entry.actor_name),
        "posts": words.posts(entry.actor_post),
        "action": words.action(entry.action),
        "refused": entry.refused,
        "thing": entry.thing_label,
        "thing_id": entry.thing_id,
        "thing_type": words.thing_type(entry.thing_type),
        "address": entry.address,
    }
