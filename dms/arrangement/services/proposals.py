"""Proposes relations from issue numbers and titles; nothing counts until the archivist confirms it (A8)."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.holdings.models import Dossier, Item, ItemState
from dms.journal.services import record
from dms.organisation.models import User

from ..models import ItemRelation, ProposalState, RelationProposal
from ..policy.proposals import Headed, proposals_for
from ..selectors.relations import proposals_to_decide
from .relations import relate_items
from .rights import dossier_to_decide_on, dossier_to_work_on


def propose_relations(
    *, dossier: Dossier, texts: dict[int, str] | None = None, acting_user: User
) -> list[RelationProposal]:
    """A8: write down what seems to belong together in a dossier; return what waits to be decided and may be seen.

    `texts`: what was read on an item, where the caller may read it. What was decided once is not proposed again.
    """
    with transaction.atomic():
        locked = dossier_to_work_on(dossier.pk, acting_user)
        rows = Item.objects.filter(dossier=locked).exclude(state=ItemState.WITHDRAWN)
        columns = rows.order_by("entry_number").values_list(
            "pk", "entry_number", "title", "issue_number", "document_date"
        )
        read = texts or {}
        papers = [
            Headed(key, entry, title, issue, day.isoformat() if day else "", read.get(key, ""))
            for key, entry, title, issue, day in columns
        ]
        known = {*_pairs(RelationProposal, locked), *_pairs(ItemRelation, locked)}
        new = [
            RelationProposal(
                item_id=one.tie.item,
                kind=str(one.tie.kind),
                other_id=one.tie.other,
                ground=str(one.ground),
                proposed_at=clock.now(),
            )
            for one in proposals_for(papers)
            if (one.tie.item, str(one.tie.kind), one.tie.other) not in known
        ]
        RelationProposal.objects.bulk_create(new)
        if new:
            record("relations.proposed", by=acting_user, thing=locked, facts={"count": len(new)})
    return proposals_to_decide(acting_user, locked)


def _pairs(model: type[ItemRelation] | type[RelationProposal], dossier: Dossier) -> set[tuple[int, str, int]]:
    return set(model.objects.filter(item__dossier=dossier).values_list("item_id", "kind", "other_id"))


def confirm_proposal(*, proposal: RelationProposal, acting_user: User) -> ItemRelation:
    """A8: confirm a proposal; the relation holds from now on. Raise as `relate_items`, and for what was decided."""
    with transaction.atomic():
        locked = _undecided(proposal, acting_user)
        made = relate_items(item=locked.item, kind=locked.kind, other=locked.other, acting_user=acting_user)
        _decide(locked, ProposalState.CONFIRMED, acting_user)
    return made


def decline_proposal(*, proposal: RelationProposal, acting_user: User) -> None:
    """A8: decline a proposal; it is not made again."""
    with transaction.atomic():
        locked = _undecided(proposal, acting_user)
        _decide(locked, ProposalState.DECLINED, acting_user)
        record("proposal.declined", by=acting_user, thing=locked.item, facts={"kind": locked.kind})


def _undecided(proposal: RelationProposal, acting_user: User) -> RelationProposal:
    dossier_to_decide_on(proposal.item.dossier_id, acting_user)
    locked = (
        RelationProposal.objects.select_for_update(of=("self",)).select_related("item", "other").get(pk=proposal.pk)
    )
    if locked.state != ProposalState.OPEN:
        raise Refusal(_("This proposal was decided already."), _("Look at the relations of the item."))
    return locked


def _decide(proposal: RelationProposal, state: ProposalState, acting_user: User) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, acting_user, clock.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
