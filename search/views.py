"""The results page and its export. What they show comes out of services.py, which knows rights and journals."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core.table_files import WRITERS

from . import services
from .filters import Chosen
from .found import FACETS, Order
from .indexing import pages_not_indexed
from .offers import offers
from .query import QueryError
from .selectors import MOST, FoundHit, Results

PAGE_SIZE = 20
FACET_NAMES = {
    "series": _("Series"),
    "kind": _("Dossier kind"),
    "section": _("Section"),
    "year": _("Year"),
    "department": _("Department"),
    "classification": _("Security classification"),
}
ORDER_NAMES = {
    Order.RELEVANCE: _("Relevance"),
    Order.DATE: _("Date"),
    Order.VOLUME: _("Volume order"),
}


class ResultsView(WagtailAdminTemplateMixin, TemplateView):
    """Hits grouped by dossier, with facets; query, order, facets and place stand in the address."""

    template_name = "search/results.html"
    page_title = _("Search")
    header_icon = "search"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the one step this page is: the home page is the search itself."""
        return [{"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the results the address asks for; words that are no query give their explanation instead."""
        context = super().get_context_data(**kwargs) | {"q": _words(self.request.GET), "page_size": PAGE_SIZE}
        context["not_indexed"] = pages_not_indexed(self.request.user)
        if not context["q"]:
            return context
        try:
            return context | self._results(context["q"])
        except QueryError as error:
            at = len(context["q"]) if error.position is None else error.position
            return context | {"error": error, "right": context["q"][:at], "wrong": context["q"][at:]}

    def _results(self, words: str) -> dict[str, Any]:
        asked, order, chosen = self.request.GET, _order(self.request.GET), _chosen(self.request.GET)
        number = _number(asked.get("p", ""))
        results = services.run_search(
            acting_user=self.request.user,
            words=words,
            order=order,
            chosen=chosen,
            first=(number - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
        )
        return {
            "results": results,
            "groups": _grouped(results.hits, words),
            "facets": list(self._facets(results, chosen)),
            "is_narrowed": bool(chosen.values),
            "orders": [(name, _address(asked, sort=one.value), one is order) for one, name in ORDER_NAMES.items()],
            "exports": [(kind, reverse("search:export", args=[kind]) + _address(asked)) for kind in WRITERS],
            "number": number,
            "pages": max(1, -(-results.total // PAGE_SIZE)),
            "previous_url": _address(asked, p=number - 1) if number > 1 else "",
            "next_url": _address(asked, p=number + 1) if number * PAGE_SIZE < results.total else "",
            "all_url": _address(asked, **dict.fromkeys(FACETS, "")),
            "most": MOST,
        }

    def _facets(self, results: Results, chosen: Chosen) -> Iterable[dict[str, Any]]:
        for name in FACETS:
            taken = chosen.values.get(name)
            values = [
                {
                    "label": value.label,
                    "count": value.count,
                    "taken": value.key == taken,
                    "url": _address(self.request.GET, **{name: "" if value.key == taken else value.key}),
                }
                for value in results.facets[name]
            ]
            if len(values) > 1 or taken is not None:
                yield {"name": FACET_NAMES[name], "values": values}


class OffersView(View):
    """What the box offers while somebody types."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Return {"offers": [{"number", "name", "url"}]} for ?q=."""
        found = offers(request.user, request.GET.get("q", "")[:100])
        return JsonResponse({"offers": [asdict(offer) for offer in found]})


class ExportView(View):
    """All hits as a file, through the same rights, journalled."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Return the file; words that are no query are refused in words."""
        made = services.export_results(
            acting_user=request.user,
            words=_words(request.GET),
            kind=kind,
            order=_order(request.GET),
            chosen=_chosen(request.GET),
        )
        response = HttpResponse(made.content, content_type=made.media_type)
        response["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
        response["Cache-Control"] = "private, no-store"
        return response


def _words(asked: QueryDict) -> str:
    return asked.get("q", "").strip()


def _order(asked: QueryDict) -> Order:
    word = asked.get("sort", "")
    return Order(word) if word in set(Order) else Order.RELEVANCE


def _chosen(asked: QueryDict) -> Chosen:
    return Chosen.from_words(asked.dict())


def _number(word: str) -> int:
    return min(max(int(word), 1), MOST // PAGE_SIZE) if word.isascii() and word.isdecimal() and len(word) < 6 else 1


def _address(asked: QueryDict, **changes: object) -> str:
    """Return this search's address with `changes`, from its first page unless they say another."""
    kept = {name: value for name in ("q", "sort", *FACETS) if (value := asked.get(name))}
    kept |= {name: str(value) for name, value in changes.items()}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def _grouped(hits: list[FoundHit], words: str) -> list[dict[str, Any]]:
    """Return the hits by dossier, in the order in which dossiers first appear on this page."""
    places = {hit.item.dossier_id: place for place, hit in reversed(list(enumerate(hits)))}
    ordered = sorted(hits, key=lambda hit: places[hit.item.dossier_id])
    return [
        {"dossier": group[0].item.dossier, "hits": [_row(hit, words) for hit in group]}
        for group in (list(same) for _dossier, same in groupby(ordered, key=lambda hit: hit.item.dossier_id))
    ]


def _row(hit: FoundHit, words: str) -> dict[str, Any]:
    """Return what a line needs beside the hit: where it leads, and its picture. A locked entry leads nowhere."""
    if hit.page is None:
        url = reverse("holdings:item", args=[hit.item.public_id]) if hit.readable else ""
        return {"hit": hit, "url": url, "thumbnail": ""}
    return {
        "hit": hit,
        "url": f"{reverse('reading:page', args=[hit.page.public_id])}?{urlencode({'q': words})}",
        "thumbnail": reverse("reading:page_thumbnail", args=[hit.page.public_id]),
    }
