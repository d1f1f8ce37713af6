"""The facts of arrangement. Written only by dms.arrangement.services; read through dms.arrangement.selectors."""

from .decisions import ClassJoin, CrossReference, FilingYearOverride, HandSetPosition
from .relations import ItemRelation, ProposalState, RelationProposal
from .volumes import Binding, Volume, VolumeState

__all__ = [
    "Binding",
    "ClassJoin",
    "CrossReference",
    "FilingYearOverride",
    "HandSetPosition",
    "ItemRelation",
    "ProposalState",
    "RelationProposal",
    "Volume",
    "VolumeState",
]
