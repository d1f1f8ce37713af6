"""The tab *Volumes* of a dossier: spines by year, and the button that arranges. Decides nothing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dms.clearance.policy import Act
from dms.core.errors import NotAllowed, Refusal, require
from dms.holdings.views.dossier import DossierScreen
from dms.holdings.views.screen import address_elsewhere

from ..selectors.volumes import spines_of, unbound_items
from ..services import arrange_dossier
from ..services.arranging import Arranged


class VolumesTab(DossierScreen):
    """The dossier's volumes as they stand on the shelf (A9)."""

    tab = "volumes"
    template_name = "arrangement/dossier_volumes.html"

    def inside(self) -> dict[str, Any]:
        """Return the spines, how many papers lie in none yet, and what else one may do here."""
        printable = bool(self.rights[Act.PRINT])
        return {
            "volumes": spines_of(self.request.user, self.dossier),
            "unbound": unbound_items(self.request.user, self.dossier),
            "print_url": address_elsewhere("prints:dossier_volumes", self.dossier.public_id) if printable else "",
            "proposals_url": address_elsewhere("arrangement:proposals", self.dossier.public_id),
            "import_url": address_elsewhere("arrangement:import", self.dossier.public_id),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Arrange the dossier now (A7 A8 A9) and say what came of it."""
        require(self.rights[Act.WORK])
        try:
            told = arrange_dossier(dossier=self.dossier, acting_user=request.user)
        except NotAllowed:
            raise
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _in_words(told))
            if told.contradictions:
                messages.warning(request, _("Some relations contradict one another and were left out: look at them."))
        return redirect("arrangement:dossier_volumes", self.dossier.public_id)


def _in_words(told: Arranged) -> str:
    if not told.changed:
        return _("Arranged: everything lies as the rules say; nothing changed.")
    return ngettext(
        "Arranged: %(count)s volume is open now; %(changed)s made, changed or taken away.",
        "Arranged: %(count)s volumes are open now; %(changed)s made, changed or taken away.",
        told.volumes,
    ) % {"count": told.volumes, "changed": told.changed}
