"""The only writers of the holdings. One short transaction each: lock, ask the policy, write, journal."""

from .dossiers import change_dossier, change_many_dossiers, create_dossier, rename_dossier
from .items import change_item, create_item, file_item, move_item, withdraw_item
from .pages import add_capture, add_page, add_reading, turn_page

__all__ = [
    "add_capture",
    "add_page",
    "add_reading",
    "change_dossier",
    "change_item",
    "change_many_dossiers",
    "create_dossier",
    "create_item",
    "file_item",
    "move_item",
    "rename_dossier",
    "turn_page",
    "withdraw_item",
]
