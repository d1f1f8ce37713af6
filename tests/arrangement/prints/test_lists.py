"""Lists on paper: into what order a pile is laid (A10), and a dossier's or a year's volumes (A13)."""

import pytest

from dms.arrangement.prints.lists import MOST_ROWS, TooLong, render_reordering_list, render_volume_list
from dms.arrangement.prints.shapes import ListHead, ReorderingRow, VolumeListRow

from .paper import Print, stands_on_the_paper

HEAD = ListHead("KH-A-1203 华兴贸易有限公司 2023", "王立", "2024-01-15 10:00")
STEPS = [
    ReorderingRow(
        target=place,
        present=place * 7 % 16 + 1,
        entry_number=str(1000 + place),
        title=f"关于第{place}号单元的批复",
        date="2023-05",
        sheets=place % 4 + 1,
        code=f"JZ-{1000 + place}",
        belongs_to="1003" if place == 4 else "",
    )
    for place in range(1, 16)
]
VOLUMES = [
    VolumeListRow(
        no=place,
        reference_code=f"DF-ZH-2023-{place:04}",
        customer=f"第{place}贸易有限公司",
        title=f"第{place}户往来文件",
        year=2023,
        part="1",
        retention="长期（30年）",
        classification="机密",
        items=38,
        pages=126,
        date_from="2022-11-03",
        date_to="2023-12-28",
        place="一号库/3柜",
    )
    for place in range(1, 31)
]


@pytest.mark.rule("A10")
def test_the_list_says_of_each_paper_where_it_lies_and_where_it_goes_with_a_code_to_check_it_by():
    printed = Print(render_reordering_list(HEAD, STEPS, "zh-hans"))
    assert len(printed) == 2
    for page in range(2):
        words = printed.words(page)
        for head in ("新位置", "现位置", "登记号", "题名", "日期", "张数", "二维码"):
            assert words.count(head) == 1
    assert "181001关于第1号单元的批复2023052" in printed.words(0)
    assert "4131004关于第4号单元的批复从属1003" in printed.words(0)
    assert [*printed.codes(0), *printed.codes(1)] == [step.code for step in STEPS]
    assert stands_on_the_paper(printed)


@pytest.mark.rule("A13")
def test_the_list_of_a_year_names_the_customers_and_that_of_a_dossier_does_not():
    year = Print(render_volume_list(HEAD, VOLUMES, "zh-hans", of="year"))
    dossier = Print(render_volume_list(HEAD, VOLUMES, "zh-hans", of="dossier"))
    assert year.size(0) == (297, 210)
    assert "案卷目录（按年度）" in year.words(0)
    assert "案卷目录（按户）" in dossier.words(0)
    assert all("客户案卷题名" in year.words(page) for page in range(len(year)))
    assert all(row.customer in year.words() and row.title in dossier.words() for row in VOLUMES)
    assert not any(row.customer in dossier.words() for row in VOLUMES)
    for words in (year.words(0), dossier.words(0)):
        assert "1DF-ZH-2023-0001" in words
        assert "2023120221103—20231228长期（30年）机密38126一号库/3柜" in words
    assert stands_on_the_paper(year)


def test_a_list_in_english_keeps_its_columns_apart():
    printed = Print(render_volume_list(HEAD, VOLUMES[:2], "en", of="year"))
    heads = ("Serial no.", "Reference code", "Customer", "Title of the volume", "Year", "Part", "Dates of the papers",
             "Retention period", "Classification", "Items", "Pages", "Place in the archive")  # fmt: skip
    assert "".join(heads).replace(" ", "") in printed.words(0)
    boxes = [box for char, box in printed.chars(0) if 39 < box.top < 60]
    edges = [frame.left + 0.25 for frame in printed.frames(0) if frame.size[0] < 1]
    assert len({round(edge) for edge in edges}) == 13
    assert [edge for edge in edges for box in boxes if box.left < edge < box.right] == []


def test_a_list_that_would_take_all_memory_is_refused():
    with pytest.raises(TooLong):
        render_volume_list(HEAD, VOLUMES[:1] * (MOST_ROWS + 1), "en", of="year")
