"""The form that asks for a customer list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..spreadsheets import MOST_BYTES


class ListUploadForm(forms.Form):
    """One Excel or CSV file."""

    file = forms.FileField(
        label=_("Customer list"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("Excel (.xlsx) or CSV, at most 2,000 rows; one row a dossier."),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )

    def clean_file(self) -> bytes:
        """Return the content; a file that is too large is not read at all."""
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES >> 20})
        content: bytes = uploaded.read()
        return content
