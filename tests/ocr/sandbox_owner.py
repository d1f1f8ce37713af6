"""A process that owns a sandbox and has it read with the engine named on the command line; killed by a test."""

import sys

from ocr.images import Order
from ocr.sandbox import Sandbox
from tests.ocr import papers

if __name__ == "__main__":
    sandbox = Sandbox(sys.argv[1], seconds=600, megabytes=2048)
    image = papers.a_letter()
    sandbox.read(papers.encoded(image), Order("image/png", *image.size))
