"""The only writers of intake. Foreign bytes are opened on the bench (dms.intake.files), never here."""

from .batches import answer_duplicate, file_batch, open_batch, try_again
from .checking import draw_sample, judge_pages
from .light_table import divide_item, mark_on_table, merge_items, move_pages, remove_pages, turn_on_table
from .receiving import receive_file
from .rescanning import rescan_page
from .splitting import split_next
from .sweeping import sweep
from .table_acts import undo_last_act
from .unplaced import discard_unplaced, keep_unplaced, place_unplaced
from .uploading import PiecesDiffer, begin_upload, finish_upload, give_up_upload, receive_piece
from .watched import is_settled, note_unreadable, take_scan
from .withdrawing import finish_withdrawals, withdraw_file

__all__ = [
    "PiecesDiffer",
    "answer_duplicate",
    "begin_upload",
    "discard_unplaced",
    "divide_item",
    "draw_sample",
    "file_batch",
    "finish_upload",
    "finish_withdrawals",
    "give_up_upload",
    "is_settled",
    "judge_pages",
    "keep_unplaced",
    "mark_on_table",
    "merge_items",
    "move_pages",
    "note_unreadable",
    "open_batch",
    "place_unplaced",
    "receive_file",
    "receive_piece",
    "remove_pages",
    "rescan_page",
    "split_next",
    "sweep",
    "take_scan",
    "try_again",
    "turn_on_table",
    "undo_last_act",
    "withdraw_file",
]
