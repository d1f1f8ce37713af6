"""RapidOCR's models on real pages: what is read, where it stands, how sure, and in which order."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr.alto import from_alto, plain_text, to_alto
from ocr.engines import engine
from ocr.engines.rapidocr.strips import StripReader
from ocr.recognition import recognise
from tests.factories.images import font

from . import papers


@pytest.fixture(scope="module")
def rapidocr():
    return engine("rapidocr")


def bare(text: str) -> str:
    return text.replace(" ", "").replace("，", ",").replace("：", ":")


@pytest.mark.rule("B1")
def test_a_letter_is_read_without_a_fault_and_every_character_lies_on_its_ink(rapidocr):
    page = recognise(papers.a_letter(), rapidocr)
    assert [bare(line.text) for line in page.lines] == [bare(line) for line in papers.LINES]
    assert page.confidence >= 95
    assert page.engine.startswith("rapidocr 3.")
    draw = ImageDraw.Draw(Image.new("L", (1, 1)))
    for number, line in enumerate(page.lines):
        whole = papers.LINES[number]
        for at, char in enumerate(line.chars):
            x = 200 + draw.textlength(whole[:at], font(34)) + draw.textlength(whole[at], font(34)) / 2
            assert char.box[0] - 4 <= x <= char.box[2] + 4
            if char.text.isalnum():
                assert char.box[1] - 10 <= 240 + 66 * number + 24 <= char.box[3] + 10


@pytest.mark.rule("B1")
@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_that_lies_otherwise_is_turned_upright_first(rapidocr, turn):
    page = recognise(papers.a_letter().rotate(turn, expand=True), rapidocr)
    assert page.turn == turn
    assert bare(page.lines[0].text) == papers.LINES[0]


@pytest.mark.rule("A10")
def test_what_shines_through_from_the_back_is_not_read(rapidocr):
    front = papers.a_letter(papers.LINES[:3])
    page = recognise(papers.with_back_shining_through(front), rapidocr)
    assert [bare(line.text) for line in page.lines] == [bare(line) for line in papers.LINES[:3]]


def test_an_empty_image_has_no_lines(rapidocr):
    assert rapidocr.read(papers.a_blank(), 200) == ()


@pytest.mark.rule("B1")
def test_a_form_s_field_and_value_stand_on_one_line_and_stay_so_in_alto(rapidocr):
    fields = (("客户名称", "海棠物业管理有限公司"), ("联系人", "张建国"), ("合同编号", "HT-2019-0042"))
    image = papers.a_letter(("合同归档登记表",))
    draw = ImageDraw.Draw(image)
    for number, (name, value) in enumerate(fields):
        top = 400 + 70 * number
        draw.rectangle((200, top, 1400, top + 70), outline=30, width=2)
        draw.line((480, top, 480, top + 70), fill=30, width=2)
        draw.text((220, top + 16), name, font=font(34), fill=25)
        draw.text((500, top + 16), value, font=font(34), fill=25)
    page = recognise(image, rapidocr)
    expected = ["合同归档登记表", *(f"{name} {value}" for name, value in fields)]
    assert [line.text for line in page.lines] == expected
    assert len({line.block for line in page.lines}) == 4
    document = to_alto(page)
    assert document.count(b'TAGREFS="table-row"') == 3
    assert document.count(b'TAGREFS="table-cell"') == 6
    assert from_alto(document) == page
    assert plain_text(document).splitlines() == expected


def answers(*runs: tuple[int, float, int]) -> np.ndarray:
    """What the recogniser answers: for each run its sign's number, how sure, and for how many steps."""
    rows = [np.eye(4, dtype=np.float32)[sign] * sure for sign, sure, steps in runs for _step in range(steps)]
    return np.stack(rows)[None]


def test_doubtful_characters_are_words_of_their_own_so_that_they_can_be_marked():
    told = answers((1, 0.99, 2), (0, 1, 1), (1, 0.98, 2), (2, 0.4, 2), (3, 0.99, 2), (0, 1, 3))
    reader = StripReader(lambda data: told, ("", "合", "同", "书"))
    line = reader.read(np.full((48, 96), 255, dtype=np.uint8), (10, 20))
    assert [(word.text, word.confidence) for word in line.words] == [("合合", 97), ("同", 16), ("书", 98)]
    assert line.text == "合合同书"


def test_one_doubtful_digit_makes_a_doubtful_number():
    told = answers((1, 0.99, 2), (2, 0.5, 2), (3, 0.99, 2))
    line = StripReader(lambda data: told, ("", "2", "0", "9")).read(np.full((48, 96), 255, dtype=np.uint8), (0, 0))
    assert [(word.text, word.confidence) for word in line.words] == [("209", 25)]


def test_what_is_unsure_is_read_again_in_full_width_and_the_surer_reading_is_kept():
    widths = []

    def network(data):
        widths.append(data.shape[3])
        return answers((1, 0.4, 4)) if len(widths) == 1 else answers((2, 0.99, 4))

    line = StripReader(network, ("", "合", "同", "书")).read(np.full((48, 512), 255, dtype=np.uint8), (0, 0))
    assert (line.text, widths) == ("同", [384, 512])


def test_a_row_of_the_same_digit_is_read_again_in_full_width():
    zeros = [part for _zero in range(4) for part in ((1, 0.98, 1), (0, 1, 1))]
    first, second = answers(*zeros[2:]), answers(*((sign, min(1, sure + 0.01), steps) for sign, sure, steps in zeros))
    reader = StripReader(lambda data: first if data.shape[3] == 384 else second, ("", "0", "同", "书"))
    assert reader.read(np.full((48, 512), 255, dtype=np.uint8), (0, 0)).text == "0000"


def test_what_is_no_text_is_left_out():
    reader = StripReader(lambda data: answers((1, 0.3, 2)), ("", "合", "同", "书"))
    assert reader.read(np.full((48, 96), 255, dtype=np.uint8), (0, 0)) is None
    assert reader.read(np.full((2, 96), 255, dtype=np.uint8), (0, 0)) is None
