"""How well pages were scanned: the measures of pages made with known faults, and what the policy says about them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageEnhance

from dms.core.refusals import Allowed
from dms.intake.files.measuring import measure
from dms.intake.files.pages import Measures
from dms.intake.scan_quality import (
    Fault,
    PageFacts,
    ScanLimits,
    SheetFacts,
    back_may_be_missing,
    cut_sides,
    findings_of,
    may_file_checked,
    odd_sizes,
    sample_size,
)
from tests.factories import paper

pytestmark = pytest.mark.rule("A17")

LINES = "\n".join("物业服务合同第一条甲乙双方依照有关法律订立本合同" for _ in range(18))
LIMITS = ScanLimits()


@pytest.fixture(scope="module")
def page() -> Image.Image:
    """A clean page of text at 150 dpi."""
    return paper(LINES)


def faults(image: Image.Image, dpi: int = 200, **values) -> set[Fault]:
    facts = PageFacts(dpi, measures=measure(image, 150), **values)
    return {found.fault for found in findings_of(facts, LIMITS)}


def askew(image: Image.Image, degrees: float) -> Image.Image:
    """The page turned clockwise, its corners filled with paper."""
    return image.rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor=250)


def test_a_clean_page_has_no_findings(page):
    measured = measure(page, 150)
    assert faults(page) == set()
    assert (measured.paper, measured.rim_share) == (250, 0)
    assert (measured.cut_top, measured.cut_right, measured.cut_bottom, measured.cut_left) == (0, 0, 0, 0)


@pytest.mark.parametrize("degrees", [-5.0, -2.0, 0.0, 1.0, 2.5, 6.0])
def test_the_lean_is_measured_to_a_few_tenths_of_a_degree(page, degrees):
    assert measure(askew(page, degrees), 150).lean == pytest.approx(10 * degrees, abs=3)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_on_its_side_leans_no_less(page, turn):
    assert measure(askew(page, 2.0).rotate(-turn, expand=True), 150).lean == pytest.approx(20, abs=3)


def test_a_page_askew_is_found(page):
    assert Fault.LEAN in faults(askew(page, 3.0))
    assert Fault.LEAN not in faults(askew(page, 0.8))


@pytest.mark.parametrize("side", ["top", "right", "bottom", "left"])
def test_writing_that_runs_out_of_an_edge_is_found_at_that_edge(page, side):
    left, top, right, bottom = ImageChops.invert(page).point(lambda v: 255 if v > 120 else 0).getbbox()
    box = {
        "top": (0, top + 20, *page.size),
        "right": (0, 0, right - 60, page.height),
        "bottom": (0, 0, page.width, bottom - 20),
        "left": (left + 60, 0, *page.size),
    }[side]
    measured = measure(page.crop(box), 150)
    assert cut_sides(measured, 0, LIMITS.most_cut) == (side,)
    assert Fault.CUT in faults(page.crop(box))


def test_the_cut_edge_is_named_as_the_page_stands_after_its_turn():
    cut = Measures(0, 250, 40, 500, 0, cut_top=0, cut_right=90, cut_bottom=0, cut_left=0)
    assert [cut_sides(cut, turn, 30) for turn in (0, 90, 180, 270)] == [("right",), ("bottom",), ("left",), ("top",)]


def test_black_rims_are_rims_and_no_cut_writing(page):
    rimmed = page.copy()
    draw = ImageDraw.Draw(rimmed)
    draw.rectangle((0, 0, 40, page.height), fill=8)
    draw.rectangle((0, page.height - 60, page.width, page.height), fill=12)
    measured = measure(rimmed, 150)
    assert measured.rim_share == pytest.approx(1000 * (1 - (1 - 41 / 1240) * (1 - 61 / 1754)), abs=8)
    assert faults(rimmed) == {Fault.RIM}


def test_dark_and_faint_pages_are_found(page):
    assert faults(ImageEnhance.Brightness(page).enhance(0.5)) == {Fault.DARK}
    assert faults(page.point(lambda value: 190 + value * 60 // 255)) == {Fault.FAINT}


def test_uneven_light_is_neither_ink_nor_a_cut_edge(page):
    shade = np.linspace(1.0, 0.72, page.width)[None, :].repeat(page.height, axis=0)
    lit = Image.fromarray((np.asarray(page) * shade).astype(np.uint8))
    assert faults(lit) == set()
    assert measure(lit, 150).ink_share == pytest.approx(measure(page, 150).ink_share, rel=0.2)


def test_a_blank_page_has_no_ink_and_no_lean():
    measured = measure(Image.new("L", (1240, 1754), 247), 150)
    assert (measured.ink, measured.lean, measured.ink_share) == (None, None, 0)


@pytest.mark.parametrize("size", [(8, 8), (9, 2000), (2000, 9), (1, 1)])
def test_the_smallest_and_the_longest_pictures_are_measured(size):
    for grey in (0, 128, 255):
        assert measure(Image.new("L", size, grey), 200).rim_share in range(1001)


def test_coarse_scans_and_bad_readings_are_found(page):
    assert faults(page, dpi=150) == {Fault.LOW_DPI}
    assert faults(page, confidence=40) == {Fault.UNSURE}
    assert faults(page, state="failed") == {Fault.UNREADABLE}
    assert faults(page, state="blank") == {Fault.BLANK}


def test_a_page_that_was_not_scanned_is_not_judged_by_its_image():
    assert findings_of(PageFacts(dpi=72, measures=None, confidence=100), LIMITS) == []


def test_a_page_of_another_size_is_told_whichever_way_it_lies():
    a4, a4_lying, slip = (8.27, 11.69), (11.69, 8.27), (4.1, 5.8)
    assert odd_sizes([a4, a4_lying, slip, a4]) == [False, False, True, False]
    assert odd_sizes([a4, slip]) == [False, False]


@pytest.mark.parametrize(
    ("blanks", "missing"),
    [
        ([False, True, False, True, False], True),
        ([False, True, False, True], False),
        ([False, False, False, False, False], False),
        ([True, True, False, True, False], False),
        ([False, True, False], False),
    ],
    ids=["duplex and odd", "duplex and even", "one-sided", "a blank front", "too few to tell"],
)
def test_an_odd_number_of_sides_counts_only_where_both_were_scanned(blanks, missing):
    assert back_may_be_missing(blanks) is missing


@given(pages=st.integers(1, 5000), percent=st.integers(1, 100))
def test_the_sample_is_never_smaller_than_its_share(pages, percent):
    drawn = sample_size(pages, percent)
    assert 1 <= drawn <= pages
    assert drawn * 100 >= percent * pages
    assert (drawn - 1) * 100 < percent * pages


@pytest.mark.parametrize(
    ("sheet", "required", "code"),
    [
        (SheetFacts(drawn=False), False, None),
        (SheetFacts(drawn=False), True, "unchecked"),
        (SheetFacts(drawn=True, unseen=1), True, "unchecked"),
        (SheetFacts(drawn=True, unseen=1), False, None),
        (SheetFacts(drawn=True, too_few=1), True, "unchecked"),
        (SheetFacts(drawn=True), True, None),
        (SheetFacts(drawn=True, to_rescan=1), False, "to_rescan"),
    ],
)
def test_a_batch_is_filed_when_what_was_found_is_mended(sheet, required, code):
    answer = may_file_checked(sheet, required=required, because="")
    assert getattr(answer, "code", None) == code
    assert may_file_checked(sheet, required=required, because="顾客急需") == Allowed()
