"""The acts on an item: change its entry, move, withdraw, file. Nothing typed is lost where one is refused."""

from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from dms.clearance.policy import Act
from dms.core.errors import Refusal

from ..forms.items import ItemForm, MoveItemForm, WithdrawItemForm
from ..selectors import get_item_for
from ..services import change_item, file_item, move_item, withdraw_item
from .items import ItemScreen
from .screen import INVALID, crumb


class ItemFormScreen(ItemScreen, ABC):
    """A form about one item; subclasses make the form and do the act."""

    act = Act.WORK
    template_name = "holdings/item_form.html"
    title, submit, dangerous, explanation = "", "", False, ""

    @abstractmethod
    def form(self, data: Any = None) -> Any:
        """Return the form, filled with `data` where something was sent."""

    @abstractmethod
    def carry_out(self, form: Any) -> str:
        """Do the act; return the words of success."""

    def after(self) -> str:
        """Return where to go on."""
        return self.own_address()

    def crumbs(self) -> list[dict[str, Any]]:
        return [*super().crumbs(), crumb(self.title)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"submit": self.submit, "dangerous": self.dangerous, "explanation": self.explanation}
        form = kwargs.pop("form", None) or self.form()
        return super().get_context_data(**kwargs) | {
            **words,
            "form": form,
            "title": self.title,
            "cancel_url": self.own_address(),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it, or show what was refused with everything typed still there."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=INVALID)
        try:
            words = self.carry_out(form)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.show(form=form, status=refusal.status)
        messages.success(request, words)
        return redirect(self.after())


class EditItemView(ItemFormScreen):
    """Changes the entry (A12)."""

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Change the entry")

    @property
    def submit(self) -> str:  # type: ignore[override]
        return _("Save")

    def form(self, data: Any = None) -> ItemForm:
        """Return the form of the entry."""
        return ItemForm(data, item=self.item, user=self.request.user)

    def carry_out(self, form: ItemForm) -> str:
        """Save the entry."""
        change_item(
            item=self.item,
            changes=form.facts(),
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["expected_version"],
            acting_user=self.request.user,
        )
        return _("Saved.")


class MoveItemView(ItemFormScreen):
    """Moves the item to the dossier it belongs to."""

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Move to another dossier")

    @property
    def submit(self) -> str:  # type: ignore[override]
        return _("Move")

    def form(self, data: Any = None) -> MoveItemForm:
        """Return the form that asks where to."""
        return MoveItemForm(data, user=self.request.user)

    def carry_out(self, form: MoveItemForm) -> str:
        """Move it; the section stays where the target is of the same kind."""
        target = form.cleaned_data["number"]
        section = self.item.section if target.kind_id == self.item.dossier.kind_id else None
        move_item(
            item=self.item,
            dossier=target,
            section=section,
            reason=form.cleaned_data["reason"],
            acting_user=self.request.user,
        )
        return _("Moved to %(number)s.") % {"number": target.number}


class WithdrawItemView(ItemFormScreen):
    """Withdraws a wrong upload before filing."""

    dangerous = True

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Withdraw")

    @property
    def submit(self) -> str:  # type: ignore[override]
        return _("Withdraw for good")

    @property
    def explanation(self) -> str:  # type: ignore[override]
        return _("Only for wrong uploads that are not filed yet. The entry number stays used.")

    def form(self, data: Any = None) -> WithdrawItemForm:
        """Return the form that asks why."""
        return WithdrawItemForm(data)

    def carry_out(self, form: WithdrawItemForm) -> str:
        """Withdraw it."""
        withdraw_item(item=self.item, reason=form.cleaned_data["reason"], acting_user=self.request.user)
        return _("The item was withdrawn.")

    def after(self) -> str:
        """Go on with the dossier: the item's page is gone."""
        return reverse("holdings:dossier", args=[self.item.dossier.public_id])


class FileItemView(View):
    """Files an item that was checked (A6)."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """File it and show it."""
        item = get_item_for(request.user, public_id, Act.WORK)
        file_item(item=item, acting_user=request.user)
        messages.success(request, _("The item is filed."))
        return redirect("holdings:item", item.public_id)
