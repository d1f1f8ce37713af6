"""The screens of Scan & intake. Thin: find under the right, call a service, show."""

from .batch import BatchStateView, BatchView, FileBatchView
from .batches import BatchListView, DossierChoicesView, NewBatchView
from .files import FileActView, upload

__all__ = [
    "BatchListView",
    "BatchStateView",
    "BatchView",
    "DossierChoicesView",
    "FileActView",
    "FileBatchView",
    "NewBatchView",
    "upload",
]
