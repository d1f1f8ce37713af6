"""The screens of Scan & intake. Thin: find under the right, call a service, show."""

from .batch import BatchStateView, BatchView, FileBatchView
from .batches import BatchListView, DossierChoicesView, NewBatchView
from .files import FileActView, upload
from .unplaced import UnplacedView
from .uploads import BeginUploadView, FinishUploadView, GiveUpUploadView, PieceView

__all__ = [
    "BatchListView",
    "BatchStateView",
    "BatchView",
    "BeginUploadView",
    "DossierChoicesView",
    "FileActView",
    "FileBatchView",
    "FinishUploadView",
    "GiveUpUploadView",
    "NewBatchView",
    "PieceView",
    "UnplacedView",
    "upload",
]
