"""PP-OCR's models as the package RapidOCR ships them, run by OpenVINO: finds pieces of text, reads them, puts in order.

The models come with the package; nothing is fetched at run time. One thread, pinned to no core of its own choosing.
"""

from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ... import layout, ruling
from ...fitting import fitted
from ...page_text import Line
from ..base import EngineMissing
from .detection import Detector
from .strips import StripReader

Pixels = NDArray[np.uint8]


class RapidOcr:
    """PP-OCRv6 small: detection and recognition. The line classifier is left out: it turns good lines on their head."""

    sure = 70  # right way up above 77 even when poor, upside down 38 to 61

    def __init__(self) -> None:
        try:
            from .models import load

            self.name = f"rapidocr {version('rapidocr')} PP-OCRv6 small"
            models = load()
        except (ImportError, PackageNotFoundError, FileNotFoundError) as error:
            raise EngineMissing("rapidocr or its models are not installed") from error
        self._detector = Detector(models.detect)
        self._reader = StripReader(models.recognise, models.characters)

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        """Return the lines of `image` (mode L), as `base.Engine` says; what stands in a table comes row by row."""
        pixels = np.asarray(image)
        tables = ruling.tables(pixels, dpi)
        pieces = []
        for found in self._detector.find(pixels, dpi):
            for x0, y0, x1, y1 in ruling.cut_at_rules(found, tables):
                line = self._reader.read(pixels[y0:y1, x0:x1], (x0, y0))
                if line is not None:
                    # The network sees where a sign stands to a quarter of its width at best; the ink says more.
                    pieces.append(fitted(line, pixels))
        return layout.in_reading_order(pieces, tables)
