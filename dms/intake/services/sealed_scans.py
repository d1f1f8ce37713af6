"""Seals what the bench made of one page, and lets go of it where no page takes it (A10 B1). Enters nothing itself."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from dms.holdings.models import Capture
from dms.holdings.services.pages import CaptureFacts
from dms.vault.models import StoredFile
from dms.vault.services import destroy, store

from ..files.pages import SplitPage
from ..models import TextLayer
from .measuring import keep_measures

# In this order: the master, the picture that is shown, its thumbnail, and the text layer where the page brings one.
PURPOSES = ("page master", "page image", "page thumbnail", "text layer")


@dataclass(frozen=True, slots=True)
class SealedScan:
    """One page's files in the vault, not yet of any page."""

    scan: SplitPage
    stored: tuple[StoredFile, ...]

    @property
    def facts(self) -> CaptureFacts:
        """Return what a capture is made from."""
        return CaptureFacts(
            master=self.stored[0],
            derivative=self.stored[1],
            thumbnail=self.stored[2],
            media_type=self.scan.media_type,
            width=self.scan.width,
            height=self.scan.height,
            dpi=self.scan.dpi,
        )

    def keep_beside(self, capture: Capture) -> None:
        """Keep measures and text layer beside the capture; call it inside the transaction that adds it."""
        keep_measures(capture, self.scan.measures)
        if len(self.stored) == len(PURPOSES):
            TextLayer.objects.create(capture=capture, stored=self.stored[-1])


@contextmanager
def sealed_scan(scan: SplitPage) -> Iterator[SealedScan]:
    """Seal the page's files for the block that enters them; where the block fails they are destroyed.

    At the latest the sweep does it, for files of a process that was killed.
    """
    stored: list[StoredFile] = []
    try:
        for data, purpose in zip((scan.master, scan.image, scan.thumbnail, _layer(scan)), PURPOSES, strict=True):
            if data:
                stored.append(store(io.BytesIO(data), purpose=purpose))
        yield SealedScan(scan, tuple(stored))
    except BaseException:
        # A commit whose answer was lost may have entered the page all the same.
        with suppress(Exception):
            if stored and not Capture.objects.filter(master=stored[0]).exists():
                destroy(stored, reason="page was not entered")
        raise


def _layer(scan: SplitPage) -> bytes:
    return json.dumps(scan.text_layer, ensure_ascii=False, separators=(",", ":")).encode() if scan.text_layer else b""
