"""The only writers of intake. Foreign bytes are opened on the bench (dms.intake.files), never here."""

from .batches import answer_duplicate, file_batch, open_batch, try_again
from .receiving import receive_file
from .splitting import split_next
from .sweeping import sweep
from .withdrawing import finish_withdrawals, withdraw_file

__all__ = [
    "answer_duplicate",
    "file_batch",
    "finish_withdrawals",
    "open_batch",
    "receive_file",
    "split_next",
    "sweep",
    "try_again",
    "withdraw_file",
]
