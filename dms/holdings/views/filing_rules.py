"""Document types and retention periods, for administrators: each a list beside the form of the one chosen."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dms.core.errors import NotFound, Refusal

from ..forms.filing_rules import DocumentTypeForm, RetentionPeriodForm
from ..models import DocumentType, RetentionPeriod
from ..services import filing_rules
from .configuration import ConfigurationScreen
from .screen import INVALID, crumb


class FilingRulesScreen(ConfigurationScreen, ABC):
    """What both screens share; subclasses say of which model, and which services write."""

    header_icon = "list-ul"
    model: ClassVar[Any]
    form_class: ClassVar[Any]
    list_name: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Raise NotAllowed for all but administrators."""
        if "code" in kwargs:
            kwargs["public_id"] = kwargs["code"]
        return super().dispatch(request, *args, **kwargs)

    @abstractmethod
    def save(self, thing: Any) -> None:
        """Write what the form gave."""

    @abstractmethod
    def delete(self, thing: Any) -> None:
        """Delete the chosen one."""

    def rows(self) -> Any:
        """Return what stands in the list."""
        return self.model.objects.all()

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        here = [crumb(self.get_page_title(), reverse(self.list_name))]
        return [*here, crumb(self.chosen)] if self.chosen else here

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the list and the form."""
        form = kwargs.pop("form", None) or self.form_class(instance=self.chosen)
        words = {"list_url": reverse(self.list_name), "rows": self.rows(), "chosen": self.chosen, "form": form}
        return super().get_context_data(**kwargs) | words

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save or delete; what is refused keeps everything typed."""
        form = self.form_class(request.POST, instance=self.chosen)
        try:
            if self.chosen and request.POST.get("act") == "delete":
                return self._done(self.delete, self.find(kwargs["public_id"]), _("Deleted."))
            if not form.is_valid():
                return self.show(form=form, status=INVALID)
            return self._done(self.save, form.save(commit=False), _("Saved."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self.show(form=form, status=refusal.status)

    def _done(self, act: Callable[[Any], None], thing: Any, words: str) -> HttpResponse:
        act(thing)
        messages.success(self.request, words)
        return redirect(self.list_name)


class DocumentTypesView(FilingRulesScreen):
    """The types of documents (文种) and the rule of the filing year each follows (A7)."""

    template_name = "holdings/document_types.html"
    model, form_class, list_name = DocumentType, DocumentTypeForm, "holdings:document_types"

    def get_page_title(self) -> str:
        """Return the screen's name."""
        return _("Document types")

    def find(self, public_id: str) -> DocumentType:
        """Return the type, or raise NotFound."""
        found = DocumentType.objects.filter(public_id=public_id).first()
        if found is None:
            raise NotFound
        return found

    def rows(self) -> Any:
        """Return the types with what their lines name."""
        return DocumentType.objects.select_related("fonds", "retention").order_by("position", "code")

    def save(self, thing: Any) -> None:
        """Write the type."""
        filing_rules.save_document_type(document_type=thing, acting_user=self.request.user)

    def delete(self, thing: Any) -> None:
        """Delete the type."""
        filing_rules.delete_document_type(document_type=thing, acting_user=self.request.user)


class RetentionPeriodsView(FilingRulesScreen):
    """The retention periods (保管期限) that sections, document types and kinds name (A9)."""

    template_name = "holdings/retention_periods.html"
    model, form_class, list_name = RetentionPeriod, RetentionPeriodForm, "holdings:retention_periods"
    header_icon = "history"

    def get_page_title(self) -> str:
        """Return the screen's name."""
        return _("Retention periods")

    def find(self, public_id: str) -> RetentionPeriod:
        """Return the period, or raise NotFound."""
        found = RetentionPeriod.objects.filter(code=public_id).first()
        if found is None:
            raise NotFound
        return found

    def save(self, thing: Any) -> None:
        """Write the period."""
        filing_rules.save_retention_period(period=thing, acting_user=self.request.user)

    def delete(self, thing: Any) -> None:
        """Delete the period."""
        filing_rules.delete_retention_period(period=thing, acting_user=self.request.user)
