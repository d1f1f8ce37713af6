"""The dossier list and its export. Everything it shows comes out of listing.py, which knows rights."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views import View

from dms.clearance.policy import may_create_dossier
from dms.clearance.selectors import facts_of
from dms.core.errors import NotFound
from dms.core.table_files import WRITERS

from .. import columns, exports
from ..forms.filters import FilterForm
from ..listing import (
    FIRST,
    INITIALS,
    LAST,
    ListPage,
    Order,
    Place,
    list_page,
    place_of,
    place_of_initial,
    place_of_number,
)
from ..policy import initial_of
from .screen import Screen

SIZES = (25, 50, 100, 200)
USUAL_SIZE = 50
PLACES = ("after", "before", "from", "initial", "end")
REMEMBERED = "holdings.columns"


def order_of(asked: QueryDict) -> Order:
    """Return the order the address asks for: a jump decides it, then ?sort=, else by number."""
    if asked.get("initial"):
        return Order.NAME
    if asked.get("from"):
        return Order.NUMBER
    return Order.NAME if asked.get("sort") == Order.NAME else Order.NUMBER


class DossierListView(Screen):
    """The list: filters, order, place and columns stand in the address."""

    template_name = "holdings/dossier_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the page the address asks for, with the addresses of its neighbours."""
        asked = self.request.GET
        form = FilterForm(asked, user=self.request.user)
        filters, order = form.filters(), order_of(asked)
        page = list_page(self.request.user, filters, order, self._place(filters, order), self._size())
        in_force = [
            {"label": label, "value": value, "url": self._address(without=(name,))}
            for name, label, value in form.in_force()
        ]
        return super().get_context_data(**kwargs) | {
            "form": form,
            "page": page,
            "page_rows": self._rows(page, order),
            "in_force": in_force,
            "order": order,
            "size": self._size(),
            "size_urls": [{"size": size, "url": self._address(size=size)} for size in SIZES],
            "columns": self._columns(),
            "choosable": columns.CHOOSABLE,
            "may_open": self._may_open(),
            **self._addresses(page),
        }

    def _place(self, filters: Any, order: Order) -> Place:
        asked, user = self.request.GET, self.request.user
        if asked.get("end"):
            return LAST
        if number := asked.get("from", "").strip():
            return place_of_number(number)
        if (initial := asked.get("initial", "").upper()) and initial in INITIALS:
            return place_of_initial(user, filters, initial)
        if beside := asked.get("after"):
            return place_of(user, beside, order)
        if beside := asked.get("before"):
            return place_of(user, beside, order, backwards=True)
        return FIRST

    def _size(self) -> int:
        word = self.request.GET.get("size", "")
        return int(word) if word.isdigit() and int(word) in SIZES else USUAL_SIZE

    def _columns(self) -> list[columns.Column]:
        """Return the chosen columns; a choice is remembered until the person signs out."""
        if keys := self.request.GET.getlist("columns"):
            self.request.session[REMEMBERED] = keys[:20]
        return columns.chosen(self.request.session.get(REMEMBERED, []))

    def _rows(self, page: ListPage, order: Order) -> list[dict[str, Any]]:
        shown, rows, letter = self._columns(), [], ""
        for dossier in page.rows:
            its_letter = initial_of(dossier.name_sort) if order is Order.NAME else ""
            rows.append(
                {
                    "dossier": dossier,
                    "cells": [(column, column.text(dossier)) for column in shown],
                    "locked": dossier.pk in page.known_only,
                    "letter": its_letter if its_letter != letter else "",
                }
            )
            letter = its_letter
        return rows

    def _may_open(self) -> bool:
        facts = facts_of(self.request.user)
        return any(may_create_dossier(facts, fonds) for fonds in facts.archivist_of)

    def _addresses(self, page: ListPage) -> dict[str, Any]:
        first, last = (page.rows[0], page.rows[-1]) if page.rows else (None, None)
        return {
            "first_url": self._address(),
            "last_url": self._address(end=1),
            "previous_url": self._address(before=first.public_id) if first and page.has_previous else "",
            "next_url": self._address(after=last.public_id) if last and page.has_next else "",
            "sort_urls": {order.value: self._address(sort=order.value) for order in Order},
            "initials": [(letter, self._address(initial=letter, sort=Order.NAME.value)) for letter in INITIALS],
            "export_urls": {
                kind: reverse("holdings:dossier_export", args=[kind]) + self._address() for kind in WRITERS
            },
            "clear_url": reverse("holdings:dossier_list"),
            "kept": [(k, v) for k, v in self._kept().items() if k in {"sort", "size"}],
        }

    def _kept(self, without: tuple[str, ...] = ()) -> QueryDict:
        kept = self.request.GET.copy()
        for name in [*PLACES, "columns", *without]:
            kept.pop(name, None)
        for name in [name for name, value in kept.items() if value == ""]:
            del kept[name]
        return kept

    def _address(self, *, without: tuple[str, ...] = (), **place: Any) -> str:
        """Return this list's address with the filters kept, at another place."""
        kept = self._kept(without)
        for name, value in place.items():
            kept[name] = str(value)
        return f"?{kept.urlencode()}"


class DossierExportView(View):
    """The filtered list as a file: the same rows as on the screen, through the same rights, journalled."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Return the file."""
        if kind not in WRITERS:
            raise NotFound
        form = FilterForm(request.GET, user=request.user)
        order = order_of(request.GET)
        words = {name: str(value) for name, _label, value in form.in_force()} if form.is_valid() else {}
        made = exports.export_list(kind, user=request.user, filters=form.filters(), order=order, filters_in_words=words)
        response = HttpResponse(made.content, content_type=made.media_type)
        response["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
        response["Cache-Control"] = "private, no-store"
        response["X-Rows"] = str(made.rows)
        return response
