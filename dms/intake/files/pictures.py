"""Turns a master into pixels: upright, on white paper, grey or RGB, eight bits. For derivatives and recognition."""

import io
import warnings
from contextlib import suppress
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from .kinds import Kind
from .limits import Limits
from .refused import FileRefused

SMALLEST_SIDE = 8
LONGEST_SIDE = 65_000  # a JPEG cannot be longer
A4_LONG_INCHES = 11.69
_TURNED = frozenset({5, 6, 7, 8})
_ORIENTATION_TAG = 0x0112

warnings.simplefilter("error", Image.DecompressionBombWarning)


def load_image(
    master: bytes | BinaryIO,
    media_type: str,
    width: int,
    height: int,
    *,
    at_least: int = 0,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Image.Image:
    """Return the page upright, in mode L or RGB, `width` × `height` pixels (as the capture says).

    `at_least`: a JPEG may be decoded smaller, its long side not under this many pixels (fast; 0: full size).
    Raise FileRefused (`truncated`, `damaged`, `too_many_pixels`). Foreign bytes: call it only in a bounded process.
    """
    kind = Kind.of_media_type(media_type)
    if kind is Kind.PDF:
        from .pdf import draw  # only where a PDF comes: loading pdfium costs 30 MB

        data = master if isinstance(master, bytes) else master.read()
        return draw(data, width, height)
    stream = io.BytesIO(master) if isinstance(master, bytes) else master
    image = open_picture(stream, kind, limits)
    if at_least and kind is Kind.JPEG:
        _draft(image, at_least)
    upright = on_white(turned(decoded(image)))
    if not at_least and upright.size != (width, height):
        raise FileRefused("damaged")
    return upright


def open_picture(stream: BinaryIO, kind: Kind, limits: Limits) -> Image.Image:
    """Open (not decode) a picture of exactly this kind and check what it declares; raise FileRefused."""
    Image.MAX_IMAGE_PIXELS = limits.pixels
    # A library that is loaded beside us may have allowed what is cut off (WeasyPrint does): half a page is no page.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    stream.seek(0)
    try:
        # A telephone's JPEG with a second picture behind the first is an MPO to Pillow: the first is the page.
        formats = ["JPEG", "MPO"] if kind is Kind.JPEG else [kind.name]
        image = Image.open(stream, formats=formats)
    except UnidentifiedImageError:
        raise FileRefused("damaged") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        limit = limits.pixels // 1_000_000
        raise FileRefused("too_many_pixels", width="?", height="?", limit=limit) from None
    except FAULTS as fault:
        raise refusal_of(fault) from None
    check_size(*image.size, limits)
    return image


def check_size(width: int, height: int, limits: Limits) -> None:
    """Raise FileRefused where the declared size (pixels) is a bomb, or no page at all."""
    if width * height > limits.pixels or max(width, height) > LONGEST_SIDE:
        raise FileRefused("too_many_pixels", width=width, height=height, limit=limits.pixels // 1_000_000)
    if min(width, height) < SMALLEST_SIDE:
        raise FileRefused("too_small")


# What Pillow's readers throw at broken files; a MemoryError is the bench's limit speaking.
FAULTS: tuple[type[BaseException], ...] = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    EOFError,
    MemoryError,
)
FAULTS += (AttributeError, RuntimeError, AssertionError, Image.DecompressionBombError, Warning)


def refusal_of(fault: BaseException) -> FileRefused:
    """Return the refusal that tells this fault of a reader to a clerk."""
    if isinstance(fault, FileRefused):
        return fault
    words = str(fault).lower()
    short = any(word in words for word in ("truncated", "broken data", "unexpected end", "not enough image data"))
    return FileRefused("truncated" if short or isinstance(fault, EOFError) else "damaged")


def decoded(image: Image.Image) -> Image.Image:
    """Decode every pixel of an opened picture; raise FileRefused where it breaks off."""
    try:
        image.load()
    except FAULTS as fault:
        raise refusal_of(fault) from None
    return image


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return (width, height) in pixels after turning by EXIF; the picture need not be decoded."""
    width, height = image.size
    # Pillow tells a TIFF's size turned already.
    if image.format != "TIFF" and _orientation(image) in _TURNED:
        return height, width
    return width, height


def turned(image: Image.Image) -> Image.Image:
    """Return the picture as the camera's orientation mark says it stands (all eight of them)."""
    if image.format == "TIFF" or _orientation(image) == 1:
        return image  # a TIFF is turned by Pillow while it is decoded
    try:
        return ImageOps.exif_transpose(image)
    except FAULTS as fault:
        raise refusal_of(fault) from None


def on_white(image: Image.Image) -> Image.Image:
    """Return mode L or RGB: transparent parts are white paper, 16 bits become 8, CMYK goes through its own profile."""
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return _eight_bits(image)
    if mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in image.info:
        return _without_alpha(image)
    if mode == "CMYK":
        return _from_cmyk(image)
    if mode in {"1", "L"}:
        return image.convert("L")
    if mode == "LAB":
        to_rgb = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
        return ImageCms.applyTransform(image, to_rgb) or image.convert("RGB")
    return image.convert("RGB")


def declared_dpi(image: Image.Image) -> int:
    """Return the resolution the picture declares (dots per inch), 0 where it declares none."""
    try:
        declared = float(image.info.get("dpi", (0, 0))[0])
    except FAULTS:
        return 0
    return round(declared) if 0 < declared < 100_000 else 0


def likely_dpi(declared: int, width: int, height: int) -> int:
    """Return `declared` where it can be true for a scan; else what it is if the picture shows an A4 sheet.

    Telephones write 72 whatever they took, so 96 and less is no statement.
    """
    return declared if 96 < declared <= 2400 else max(1, round(max(width, height) / A4_LONG_INCHES))


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except FAULTS:
        return 1


def _draft(image: Image.Image, at_least: int) -> None:
    factor = at_least / max(image.size)
    if factor < 1:
        image.draft(image.mode, (round(image.width * factor), round(image.height * factor)))


def _eight_bits(image: Image.Image) -> Image.Image:
    # 16 bits are the rule; scanners that fill only 12 of them are told by their brightest point.
    if image.mode.startswith("I;16"):
        deep = np.asarray(image)
        return Image.fromarray((deep >> (4 if deep.max(initial=0) < 4096 else 8)).astype(np.uint8))
    values = np.nan_to_num(np.asarray(image, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    white = next(full for full in (1.0, 255.0, 4095.0, 65535.0, max(top, 1.0)) if top <= full)
    if image.mode != "F":
        white = max(white, 4095.0)
    return Image.fromarray(np.clip(values * (255.0 / white), 0, 255).astype(np.uint8))


def _without_alpha(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    paper.alpha_composite(layer)
    return paper.convert("L" if image.mode in {"L", "LA", "La", "1"} else "RGB")


def _from_cmyk(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if profile:
        # With a broken profile the plain conversion is still the right paper.
        with suppress(ImageCms.PyCMSError, *FAULTS):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGB")
