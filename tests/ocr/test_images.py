"""Masters opened as the picture their boxes refer to."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFile

from ocr.images import Order, open_master

from . import papers


def a_pdf(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PDF", resolution=200)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_an_image_is_opened_in_its_own_size(form: str):
    image = Image.new("L", (300, 200), 200)
    assert open_master(papers.encoded(image, form), Order(f"image/{form.lower()}", 300, 200)).size == (300, 200)


def test_the_note_of_a_camera_is_obeyed():
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("L", (300, 200), 200).save(out, "JPEG", exif=exif)
    assert open_master(out.getvalue(), Order("image/jpeg", 200, 300)).size == (200, 300)


def test_a_pdf_page_is_drawn_in_the_capture_s_size():
    assert open_master(a_pdf(papers.a_letter()), Order("application/pdf", 827, 1170)).size == (827, 1170)


@pytest.mark.parametrize("media_type", ["image/png", "application/pdf"])
@pytest.mark.parametrize("data", [b"", b"no picture", papers.encoded(Image.new("L", (300, 200)))[:60]])
def test_what_cannot_be_opened_is_refused(media_type: str, data: bytes):
    with pytest.raises(ValueError):
        open_master(data, Order(media_type, 300, 200))


def test_a_picture_cut_off_is_refused_even_where_another_library_has_allowed_it(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(ValueError):
        open_master(papers.encoded(Image.new("L", (300, 200)))[:60], Order("image/png", 300, 200))


def test_more_pixels_than_allowed_are_never_decoded():
    bomb = papers.encoded(Image.new("1", (20_000, 20_000)))
    with pytest.raises(ValueError, match="too_many_pixels"):
        open_master(bomb, Order("image/png", 100, 100, most_pixels=1_000_000))
    with pytest.raises(ValueError, match="more pixels"):
        open_master(b"", Order("application/pdf", 20_000, 20_000, most_pixels=1_000_000))


def test_sixteen_bits_are_scaled_and_not_clipped_to_white():
    deep = Image.fromarray(np.linspace(0, 65_535, 300 * 200).reshape(200, 300).astype(np.uint16))
    opened = open_master(papers.encoded(deep, "PNG"), Order("image/png", 300, 200)).convert("L")
    assert (opened.getpixel((0, 0)), opened.getpixel((299, 199))) == (0, 255)
    assert 120 <= opened.getpixel((150, 100)) <= 135
