"""What items are to one another: relations, and those that numbers and titles speak for."""

from collections.abc import Iterable
from typing import Any

from ninja import Router, Status
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.operations import shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Portion, Shown
from dms.core.errors import NotFound
from dms.holdings.selectors import decide_item, get_dossier_for, get_item_for
from dms.journal.services import record

from ..models import ItemRelation, RelationProposal
from ..selectors.relations import proposals_to_decide, relations_of
from ..services import confirm_proposal, decline_proposal, propose_relations, relate_items, unrelate_items
from .shapes import NAMED_EXAMPLE, NamedItem, RelationName, named

router = Router(tags=["Volumes"])


class ShownRelation(Shown):
    """`item` replies to, is an attachment of, forwards … `other`."""

    id: Id
    item: NamedItem
    kind: RelationName
    other: NamedItem


class ShownProposal(ShownRelation):
    """A relation that waits to be confirmed, and what speaks for it: titles, number_in_text, same_number."""

    ground: str


class NewRelation(Given):
    """What the item is to another one of its dossier."""

    kind: RelationName
    other: Id


_RELATION: dict[str, Any] = {
    "id": "r4m9x2p7q4w8ra",
    "item": {"id": "g3z7t6m9r5s8ve", "entry_number": 215, "title": "关于装修的批复"},
    "kind": "replies_to",
    "other": NAMED_EXAMPLE,
}
_PROPOSAL = {**_RELATION, "ground": "titles"}


def _shown(relation: ItemRelation | RelationProposal) -> dict[str, Any]:
    return {
        "id": relation.public_id,
        "item": named(relation.item),
        "kind": relation.kind,
        "other": named(relation.other),
    }


@router.get(
    "/items/{slug:item_id}/relations",
    response=Portion[ShownRelation],
    openapi_extra=shown({"items": [_RELATION], "next": None}),
)
def list_item_relations(request: Call, item_id: str) -> dict[str, Any]:
    """List what an item is to others, and others to it; those to items one may not read are left out."""
    item = get_item_for(request.user, item_id, Act.READ)
    record("item.read", by=request.user, thing=item)
    return {"items": [_shown(relation) for relation in relations_of(request.user, item)], "next": None}


@router.post(
    "/items/{slug:item_id}/relations",
    response={201: ShownRelation},
    openapi_extra=shown(_RELATION, status=201, sent={"kind": "replies_to", "other": "f2y6s5k8q4r7ud"}),
)
def relate_item_to_another(request: Call, item_id: str, data: NewRelation) -> Status[Any]:
    """Relate an item to another one of its dossier (A8); contradictions are refused with the items named."""
    item = get_item_for(request.user, item_id, Act.WORK)
    other = get_item_for(request.user, data.other, Act.WORK)
    return Status(201, _shown(relate_items(item=item, kind=data.kind, other=other, acting_user=request.user)))


@router.delete("/relations/{slug:relation_id}", response={204: None})
def undo_relation(request: Call, relation_id: str) -> Status[None]:
    """Undo a relation between two items."""
    relation = _found(request.user, ItemRelation, relation_id)
    unrelate_items(relation=relation, acting_user=request.user)
    return Status(204, None)


def _found(user: Any, model: Any, public_id: str) -> Any:
    """Return a relation or proposal both of whose items one may know of; absent and hidden are one answer."""
    related = [f"{end}__{name}" for end in ("item", "other") for name in ("dossier__classification", "classification")]
    found = model.objects.select_related(*related).filter(public_id=public_id).first()
    if found is None or not all(decide_item(user, Act.KNOW, item) for item in (found.item, found.other)):
        raise NotFound
    get_item_for(user, found.item.public_id, Act.WORK)
    return found


@router.post(
    "/dossiers/{slug:dossier_id}/propose-relations",
    response=Portion[ShownProposal],
    openapi_extra=shown({"items": [_PROPOSAL], "next": None}),
)
def propose_relations_in_dossier(request: Call, dossier_id: str) -> dict[str, Any]:
    """Look through numbers and titles of a dossier and return every relation that waits to be decided (A8)."""
    dossier = get_dossier_for(request.user, dossier_id, Act.WORK)
    propose_relations(dossier=dossier, acting_user=request.user)
    return _portion(proposals_to_decide(request.user, dossier))


@router.get(
    "/dossiers/{slug:dossier_id}/proposed-relations",
    response=Portion[ShownProposal],
    openapi_extra=shown({"items": [_PROPOSAL], "next": None}),
)
def list_proposed_relations(request: Call, dossier_id: str) -> dict[str, Any]:
    """List the proposed relations of a dossier that wait to be decided."""
    dossier = get_dossier_for(request.user, dossier_id, Act.WORK)
    record("dossier.read", by=request.user, thing=dossier, facts={"tab": "proposals"})
    return _portion(proposals_to_decide(request.user, dossier))


def _portion(proposals: Iterable[RelationProposal]) -> dict[str, Any]:
    return {"items": [_shown(one) | {"ground": one.ground} for one in proposals], "next": None}


class ProposalVerdict(Given):
    """Whether a proposed relation holds."""

    holds: bool = Field(description="True confirms it; false declines it for good.")


@router.post(
    "/proposed-relations/{slug:proposal_id}",
    response={204: None},
    openapi_extra={"requestBody": {"content": {"application/json": {"example": {"holds": True}}}}},
)
def decide_proposed_relation(request: Call, proposal_id: str, data: ProposalVerdict) -> Status[None]:
    """Confirm or decline a proposed relation. For archivists."""
    proposal = _found(request.user, RelationProposal, proposal_id)
    decide = confirm_proposal if data.holds else decline_proposal
    decide(proposal=proposal, acting_user=request.user)
    return Status(204, None)
