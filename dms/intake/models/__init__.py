"""What intake keeps: batches and files, uploads in pieces, scans nobody could place. Written only by its services."""

from .batches import (
    PACKED,
    BatchState,
    FileState,
    PageSource,
    ReceivedFile,
    ReceivedFileQuerySet,
    ScanBatch,
    TextLayer,
)
from .light_table import TableAct, TableActKind
from .scan_quality import CaptureMeasures, CheckedPage, CheckSheet, Drawn, Verdict
from .unplaced import UnplacedFile, UnplacedState
from .uploads import PieceOfUpload, UnfinishedUpload

__all__ = [
    "PACKED",
    "BatchState",
    "CaptureMeasures",
    "CheckSheet",
    "CheckedPage",
    "Drawn",
    "FileState",
    "PageSource",
    "PieceOfUpload",
    "ReceivedFile",
    "ReceivedFileQuerySet",
    "ScanBatch",
    "TableAct",
    "TableActKind",
    "TextLayer",
    "UnfinishedUpload",
    "UnplacedFile",
    "UnplacedState",
    "Verdict",
]
