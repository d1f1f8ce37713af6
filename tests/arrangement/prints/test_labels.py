"""Labels: true sizes, today's name, codes that a camera reads, nothing cut (A1 A11, regulation 8)."""

import unicodedata
from dataclasses import replace

import pytest

from dms.arrangement.prints.labels import qr_of, render_box_labels, render_dossier_labels, render_spines

from .facts import BOX, DOSSIER, SPINE
from .paper import Box, Print

pytestmark = pytest.mark.rule("A11")

WIDTHS = (30, 40, 50, 10, 15, 20)
LONGEST = "东方大厦客户往来文件与二次装修资料" * 12


def spines_of(printed: Print) -> list[tuple[int, Box]]:
    """The frames of the spines with their pages: the only ones 260 mm high."""
    return [(page, box) for page in range(len(printed)) for box in printed.frames(page) if box.size[1] == 260]


def labels_of(printed: Print) -> list[tuple[int, Box]]:
    return [(page, box) for page in range(len(printed)) for box in printed.frames(page) if box.size == (95, 67)]


def within(printed: Print, frames: list[tuple[int, Box]]) -> list[str]:
    """Return the words of each frame, and refuse a character that stands in none."""
    words = ["" for _frame in frames]
    for page in range(len(printed)):
        for char, box in printed.chars(page):
            holding = [at for at, (on, frame) in enumerate(frames) if on == page and frame.holds(box)]
            assert len(holding) == 1, (page, char, box)
            words[holding[0]] += char
    return [unicodedata.normalize("NFKC", one) for one in words]


@pytest.fixture(scope="module")
def spines() -> Print:
    return Print(render_spines([replace(SPINE, width=width) for width in WIDTHS], "zh-hans"))


def test_spines_are_as_wide_as_boxes_and_hard_covers_to_the_tenth_of_a_millimetre(spines):
    assert [box.size[0] for _page, box in spines_of(spines)] == [pytest.approx(width, abs=0.05) for width in WIDTHS]
    assert spines.size(0) == (210, 297)


def test_each_spine_says_where_its_volumes_belong_and_nothing_is_cut(spines):
    for words in within(spines, spines_of(spines)):
        for told in ("年度2023题名", "保管期限长期(30年)密级机密档号DF-ZH-2023-0007案卷0005—0009盒号B-0123"):
            assert told in words
        # Columns are copied from left to right, whereas they are read from right to left.
        assert sorted(words.split("年度")[0]) == sorted("全宗东方大厦物业管理有限公司")
        assert sorted(words.split("题名")[1].split("保管")[0]) == sorted("往来文件(A-1203单元)")


def test_a_latin_title_is_turned_and_read_in_one_line_of_words():
    title = "Huaxing Trading: letters 2023"
    printed = Print(render_spines([replace(SPINE, width=width, title=title) for width in WIDTHS], "en"))
    assert all("HuaxingTrading:letters2023" in words for words in within(printed, spines_of(printed)))


def test_the_longest_title_stays_in_its_spine_and_ends_in_an_ellipsis_where_it_must():
    printed = Print(render_spines([replace(SPINE, width=width, title=LONGEST) for width in WIDTHS], "zh-hans"))
    words = within(printed, spines_of(printed))
    titles = [one.split("题名")[1].split("保管")[0] for one in words]
    assert sorted(titles[2]) == sorted(LONGEST)
    assert titles[3].count("...") == 1
    assert 50 < len(titles[3]) < len(LONGEST)


def test_another_width_is_no_spine_of_ours():
    with pytest.raises(ValueError, match="no spine is"):
        render_spines([replace(SPINE, width=25)], "en")


@pytest.mark.rule("A1")
def test_a_dossier_label_carries_todays_name_its_number_and_a_code_that_leads_to_it():
    printed = Print(render_dossier_labels([DOSSIER, replace(DOSSIER, customer="新名称公司", code="JZ-2")], "zh-hans"))
    first, second = within(printed, labels_of(printed))
    for told in (
        "华兴贸易有限公司",
        "KH-A-1203",
        "东方大厦物业管理有限公司租户档案",
        "单元A-1203",
        "楼层12",
        "客户服务部",
    ):
        assert told in first
    assert "新名称公司" in second
    assert printed.codes(0) == [DOSSIER.code, "JZ-2"]


def test_nine_labels_take_two_pages_and_the_longest_name_is_whole():
    names = ["华" * 120, "Huaxing International Trading and Engineering (Shanghai) Company Limited " * 2]
    printed = Print(render_dossier_labels([replace(DOSSIER, customer=names[at % 2][:120]) for at in range(9)], "en"))
    words = within(printed, labels_of(printed))
    assert (len(printed), len(words)) == (2, 9)
    assert names[0] in words[0]
    assert "".join(names[1][:120].split()) in words[1]


def test_a_box_label_says_what_stands_in_the_box_and_where_it_stands():
    printed = Print(render_box_labels([BOX], "zh-hans"))
    (words,) = within(printed, labels_of(printed))
    for told in ("B-0123", "年度2022—2023", "案卷0005—0009", "保管期限长期(30年)", "楼层12", "存放位置一号库/3柜/2层"):
        assert told in words
    assert printed.codes(0) == ["JZ-BOX-0123"]


def test_what_has_no_code_has_no_picture():
    assert qr_of("") == ""
    printed = Print(render_box_labels([replace(BOX, code="")], "en"))
    assert printed.codes(0) == []
