"""What may be typed on the recogniser's screens. Looks at values only."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .selectors import Wanted


class ToCheckForm(forms.Form):
    """Filters of *To check*; they stand in the address."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("doubtful texts")), ("failed", _("pages that could not be read"))],
    )
    dossier = forms.CharField(label=_("Dossier number or name"), required=False, max_length=80)
    below = forms.IntegerField(label=_("Confidence below"), required=False, min_value=1, max_value=100)

    def wanted(self) -> Wanted:
        """Return what is asked for; what makes no sense is as if it were not there."""
        values: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return Wanted(
            failed=values.get("show") == "failed",
            dossier=(values.get("dossier") or "").strip(),
            below=values.get("below") or 0,
        )
