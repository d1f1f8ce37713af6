"""What belongs together: the block on an item's page, its relations, and making and undoing them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.core.errors import NotAllowed, NotFound, Refusal
from dms.holdings.models import Item
from dms.holdings.selectors import decide_item
from dms.holdings.views.items import ItemScreen
from dms.holdings.views.screen import INVALID, crumb
from dms.journal.services import record

from ..forms import RelationForm
from ..models import ItemRelation
from ..selectors.relations import relations_of
from ..services import relate_items, unrelate_items
from .volume_rows import place_of


def together(request: HttpRequest, item: Item, form: RelationForm | None = None) -> dict[str, Any]:
    """Return what the block shows of an item: relations both ways, where it is bound, the form for those who may."""
    may_work = bool(decide_item(request.user, Act.WORK, item))
    form = form or (RelationForm(user=request.user, item=item) if may_work else None)
    return {
        "item": item,
        "relations": relations_of(request.user, item),
        "place": place_of(request.user, item),
        "form": form,
        "offers": form.fields["other"].offers() if form else [],
    }


def block_of(request: HttpRequest, item: Item) -> SafeString:
    """Return the block *Belongs together* for the item's page."""
    return render_to_string("arrangement/_together.html", together(request, item), request)


class RelationsView(ItemScreen):
    """The relations of one item; where one is refused, what was typed stays."""

    template_name = "arrangement/relations.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show them and write down that the item was looked at (C6)."""
        record("item.read", by=request.user, thing=self.item)
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Relate the item to another one, or undo a relation (A8)."""
        if "undo" in request.POST:
            return self._undo(request.POST["undo"])
        form = RelationForm(request.POST, user=request.user, item=self.item)
        if not form.is_valid():
            return self.show(form=form, status=INVALID)
        try:
            relate_items(
                item=self.item,
                kind=form.cleaned_data["kind"],
                other=form.cleaned_data["other"],
                acting_user=request.user,
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.show(form=form, status=refusal.status)
        messages.success(request, _("Related. Years and order follow when the dossier is next arranged."))
        return redirect("holdings:item", self.item.public_id)

    def _undo(self, public_id: str) -> HttpResponse:
        relation = next((one for one in relations_of(self.request.user, self.item) if one.public_id == public_id), None)
        if relation is None:
            raise NotFound
        unrelate_items(relation=ItemRelation.objects.get(pk=relation.pk), acting_user=self.request.user)
        messages.success(self.request, _("The relation is undone."))
        return redirect("holdings:item", self.item.public_id)

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the relations."""
        return [*super().crumbs(), crumb(_("Belongs together"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the block shows."""
        form = kwargs.pop("form", None)
        return super().get_context_data(**kwargs) | together(self.request, self.item, form)
