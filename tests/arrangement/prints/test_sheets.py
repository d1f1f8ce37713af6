"""The sheets of a volume: nothing missing, nothing cut, ruled to the end, fit for keeping (A11, GB/T 9705)."""

import http.server
import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from django.utils.safestring import mark_safe

from dms.arrangement.prints.shapes import CatalogueRow
from dms.arrangement.prints.sheets import (
    COLUMNS,
    date_in_print,
    render_around,
    render_catalogue,
    render_cover,
    render_note_sheet,
    render_soft_cover,
    span_in_print,
)

from .facts import COVER, NOTE, rows
from .paper import Print, stands_on_the_paper, streams

pytestmark = pytest.mark.rule("A11")

CHINESE_HEADS = ("顺序号", "文号", "责任者", "题名", "日期", "页号", "备注")
ENGLISH_HEADS = ("Serial no.", "Issue number", "Issuer", "Title", "Date", "Page no.", "Remarks")
LONG = "关于东方大厦A座十二层二次装修工程施工单位进场押金缴纳消防备案及噪声管理等事项的报告" * 8


@pytest.fixture(scope="module")
def catalogue() -> Print:
    """A catalogue of forty rows in Chinese, the seventh with the longest title."""
    papers = rows(40)
    papers[6] = replace(papers[6], title=LONG[:300])
    return Print(render_catalogue("DF-ZH-2023-0007", papers, "zh-hans"))


def test_the_catalogue_repeats_its_heads_on_each_page_of_a4(catalogue):
    assert [catalogue.size(page) for page in range(len(catalogue))] == [(210, 297)] * 3
    for page in range(3):
        words = catalogue.words(page)
        assert [words.count(head) for head in CHINESE_HEADS] == [1] * 7
        assert "档号DF-ZH-2023-0007" in words
    assert catalogue.words().count("卷内文件目录") == 1


def test_every_row_stands_whole_on_one_page_with_all_its_columns(catalogue):
    pages = [catalogue.words(page) for page in range(3)]
    for place, row in enumerate(rows(40), 1):
        title = LONG[:300] if place == 7 else row.title
        printed = f"{row.no}{row.issue_number}{row.issuer}"
        on = [number for number, words in enumerate(pages) if printed in words]
        assert len(on) == 1
        assert title in pages[on[0]]
        assert f"{row.date.replace('-', '')}" in pages[on[0]]
    assert "1KH〔2023〕001号客户服务部关于第1号单元二次装修申请的批复202305021-2" in pages[0]
    assert "复印件" in pages[0]


def test_nothing_of_the_catalogue_is_cut_or_leaves_its_column(catalogue):
    assert stands_on_the_paper(catalogue)
    edges = [25.0]
    for width in COLUMNS:
        edges.append(edges[-1] + width)
    assert edges[-1] == 195
    for page in range(3):
        for _char, box in catalogue.chars(page):
            if 45 < box.top < 279:
                assert any(left <= box.left and box.right <= right for left, right in pairwise(edges))


def test_blank_ruled_rows_fill_the_last_page_like_the_paper_form(catalogue):
    for page in range(3):
        lowest = max(box.bottom for box in catalogue.frames(page))
        assert 279 - 12 < lowest <= 279.2
    full = Print(render_catalogue("X", rows(19), "zh-hans"))
    more = Print(render_catalogue("X", rows(20), "zh-hans"))
    assert (len(full), len(more)) == (1, 2)
    none = Print(render_catalogue("X", [], "zh-hans"))
    assert len(none) == 1


def test_the_catalogue_speaks_english_with_dates_as_they_were_written():
    printed = Print(render_catalogue("DF-ZH-2023-0007", rows(3), "en"))
    words = " ".join(printed.lines(0))
    assert "In-volume catalogue" in words
    assert [head for head in ENGLISH_HEADS if head not in words and head.replace(" ", "") not in printed.words()] == []
    assert "2023-05-02" in words


def test_a_row_below_another_has_no_number_and_a_row_without_written_sides_no_page():
    row = CatalogueRow("", "附1", "客务部", "附件：图纸", "before 1998", 0, 0)
    words = Print(render_catalogue("X", [row], "zh-hans")).words()
    assert words.endswith("备注附1客务部附件：图纸before19981/1")


def test_the_cover_says_what_the_standard_asks_for():
    printed = Print(render_cover(COVER, "zh-hans"))
    words = printed.words()
    assert len(printed) == 1
    for told in (
        "机密", "东方大厦物业管理有限公司", "租户档案", COVER.title, "户档案号KH-A-1203", "年度2023",
        "起止日期20221103—20231228", "保管期限长期（30年）", "本卷共38件126页", "客户华兴贸易有限公司",
        "全宗号年度案卷号分卷档号DF202300071DF-ZH-2023-0007",
    ):  # fmt: skip
        assert told in words
    assert stands_on_the_paper(printed)


def test_a_cover_with_the_longest_words_is_still_one_page_and_nothing_is_cut():
    longest = replace(COVER, title=LONG[:300], customer="司" * 120, fonds="东" * 60, retention="长期" * 10)
    for language in ("zh-hans", "en"):
        printed = Print(render_cover(longest, language))
        assert len(printed) == 1
        assert LONG[:300] in printed.words()
        assert "司" * 120 in printed.words()
        assert stands_on_the_paper(printed)


def test_a_soft_cover_carries_the_catalogue():
    printed = Print(render_soft_cover(COVER, rows(12), "zh-hans"))
    first = printed.words(0)
    assert first.index(COVER.title) < first.index("本卷共38件126页") < first.index("卷内文件目录")
    assert len(printed) == 2
    assert [printed.words(page).count("责任者") for page in range(2)] == [1, 1]
    assert all(row.title in printed.words() for row in rows(12))
    assert stands_on_the_paper(printed)


@pytest.mark.rule("A7")
def test_the_note_sheet_names_compiler_checker_days_overrides_and_references():
    words = Print(render_note_sheet(NOTE, "zh-hans")).words()
    assert words.startswith("卷内备考表档号DF-ZH-2023-0007本卷情况说明本卷共38件126页实有纸张：64张")
    for told in (
        "第12页边缘破损，已裱糊。", "未按规则归卷的文件KH-2023-017经客务部经理批准归入2023年。",
        "参见KH-2022-104的批复见DF-ZH-2024-0002。", "立卷人王立立卷时间20240115检查人李检检查时间20240116",
    ):  # fmt: skip
        assert told in words


def test_a_note_sheet_without_remarks_still_has_names_and_days_and_blank_lines_for_what_is_not_known():
    bare = replace(NOTE, remarks=(), overrides=(), cross_references=(), sheets=0, checker="", checked_on="")
    words = Print(render_note_sheet(bare, "zh-hans")).words()
    assert words == (
        "卷内备考表档号DF-ZH-2023-0007本卷情况说明本卷共38件126页立卷人王立立卷时间20240115检查人检查时间1/1"
    )


def test_long_remarks_run_on_and_the_names_stand_once_at_their_end():
    printed = Print(render_note_sheet(replace(NOTE, remarks=tuple(f"{n}：{LONG}" for n in range(14))), "zh-hans"))
    assert len(printed) > 1
    assert printed.words().count("立卷人") == 1
    assert "立卷人王立" in printed.words(len(printed) - 1)
    assert stands_on_the_paper(printed)


def test_every_print_is_fit_for_keeping(catalogue):
    for printed in (catalogue, Print(render_cover(COVER, "en"))):
        told = streams(printed.pdf)
        assert b'pdfaid:part="2"' in told
        assert b'pdfaid:conformance="U"' in told
        assert b"/OutputIntents" in told
        assert printed.embedded() == {True}


def test_the_leaves_around_the_papers_are_one_plain_file_that_says_where_the_papers_go():
    around = render_around(COVER, rows(30), NOTE, "zh-hans")
    printed = Print(around.pdf)
    assert (around.before, len(printed)) == (3, 4)
    assert "卷内文件目录" in printed.words(1)
    assert printed.words(3).startswith("卷内备考表")
    assert around.pdf.rstrip().endswith(b"%%EOF")


def test_words_are_printed_and_never_obeyed():
    marked = replace(COVER, title="<b>题名</b> & <script>1</script> \x00\x07\u202e\ud800", customer="</td></table>")
    words = Print(render_cover(marked, "zh-hans")).words()
    assert "<b>题名</b>&<script>1</script>" in words
    assert "</td></table>" in words


def test_no_print_fetches_anything(tmp_path):
    asked = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    secret = tmp_path / "secret.css"
    secret.write_text("p:first-of-type::before { content: 'LEAKED' }")
    server = http.server.HTTPServer(("127.0.0.1", 0), Listening)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/x"
        bad = mark_safe(
            f'<img src="{address}"><link rel="stylesheet" href="{address}"><object data="{address}"></object>'
            f'<link rel="stylesheet" href="{secret.as_uri()}"><a rel="attachment" href="{secret.as_uri()}">题</a>'
            f'<style>@import url("{secret.as_uri()}"); p {{ background: url("{address}") }}</style>'
        )
        printed = Print(render_cover(replace(COVER, title=bad), "zh-hans"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []
    assert "LEAKED" not in printed.words()
    assert b"LEAKED" not in streams(printed.pdf)


@pytest.mark.parametrize(
    ("date", "chinese"),
    [("2023-05-01", "20230501"), ("2023-05", "202305"), ("1998", "1998"), ("before 1998", "before 1998"), ("", "")],
)
def test_dates_are_eight_digits_in_chinese_and_as_written_in_english(date, chinese):
    assert date_in_print(date, "zh-hans") == chinese
    assert date_in_print(date, "en") == date


def test_a_span_of_one_day_is_that_day():
    assert span_in_print("2023-05-01", "2023-05-01", "zh-hans") == "20230501"
    assert span_in_print("", "2023-05-01", "en") == "2023-05-01"
    assert span_in_print("", "", "en") == ""
    assert span_in_print("2022", "2023-05", "en") == "2022 – 2023-05"
