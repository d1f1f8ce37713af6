"""Judgements about an image before it is read: ink, direction, lean, paper."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr import preprocessing
from ocr.preprocessing import Survey
from tests.factories.images import font

from . import papers

DPI = 200


def surveyed(image: Image.Image) -> Survey:
    return preprocessing.survey(preprocessing.as_grey(image, DPI), DPI)


@pytest.mark.rule("A10")
@pytest.mark.parametrize(
    "blank",
    [
        papers.a_blank(),
        papers.a_blank(paper=190),
        papers.with_back_shining_through(papers.a_blank()),
        papers.with_black_border(papers.a_blank()),
        papers.under_a_lamp(papers.a_blank()),
        Image.new("1", papers.SIZE, 1),
    ],
    ids=["white", "grey", "showing through", "black border", "uneven light", "bilevel"],
)
def test_a_side_without_writing_has_no_text(blank: Image.Image):
    assert not preprocessing.has_text(surveyed(blank))


@pytest.mark.rule("A10")
@pytest.mark.parametrize("words", ["附件一", "作废", "第 12 页"])
def test_a_side_with_a_few_words_has_text(words: str):
    assert preprocessing.has_text(surveyed(papers.a_letter((words,))))


def test_faint_words_are_text():
    assert preprocessing.has_text(surveyed(papers.a_letter(ink=140, paper=215)))


@pytest.mark.parametrize(("ink", "pale"), [(25, False), (140, False), (190, True)])
def test_pale_is_what_has_no_ink_as_dark_as_ink_is(ink: int, pale: bool):
    assert preprocessing.is_pale(surveyed(papers.a_letter(ink=ink))) is pale


@pytest.mark.parametrize(("turn", "sideways"), [(0, False), (90, True), (180, False), (270, True)])
def test_lines_that_run_up_and_down_are_noticed(turn: int, sideways: bool):
    image = papers.a_letter().rotate(-turn, expand=True)
    assert preprocessing.lies_sideways(surveyed(image)) is sideways


@pytest.mark.parametrize("degrees", [-3.0, -0.7, 0.0, 0.4, 2.5])
def test_the_lean_is_found_to_a_fifth_of_a_degree(degrees: float):
    assert surveyed(papers.leaning(papers.a_letter(), degrees)).lean == pytest.approx(-degrees, abs=0.2)


def test_a_page_on_its_head_gives_reason_to_look_closer():
    lines = tuple("物业管理处" * number for number in range(1, 9))
    page = papers.a_letter(lines)
    upright, head_down = surveyed(page), surveyed(page.rotate(180))
    assert not preprocessing.may_stand_on_its_head(upright)
    assert preprocessing.may_stand_on_its_head(head_down)


def test_uneven_paper_becomes_white_and_words_stay_dark():
    dark = papers.under_a_lamp(papers.a_letter())
    even = np.asarray(preprocessing.even_out(dark, surveyed(dark)))
    assert np.asarray(dark)[:, :60].mean() < 130
    assert even[:, :60].mean() > 235
    assert even[240:280, 200:800].min() < 90


def test_a_good_scan_is_left_as_it_is():
    image = papers.a_letter()
    assert preprocessing.even_out(image, surveyed(image)) is image


def test_the_densest_part_holds_the_words():
    page = Image.new("L", papers.SIZE, 247)
    ImageDraw.Draw(page).text((300, 1500), "物业服务合同", font=font(40), fill=20)
    x0, y0, x1, y1 = preprocessing.densest_part(surveyed(page), 300, 60)
    assert x0 <= 150 <= x1
    assert y0 <= 760 <= y1


def test_transparency_is_white_and_sixteen_bits_are_scaled():
    clear = preprocessing.as_grey(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), DPI)
    deep = preprocessing.as_grey(Image.fromarray(np.full((40, 40), 65535, dtype=np.uint16)), DPI)
    assert (clear.getpixel((5, 5)), deep.getpixel((5, 5))) == (255, 255)


def red_on(page: Image.Image) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    colour = page.convert("RGB")
    return colour, ImageDraw.Draw(colour)


def test_a_seal_is_taken_off_the_words_beneath():
    colour, draw = red_on(papers.a_letter())
    draw.ellipse((200, 700, 520, 1020), outline=(205, 30, 40), width=12)
    draw.ellipse((330, 830, 390, 890), fill=(205, 30, 40))
    grey = np.asarray(preprocessing.as_grey(colour, DPI))
    assert grey[860, 360] > 235
    assert grey[240:280, 200:400].min() < 60


def test_a_red_letterhead_stays():
    colour, draw = red_on(papers.a_blank())
    draw.text((300, 300), "海棠物业管理有限公司文件", font=font(90), fill=(205, 30, 40))
    grey = np.asarray(preprocessing.as_grey(colour, DPI))
    assert grey[300:400, 300:1300].min() < 110
