"""The whole way from an image to its text, with the real engine and with one that only looks at what it is given."""

import pytest
from PIL import Image

from ocr.engines import EngineMissing, engine, names
from ocr.page_text import Char, Line, PageText, Word
from ocr.recognition import recognise, resolution

from . import papers


class Attentive:
    """An engine that keeps the images it is given and finds one mark where the ink is, sure of it as told."""

    name = "attentive 1"
    sure = 65

    def __init__(self, confidence: int = 90) -> None:
        self.images: list[Image.Image] = []
        self.confidence = confidence

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        self.images.append(image)
        box = image.point([255 if value < 128 else 0 for value in range(256)]).getbbox() or (0, 0, 1, 1)
        return (Line((Word((Char("字", box, 99),), self.confidence),), box),)


@pytest.fixture(scope="module")
def tesseract():
    return engine("tesseract")


def share_found(page: PageText) -> float:
    text = page.text.replace(" ", "").replace(":", "：").replace(",", "，")
    pairs = [line[at : at + 2] for line in papers.LINES for at in range(len(line) - 1)]
    return sum(pair in text for pair in pairs) / len(pairs)


@pytest.mark.rule("B1")
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_whichever_way_it_lies(tesseract, turn: int):
    lying = papers.a_letter().rotate(turn, expand=True)  # against the clock: to be turned clockwise by as much
    page = recognise(lying, tesseract)
    assert (page.turn, page.width, page.height) == (turn, *lying.size)
    assert share_found(page) > 0.9


@pytest.mark.rule("B1")
def test_boxes_lie_on_the_image_as_it_was_handed_in(tesseract):
    page = recognise(papers.leaning(papers.a_letter(), 2.0).rotate(90, expand=True), tesseract)
    number = next(line for line in page.lines if "0042" in line.text)
    # The second line begins 200, 306 on the upright page; turned against the clock it begins near 306, 1454.
    x0, y0, x1, y1 = number.box
    assert abs(x0 - 306) < 60
    assert abs(y1 - 1454) < 60
    assert y1 - y0 > 3 * (x1 - x0)


@pytest.mark.rule("B1")
def test_uneven_light_does_not_hide_words(tesseract):
    assert share_found(recognise(papers.under_a_lamp(papers.a_letter()), tesseract)) > 0.9


@pytest.mark.rule("A10")
def test_a_blank_side_is_not_even_shown_to_the_engine():
    attentive = Attentive()
    page = recognise(papers.with_back_shining_through(papers.a_blank()), attentive)
    assert (page.lines, page.text, page.engine, attentive.images) == ((), "", "attentive 1", [])


def test_an_upright_sure_page_is_read_once():
    attentive = Attentive()
    assert recognise(papers.a_letter(), attentive).turn == 0
    assert len(attentive.images) == 1


def test_an_unsure_page_is_looked_at_both_ways_and_stays_where_neither_is_better():
    attentive = Attentive(confidence=30)
    assert recognise(papers.a_letter(), attentive).turn == 0
    assert len(attentive.images) == 3


@pytest.mark.rule("A10")
@pytest.mark.parametrize(("confidence", "lines"), [(30, 0), (90, 1)])
def test_what_is_pale_all_over_is_kept_only_where_it_is_read_surely(confidence: int, lines: int):
    page = recognise(papers.a_letter(ink=190), Attentive(confidence))
    assert len(page.lines) == lines


def test_fine_scans_are_read_smaller_and_boxes_come_back_in_full_size():
    attentive = Attentive()
    fine = papers.a_letter().resize((papers.SIZE[0] * 2, papers.SIZE[1] * 2))
    page = recognise(fine, attentive, dpi=400)
    assert attentive.images[0].size == papers.SIZE
    x0, y0, _x1, _y1 = page.lines[0].box
    assert (abs(x0 - 400) < 12, abs(y0 - 490) < 24) == (True, True)


@pytest.mark.parametrize(
    ("size", "told", "noted", "expected"),
    [
        ((1654, 2339), None, 200, 200),
        ((1654, 2339), 300, 200, 300),
        ((3024, 4032), None, 72, 366),  # a camera that writes 72 into everything
        ((1654, 2339), None, None, 200),
    ],
)
def test_resolution_is_what_can_be_believed(size, told, noted, expected):
    image = Image.new("L", size)
    if noted:
        image.info["dpi"] = (noted, noted)
    assert resolution(image, told) == expected


def test_an_unknown_engine_is_refused_by_name():
    with pytest.raises(EngineMissing, match="'abacus'; known: auto, rapidocr, tesseract"):
        engine("abacus")
    assert names() == ["auto", "rapidocr", "tesseract"]
