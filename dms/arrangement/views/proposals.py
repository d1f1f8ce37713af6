"""Relations that numbers and titles speak for: the list, and confirming or declining many at once (A8)."""

from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.core.errors import NotAllowed, NotFound, Refusal, require
from dms.holdings.selectors import get_dossier_for
from dms.holdings.views.screen import Screen, crumb, trail_of
from dms.journal.services import record

from ..models import RelationProposal
from ..selectors.relations import proposals_to_decide, proposals_visible_to
from ..services import confirm_proposal, decline_proposal, propose_relations
from ..services.rights import may_decide_volumes
from ..words import ground_words

PAGE_SIZE = 100


class ProposalsScreen(Screen, ABC):
    """What both lists share: rows with the ground in words, decided by archivists; subclasses say which rows."""

    template_name = "arrangement/proposals.html"
    header_icon = "link"

    @abstractmethod
    def found(self) -> Any:
        """Return the proposals that wait, in order."""

    @abstractmethod
    def here(self) -> str:
        """Return the address of this list."""

    def get_page_title(self) -> str:
        """Return what the list is."""
        return _("Proposed relations")

    def decide_chosen(self, act: str) -> None:
        """Confirm or decline what is ticked, one by one; say what was done and what was refused."""
        names = set(self.request.POST.getlist("proposal")[:PAGE_SIZE])
        chosen = [row for row in self.found() if row.public_id in names]
        if not chosen:
            messages.warning(self.request, _("Tick the proposals first."))
            return
        done = 0
        for proposal in chosen:
            try:
                self._decide(act, proposal)
                done += 1
            except NotAllowed:
                raise
            except Refusal as refusal:
                messages.error(self.request, f"{proposal.item.title}: {refusal}")
        if done and act == "confirm":
            words = ngettext("%(count)s relation was made.", "%(count)s relations were made.", done)
            messages.success(self.request, words % {"count": done})
        elif done:
            words = ngettext("%(count)s proposal was declined.", "%(count)s proposals were declined.", done)
            messages.success(self.request, words % {"count": done})

    def _decide(self, act: str, proposal: RelationProposal) -> None:
        if act == "confirm":
            confirm_proposal(proposal=proposal, acting_user=self.request.user)
        else:
            decline_proposal(proposal=proposal, acting_user=self.request.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide what is ticked."""
        act = request.POST.get("act", "")
        if act not in {"confirm", "decline"}:
            raise NotFound
        self.decide_chosen(act)
        return redirect(self.here())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return a page of the list."""
        rows = Paginator(self.found(), PAGE_SIZE).get_page(self.request.GET.get("page"))
        facts = facts_of(self.request.user)
        for row in rows:
            row.ground_words = ground_words(row.ground)
            row.decidable = bool(may_decide_volumes(facts, row.item.fonds_id))
        return super().get_context_data(**kwargs) | {"rows": rows, "decides": any(row.decidable for row in rows)}


class DossierProposalsView(ProposalsScreen):
    """Those of one dossier, with the button that looks for more."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Fetch the dossier, or answer as if there were none."""
        self.dossier = get_dossier_for(request.user, kwargs["public_id"], Act.WORK)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show them and write down the look (C6)."""
        record("dossier.read", by=request.user, thing=self.dossier, facts={"tab": "proposals"})
        return self.show()

    def found(self) -> list[RelationProposal]:
        """Return the dossier's."""
        return proposals_to_decide(self.request.user, self.dossier)

    def here(self) -> str:
        """Return the dossier's list."""
        return reverse("arrangement:proposals", args=[self.dossier.public_id])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look for more, or decide what is ticked."""
        if request.POST.get("act") != "propose":
            return super().post(request, *args, **kwargs)
        before = len(self.found())
        made = len(propose_relations(dossier=self.dossier, acting_user=request.user)) - before
        words = ngettext("%(count)s more relation is proposed.", "%(count)s more relations are proposed.", made)
        messages.info(request, words % {"count": made})
        return redirect(self.here())

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the list."""
        volumes = reverse("arrangement:dossier_volumes", args=[self.dossier.public_id])
        return [*trail_of(self.dossier), crumb(_("Volumes"), volumes), crumb(self.get_page_title())]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the list with its dossier."""
        return super().get_context_data(**kwargs) | {"dossier": self.dossier}


class EveryProposalView(ProposalsScreen):
    """Those of every dossier one works on."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Open to archivists, who decide."""
        facts = facts_of(request.user)
        require(may_decide_volumes(facts, next(iter(facts.archivist_of), 0)))
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def found(self) -> Any:
        """Return all I may see."""
        return proposals_visible_to(self.request.user)

    def here(self) -> str:
        """Return this list."""
        return reverse("arrangement:every_proposal")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the list."""
        return [crumb(self.get_page_title())]
