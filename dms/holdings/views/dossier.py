"""A dossier's page: its head and its tabs. Who may only know of it gets the head and the way to access."""

from typing import Any

import segno
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views import View

from dms.clearance.policy import Act
from dms.core.errors import NotAllowed, NotFound, require
from dms.core.refusals import Denied
from dms.journal.services import record

from ..forms.own_fields import YES_NO
from ..models import Dossier, Item, Page, PageState
from ..policy import masked
from ..selectors import get_dossier_for, items_of_dossier, looks_at, may_see_use, rights_on
from ..services.personal import read_personal_values, show_personal_value
from ..services.versions import open_version
from ..version_words import rows_of, words_of
from .screen import Screen, address_elsewhere, crumb, trail_of

ITEMS_A_PAGE = 100
LINES_A_PAGE = 100


def qr_of(request: HttpRequest, dossier: Dossier) -> SafeString:
    """Return the label's QR code, which leads to the dossier's own address, as inline SVG."""
    address = request.build_absolute_uri(reverse("holdings:dossier", args=[dossier.public_id]))
    code = segno.make(address, error="m", micro=False)
    return mark_safe(code.svg_inline(border=2, scale=3, dark="#000", light="#fff", omitsize=True))  # noqa: S308 (our own SVG)


class DossierScreen(Screen):
    """What all tabs share. Subclasses name their tab; a look at what is inside is journalled (C6)."""

    tab = ""
    template_name = "holdings/dossier_items.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Fetch the dossier, or answer as if there were none."""
        self.dossier = get_dossier_for(request.user, kwargs["public_id"], Act.KNOW)
        self.rights = rights_on(request.user, self.dossier)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the tab, or only the head to those who may know but not read."""
        if not self.rights[Act.READ]:
            self.template_name = "holdings/dossier_locked.html"
            return self.show()
        record("dossier.read", by=request.user, thing=self.dossier, facts={"tab": self.tab})
        return self.show(**self.inside())

    def inside(self) -> dict[str, Any]:
        """Return what the tab shows; asked only of those who may read."""
        return {}

    def crumbs(self) -> list[dict[str, Any]]:
        """Return fonds › series › dossier."""
        return trail_of(self.dossier)

    def get_page_title(self) -> str:
        """Return number and name."""
        return f"{self.dossier.number} {self.dossier.name}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the head: names, rights, acts, tabs."""
        dossier, work = self.dossier, self.rights[Act.WORK]
        may_work = bool(work) or (isinstance(work, Denied) and work.code == "sealed")
        return super().get_context_data(**kwargs) | {
            "dossier": dossier,
            "former_names": [name for name in dossier.names.all() if name.until_day is not None],
            "qr": qr_of(self.request, dossier),
            "tab": self.tab,
            "tabs": self._tabs(),
            "locked": self.rights[Act.READ] if not self.rights[Act.READ] else None,
            "may_work": may_work,
            "work_refused": "" if work else f"{work.reason} {work.remedy}",
            "upload_url": address_elsewhere("intake:new_batch", query=f"?dossier={dossier.public_id}"),
        }

    def _tabs(self) -> list[tuple[str, str, str]]:
        names = [("items", _("Items")), ("facts", _("Facts"))]
        if may_see_use(self.request.user, self.dossier):
            names.append(("use", _("Use")))
        names.append(("history", _("History")))
        address = {"items": "holdings:dossier"}
        pid = [self.dossier.public_id]
        tabs = [(tab, label, reverse(address.get(tab, f"holdings:dossier_{tab}"), args=pid)) for tab, label in names]
        volumes = address_elsewhere("arrangement:dossier_volumes", *pid)
        return [("volumes", _("Volumes"), volumes), *tabs] if volumes else tabs


class ItemsTab(DossierScreen):
    """The papers, by section and date."""

    tab = "items"

    def inside(self) -> dict[str, Any]:
        """Return the items with their pages counted and the first page's thumbnail."""
        first_page = Page.objects.filter(item=OuterRef("pk")).order_by("position")
        items = (
            items_of_dossier(self.request.user, Act.READ, self.dossier)
            .select_related("section", "classification")
            .annotate(
                page_count=Count("pages"),
                read_count=Count("pages", filter=Q(pages__state__in=(PageState.RECOGNISED, PageState.BLANK))),
                failed_count=Count("pages", filter=Q(pages__state=PageState.FAILED)),
                first_page=Subquery(first_page.values("public_id")[:1]),
            )
            .order_by(F("section__position").asc(nulls_last=True), "section__code", "document_date", "entry_number")
        )
        paper = Paginator(items, ITEMS_A_PAGE).get_page(self.request.GET.get("page"))
        for item in paper:
            page = item.first_page
            item.thumbnail_url = address_elsewhere("reading:page_thumbnail", page) if page else ""
            item.page_url = address_elsewhere("reading:page", page) if page else ""
        return {"items": paper}


class FactsTab(DossierScreen):
    """The facts, own fields included; personal ones masked until asked for."""

    tab = "facts"
    template_name = "holdings/dossier_facts.html"

    def inside(self, shown: str = "") -> dict[str, Any]:
        """Return the own fields with their values in words."""
        clear = read_personal_values(self.dossier)
        own = []
        for definition in self.dossier.kind.fields.all():
            if definition.personal:
                value = clear.get(definition.code, "")
                own.append((definition, value if definition.code == shown else masked(value), bool(value)))
            else:
                own.append((definition, in_words(self.dossier.fields.get(definition.code)), False))
        return {"own": own, "shown": shown}


def in_words(value: Any) -> str:
    """Return an open own field's stored value as shown."""
    if isinstance(value, bool):
        return str(dict(YES_NO)[str(value).lower()])
    return "" if value is None else str(value)


class ShowPersonalView(View):
    """Gives a personal value in clear to those who may read, and writes down that it was shown (D1 C6)."""

    def post(self, request: HttpRequest, public_id: str, code: str) -> HttpResponse:
        """Return the value as JSON, or the whole tab with it where there is no script."""
        dossier = get_dossier_for(request.user, public_id, Act.READ)
        value = show_personal_value(dossier=dossier, code=code, acting_user=request.user)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            answer: HttpResponse = JsonResponse({"value": value})
            answer["Cache-Control"] = "private, no-store"
            return answer
        return _FactsShown.as_view(code=code)(request, public_id=public_id)


class _FactsShown(FactsTab):
    code = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.rights[Act.READ])
        return self.show(**self.inside(shown=self.code))


class UseTab(DossierScreen):
    """Who looked at the dossier and what was done, from the journal."""

    tab = "use"
    template_name = "holdings/dossier_use.html"

    def inside(self) -> dict[str, Any]:
        """Return the newest lines, or those older than ?before=."""
        if not may_see_use(self.request.user, self.dossier):
            raise NotAllowed(_("Who looked at a dossier is shown to archivists and auditors."))
        word = self.request.GET.get("before", "")
        before = int(word) if word.isdigit() else None
        lines = looks_at(self.dossier, before=before, limit=LINES_A_PAGE + 1)
        older = lines[LINES_A_PAGE - 1].pk if len(lines) > LINES_A_PAGE else None
        return {"lines": lines[:LINES_A_PAGE], "older": older}


class HistoryTab(DossierScreen):
    """Every version, newest first."""

    tab = "history"
    template_name = "holdings/dossier_history.html"

    def inside(self) -> dict[str, Any]:
        """Return the versions with what changed in words."""
        words = words_of(self.dossier)
        versions = list(self.dossier.versions.select_related("saved_by").defer("sealed"))
        for version in versions:
            version.in_words = words.labels(version.changed)
            version.url = reverse("holdings:dossier_version", args=[self.dossier.public_id, version.version])
        return {"versions": versions}


class VersionView(DossierScreen):
    """One version, readable for ever, beside the one before it."""

    tab = "history"
    template_name = "holdings/version.html"

    def inside(self) -> dict[str, Any]:
        """Return the facts of the version and what differs from the one before."""
        return version_context(self.dossier, self.dossier, self.kwargs["version"])

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the version."""
        history = reverse("holdings:dossier_history", args=[self.dossier.public_id])
        number = self.kwargs["version"]
        return [*super().crumbs(), crumb(_("History"), history), crumb(_("Version %(number)s") % {"number": number})]


def version_context(thing: Dossier | Item, dossier: Dossier, number: int) -> dict[str, Any]:
    """Return version `number` of a dossier or item beside the one before; raise NotFound where there is none."""
    found = {v.version: v for v in thing.versions.filter(version__in=(number, number - 1)).select_related("saved_by")}
    if number not in found:
        raise NotFound
    before = found.get(number - 1)
    rows = rows_of(
        words_of(thing), open_version(found[number], dossier), open_version(before, dossier) if before else None
    )
    return {"version": found[number], "rows": rows, "before": before}


class LabelView(DossierScreen):
    """The label to print: number, the name of today, QR code (A1 A11)."""

    template_name = "holdings/label.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the label alone on a page, ready to print."""
        require(self.rights[Act.WORK])
        record("dossier.label_printed", by=request.user, thing=self.dossier)
        return self.show()
