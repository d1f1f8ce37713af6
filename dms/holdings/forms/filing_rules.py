"""Forms of document types and retention periods."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import DocumentType, RetentionPeriod


class DocumentTypeForm(forms.ModelForm[DocumentType]):
    """A type of document and the rule of the filing year it follows."""

    class Meta:
        model = DocumentType
        fields = ("fonds", "code", "name", "name_en", "role", "retention", "position")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["fonds"].empty_label = _("every fonds")  # type: ignore[attr-defined]
        self.fields["retention"].empty_label = _("as the dossier kind")  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["fonds"]


class RetentionPeriodForm(forms.ModelForm[RetentionPeriod]):
    """A retention period and its years."""

    class Meta:
        model = RetentionPeriod
        fields = ("code", "name", "name_en", "years")
