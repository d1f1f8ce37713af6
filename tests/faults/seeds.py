"""One small good file of every kind and packing that is taken in: what the mutations start from. Deterministic."""

import hashlib
import io
import struct
import zipfile
import zlib
from functools import cache

import numpy as np
from PIL import Image

from tests.intake.foreign import encrypted_pdf, image_object, marked, pdf_of, saved, scan_pdf, text_pdf, tiff_of

SIZE = (320, 440)
_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
# The seven passes of Adam7: first column, first row, step across, step down.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@cache
def seeds() -> dict[str, bytes]:
    """Return the corpus by "kind packing"; every file of it is read, but for those whose name says "refused"."""
    colour = _grained(marked("RGB", SIZE))
    grey, line_art = colour.convert("L"), marked("1", SIZE)
    return {
        **_pdfs(grey, colour),
        "tiff group 4": tiff_of([line_art] * 3, compression="group4"),
        "tiff lzw": tiff_of([colour] * 2, compression="tiff_lzw"),
        "tiff jpeg": tiff_of([colour] * 2, compression="jpeg"),
        "tiff deflate": tiff_of([grey], compression="tiff_adobe_deflate"),
        "tiff packbits": tiff_of([line_art], compression="packbits"),
        "tiff bare": tiff_of([grey, colour]),
        "tiff big": tiff_of([grey], big_tiff=True),
        "jpeg exif": _turned_by_exif(colour),
        "jpeg cmyk": saved(colour.convert("CMYK"), "JPEG"),
        "jpeg progressive": saved(colour, "JPEG", progressive=True, quality=80),
        "jpeg grey": saved(grey, "JPEG", dpi=(300, 300)),
        "png 16 bit": saved(grey.convert("I").point(lambda value: value * 257).convert("I;16"), "PNG"),
        "png interlaced": interlaced_png(grey),
        "png palette": saved(colour.quantize(16), "PNG", transparency=3),
        "png alpha": saved(colour.convert("RGBA"), "PNG"),
        "webp lossy": saved(colour, "WEBP", quality=70),
        "webp lossless": saved(colour, "WEBP", lossless=True),
        "bmp": saved(colour, "BMP"),
        "bmp palette": saved(colour.quantize(16), "BMP"),
        "bmp line art": saved(line_art, "BMP"),
        "zip": _packed({"一.jpg": saved(grey, "JPEG"), "二.png": saved(line_art, "PNG")}),
    }


def _pdfs(grey: Image.Image, colour: Image.Image) -> dict[str, bytes]:
    return {
        "pdf born digital": text_pdf(),
        "pdf scanned": scan_pdf(["一"]),
        "pdf drawn": _drawn_pdf(colour),
        "pdf deflated": _deflated_pdf(grey),
        "pdf locked": locked_pdf(b"BT /F0 14 Tf 72 700 Td (Opens without a password) Tj ET"),
        "pdf encrypted, refused": encrypted_pdf(),
    }


def _grained(image: Image.Image) -> Image.Image:
    """Paper with grain in one corner: what is all white packs to nothing, and leaves nothing to spoil."""
    grain = np.random.default_rng(7).integers(0, 256, (100, 100, 3), dtype=np.uint8)
    image.paste(Image.fromarray(grain), (150, 250))
    return image


def _turned_by_exif(image: Image.Image) -> bytes:
    exif = image.getexif()
    exif[0x0112] = 6
    return saved(image, "JPEG", exif=exif, dpi=(200, 200))


def _drawn_pdf(image: Image.Image) -> bytes:
    """Two pages with picture, rules and shading together: they are drawn, not taken out."""
    picture = image_object(saved(image, "JPEG"), SIZE, "/ColorSpace/DeviceRGB")
    content = "q 300 0 0 400 50 300 cm /I Do Q 0 0 1 rg 60 60 100 40 re f 10 10 m 300 400 500 20 580 800 c S"
    page = {"content": content, "resources": "/XObject<</I 3 0 R>>", "box": (0, 0, 300, 420)}
    return pdf_of([page, {**page, "more": "/Rotate 90"}], extra=[picture])


def _deflated_pdf(image: Image.Image) -> bytes:
    packed = zlib.compress(image.tobytes())
    head = f"<</Type/XObject/Subtype/Image/Width {SIZE[0]}/Height {SIZE[1]}/BitsPerComponent 8/ColorSpace/DeviceGray"
    picture = f"{head}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode() + packed + b"\nendstream"
    page = {"content": "q 300 0 0 420 0 0 cm /I Do Q", "resources": "/XObject<</I 3 0 R>>", "box": (0, 0, 300, 420)}
    return pdf_of([page] * 2, extra=[picture])


def locked_pdf(content: bytes) -> bytes:
    """Return a PDF under RC4 with an empty password: every reader opens it, through its decrypting code."""
    owner = _rc4(hashlib.md5(_PADDING).digest()[:5], _PADDING)
    identity = bytes(range(16))
    rights = struct.pack("<i", -4)
    key = hashlib.md5(_PADDING + owner + rights + identity).digest()[:5]
    lock = f"<</Filter/Standard/V 1/R 2/O<{owner.hex()}>/U<{_rc4(key, _PADDING).hex()}>/P -4>>"
    # `extra` begins at object 3; the page's content is the one after it.
    sealed = _rc4(hashlib.md5(key + struct.pack("<I", 5)[:3] + b"\0\0").digest()[:10], content)
    page = {"content": sealed, "resources": "/Font<</F0 4 0 R>>", "box": (0, 0, 300, 420)}
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    ids = identity.hex()
    return pdf_of([page], extra=[lock, font], trailer=f"/Encrypt 3 0 R/ID[<{ids}><{ids}>]")


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def interlaced_png(image: Image.Image) -> bytes:
    """Return `image` (mode L) as a PNG in Adam7's seven passes, which Pillow reads but does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    rows = bytearray()
    for left, top, across, down in _PASSES:
        for y in range(top, image.height, down):
            row = image.crop((0, y, image.width, y + 1)).tobytes()[left::across]
            rows += b"\0" + row if row else b""
    head = struct.pack("!IIBBBBB", image.width, image.height, 8, 0, 0, 0, 1)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            # The time within a ZIP would make each run another one.
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
