"""A volume in one file: leaves around the pages, numbers in the corners, bookmarks that lead where they say."""

import io

import pypdfium2
import pytest

from dms.reading.pdf import PdfPage, PdfWriter
from dms.reading.pdf_binding import BindingWriter, leaves_of
from ocr.page_text import PageText, typed_line
from tests.factories import jpeg_of, paper

pytestmark = pytest.mark.rule("A11")
SIZE = (600, 800)
TEXT = PageText(*SIZE, lines=(typed_line("押金收据", (60, 300, 260, 350)),), engine="test")


def leaves_with(*words: str) -> bytes:
    """A plain PDF of one page for each of `words`."""
    with io.BytesIO() as target:
        writer = PdfWriter(target, title="leaves")
        for word in words:
            text = PageText(*SIZE, lines=(typed_line(word, (60, 60, 360, 120)),), engine="test")
            writer.add(PdfPage(jpeg_of(paper("x", size=SIZE)), *SIZE, text=text))
        writer.close()
        return target.getvalue()


def bound(pages: list[PdfPage]) -> pypdfium2.PdfDocument:
    with io.BytesIO() as target:
        leaves = leaves_of(leaves_with("cover", "catalogue", "notes"))
        writer = BindingWriter(target, title="档号 1", leaves=leaves, before=2)
        writer.bookmark("封面", leaves.pages[0])
        entries = [writer.add(page) for page in pages]
        writer.bookmark("一号文件", entries[0])
        writer.bookmark("附件", entries[-1], below=True)
        writer.bookmark("未扫描", None, below=True)
        writer.bookmark("备考表", leaves.pages[2])
        writer.close()
        return pypdfium2.PdfDocument(target.getvalue())


def page_of(**facts) -> PdfPage:
    return PdfPage(jpeg_of(paper("押金收据", size=SIZE)), *SIZE, text=TEXT, **facts)


def words_of(document: pypdfium2.PdfDocument, page: int) -> list[str]:
    return document[page].get_textpage().get_text_range().split()


def test_the_pages_stand_between_the_leaves_and_their_text_is_found():
    document = bound([page_of(), page_of()])
    assert [words_of(document, page)[0] for page in range(5)] == ["cover", "catalogue", "押金收据", "押金收据", "notes"]
    assert document.get_metadata_dict()["Title"] == "档号 1"


def test_the_catalogue_is_the_outline_and_each_line_leads_to_its_page():
    document = bound([page_of(), page_of(), page_of()])
    outline = [
        (mark.level, mark.get_title(), mark.get_dest().get_index() if mark.get_dest() else None)
        for mark in document.get_toc()
    ]
    assert outline == [(0, "封面", 0), (0, "一号文件", 2), (1, "附件", 4), (1, "未扫描", None), (0, "备考表", 5)]


@pytest.mark.rule("A10")
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("back", [False, True])
def test_the_number_stands_above_at_the_outer_edge_however_the_scan_lies(turn, back):
    document = bound([page_of(turn=turn, number=37, back=back)])
    page = document[2]
    width, height = page.get_size()
    text = page.get_textpage()
    at = text.get_text_range().replace("\r\n", "\n").index("37")
    assert at >= 0
    image = page.render(scale=1).to_pil().convert("L")
    band = image.crop((0, 0, int(width), 45))
    inked = [x for x in range(band.width) for y in range(18, 34) if band.getpixel((x, y)) < 100]
    assert inked
    assert (max(inked) < width / 2) if back else (min(inked) > width / 2)
    assert image.height == round(height)


def test_a_blank_side_has_no_number():
    document = bound([page_of(number=None)])
    assert words_of(document, 2) == ["押金收据"]


@pytest.mark.parametrize("wrong", [b"", b"%PDF-1.7\n", b"startxref\n5\n%%EOF", b"x" * 20 + b"\nstartxref\n3\n%%EOF\n"])
def test_what_is_no_plain_pdf_is_refused(wrong):
    with pytest.raises(ValueError, match="this PDF has no plain"):
        leaves_of(wrong)
