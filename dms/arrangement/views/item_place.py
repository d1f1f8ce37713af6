"""Where an item is bound, and the decisions that set the rules aside for it. For the archivists of the fonds."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.core.errors import NotAllowed, NotFound, Refusal, require
from dms.holdings.views.items import ItemScreen
from dms.holdings.views.screen import INVALID, crumb

from ..forms import JoinForm, PositionForm, ReasonForm, ReferForm, YearForm
from ..selectors.decisions import beside_in_volume, binding_of, decided_on
from ..services import (
    cross_reference_items,
    join_class,
    leave_class,
    override_filing_year,
    reset_filing_year,
    reset_position,
    set_position,
)
from ..services.rights import may_decide_volumes
from .volume_rows import reason_of

TAKE_BACK = {"reset_position": reset_position, "reset_year": reset_filing_year, "leave": leave_class}


class ItemPlaceView(ItemScreen):
    """One form for each decision (A7 A8 A9); what is refused keeps everything typed."""

    act = Act.WORK
    template_name = "arrangement/item_place.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Remember which form was sent."""
        super().setup(request, *args, **kwargs)
        self.sent = request.POST.get("act", "") if request.method == "POST" else ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show where the item lies, to archivists."""
        require(may_decide_volumes(facts_of(request.user), self.item.fonds_id))
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, or show what was refused."""
        require(may_decide_volumes(facts_of(request.user), self.item.fonds_id))
        forms = self._forms()
        form = forms.get(self.sent)
        if form is None:
            raise NotFound
        if not form.is_valid():
            return self.show(forms=forms, form=form, status=INVALID)
        try:
            words = self._decide(form.cleaned_data)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.show(forms=forms, form=form, status=refusal.status)
        messages.success(request, words)
        return redirect("arrangement:item_place", self.item.public_id)

    def _forms(self) -> dict[str, Any]:
        user, item = self.request.user, self.item
        makers: dict[str, Callable[[Any], Any]] = {
            "position": lambda data: PositionForm(data, beside=beside_in_volume(user, item)),
            "year": lambda data: YearForm(data, fonds_id=item.fonds_id, user=user),
            "join": lambda data: JoinForm(data, user=user),
            "refer": lambda data: ReferForm(data, user=user, item=item),
            **dict.fromkeys(TAKE_BACK, ReasonForm),
        }
        return {act: make(self.request.POST if act == self.sent else None) for act, make in makers.items()}

    def _decide(self, given: dict[str, Any]) -> str:
        user, item, why = self.request.user, self.item, given["reason"]
        if self.sent in TAKE_BACK:
            TAKE_BACK[self.sent](item=item, reason=why, acting_user=user)
            return _("The decision is taken back; the rule holds again.")
        if self.sent == "position":
            set_position(item=item, behind=given["behind"], reason=why, acting_user=user)
        elif self.sent == "year":
            override_filing_year(
                item=item, year=given["year"], reason=why, approved_by=given["approved_by"], acting_user=user
            )
        elif self.sent == "join":
            join_class(item=item, classification=given["classification"], reason=why, acting_user=user)
        else:
            cross_reference_items(item=item, other=given["other"], reason=why, acting_user=user)
        return _("Decided and written down; the volumes are arranged accordingly.")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the decisions."""
        return [*super().crumbs(), crumb(_("Place in the volumes"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return where the item lies, what was decided, and the forms."""
        binding = binding_of(self.item)
        forms = kwargs.pop("forms", None) or self._forms()
        return super().get_context_data(**kwargs) | {
            "binding": binding,
            "reason": reason_of(binding) if binding else "",
            "decided": decided_on(self.item),
            "forms": forms,
            "sent": self.sent,
            "offers": forms["refer"].fields["other"].offers(),
            "frozen": self.item.is_frozen,
        }
