"""A volume's page: spine, facts, catalogue in order, check list, closing. Decides nothing itself."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.core.errors import NotAllowed, NotFound, Refusal
from dms.holdings.views.screen import Screen, crumb, trail_of
from dms.journal.services import record

from ..forms import ReasonForm
from ..models import Volume, VolumeState
from ..policy.closing import CONFIRMED_BY_HAND
from ..prints.facts import get_bound_volume_for, note_of
from ..selectors.volumes import decide_volume
from ..services import close_volume, confirm_closing, reopen_volume
from ..services.rights import may_decide_volumes
from .volume_rows import catalogue_rows, check_rows, print_links


class VolumeView(Screen):
    """One volume: who may read it sees the catalogue; who works on it what is missing; archivists close it."""

    template_name = "arrangement/volume.html"
    header_icon = "folder-open-1"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Fetch the volume with all that is in it, or answer as if there were none."""
        self.bound = get_bound_volume_for(request.user, kwargs["public_id"], Act.READ)
        self.volume: Volume = self.bound.volume
        self.may_work = bool(decide_volume(request.user, Act.WORK, self.volume))
        self.decides = may_decide_volumes(facts_of(request.user), self.volume.fonds_id)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show it and write down that it was looked at (C6)."""
        record("volume.read", by=request.user, thing=self.volume)
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Close, confirm or open again (A11 A12); where it is refused, all that was filled in stays."""
        acts: dict[str, Callable[[], str]] = {
            "close": self._close,
            "confirm": self._confirm,
            "reopen": self._reopen,
        }
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            raise NotFound
        try:
            words = act()
        except NotAllowed:
            raise
        except Refusal as refusal:
            return self.show(status=refusal.status, refusal=refusal)
        messages.success(request, words)
        return redirect("arrangement:volume", self.volume.public_id)

    def _close(self) -> str:
        confirmed = [str(line) for line in CONFIRMED_BY_HAND if str(line) in self.request.POST.getlist("confirmed")]
        remarks = self.request.POST.get("remarks", "")[:2000]
        shut = close_volume(volume=self.volume, confirmed=confirmed, remarks=remarks, acting_user=self.request.user)
        if shut.state == VolumeState.TO_CONFIRM:
            return _("Closed; another archivist confirms it.")
        return _("The volume is closed: %(code)s.") % {"code": shut.reference_code}

    def _confirm(self) -> str:
        shut = confirm_closing(volume=self.volume, acting_user=self.request.user)
        return _("The volume is closed: %(code)s.") % {"code": shut.reference_code}

    def _reopen(self) -> str:
        reopen_volume(volume=self.volume, reason=self.request.POST.get("reason", ""), acting_user=self.request.user)
        return _("The volume is open again; it keeps its number.")

    def get_page_title(self) -> str:
        """Return the code, before the closing dossier, year and part."""
        return str(self.volume.journal_label)

    def crumbs(self) -> list[dict[str, Any]]:
        """Return fonds › series › dossier › volumes › volume."""
        volumes = reverse("arrangement:dossier_volumes", args=[self.volume.dossier.public_id])
        return [*trail_of(self.volume.dossier), crumb(_("Volumes"), volumes), crumb(self.get_page_title())]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the volume with its rows; the check list only for those who can do something about it."""
        volume, sent = self.volume, self.request.POST
        volume.items = self.bound.numbered
        working = self.may_work and volume.state == VolumeState.OPEN
        checks = check_rows(volume, sent.getlist("confirmed")) if working else []
        return super().get_context_data(**kwargs) | {
            "volume": volume,
            "dossier": volume.dossier,
            "rows": catalogue_rows(self.bound, decides=bool(self.decides) and self.may_work),
            "note": note_of(self.bound),
            "checks": checks,
            "missing": sum(not row.passed and not row.by_hand for row in checks),
            "decides": bool(self.decides) and self.may_work,
            "own_closing": volume.closed_by_id == self.request.user.pk,
            "reason_form": ReasonForm(sent if sent.get("act") == "reopen" else None),
            "remarks": sent.get("remarks", volume.remarks),
            "prints": print_links(self.request.user, volume),
        }
