"""The only writers of arrangement. One short transaction each: lock the dossier, ask the policy, write, journal."""

from .arranging import Arranged, arrange_dossier
from .closing import close_volume, confirm_closing, reopen_volume
from .corrections import correct_item
from .decisions import (
    cross_reference_items,
    join_class,
    leave_class,
    override_filing_year,
    reset_filing_year,
    reset_position,
    set_position,
)
from .proposals import confirm_proposal, decline_proposal, propose_relations
from .relations import relate_items, unrelate_items

__all__ = [
    "Arranged",
    "arrange_dossier",
    "close_volume",
    "confirm_closing",
    "confirm_proposal",
    "correct_item",
    "cross_reference_items",
    "decline_proposal",
    "join_class",
    "leave_class",
    "override_filing_year",
    "propose_relations",
    "relate_items",
    "reopen_volume",
    "reset_filing_year",
    "reset_position",
    "set_position",
    "unrelate_items",
]
