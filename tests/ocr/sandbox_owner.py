"""A process that owns a sandbox and has it read with the engine named on the command line; killed by a test."""

import io
import sys

from PIL import Image, ImageDraw

from ocr.images import Order
from ocr.sandbox import Sandbox

if __name__ == "__main__":
    sandbox = Sandbox(sys.argv[1], seconds=600, megabytes=2048)
    image = Image.new("L", (1654, 2339), 250)
    for row in range(200, 2000, 60):
        ImageDraw.Draw(image).line((200, row, 1400, row), fill=0, width=20)
        ImageDraw.Draw(image).text((200, row + 25), "HT-2019-0042 " * 12, fill=0, font_size=24)
    file = io.BytesIO()
    image.save(file, "PNG")
    sandbox.read(file.getvalue(), Order("image/png", *image.size))
