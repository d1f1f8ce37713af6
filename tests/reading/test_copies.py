"""Copies: the PDF and the sheets for printing (C3)."""

import io

import pypdfium2
import pytest
from django.urls import reverse

from dms.holdings.services import turn_page
from dms.reading.pdf import PdfPage, PdfWriter
from dms.vault.services import read
from tests.factories import jpeg_of, paper

from .conftest import FIRST, read_page

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C3")]


def pdf_of(desk):
    response = desk.client("archivist").get(reverse("reading:item_pdf", args=[desk.item.public_id]))
    return response, pypdfium2.PdfDocument(b"".join(response.streaming_content))


def test_the_pdf_has_every_page_in_its_true_size_and_no_title_in_its_name(desk):
    response, document = pdf_of(desk)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{desk.item.entry_number}.pdf"'
    assert {"private", "no-store"} <= {word.strip() for word in response["Cache-Control"].split(",")}
    sizes = [tuple(round(side) for side in page.get_size()) for page in document]
    assert sizes == [(round(1240 * 72 / 200), round(1754 * 72 / 200))] * 2


def test_the_text_of_the_pdf_can_be_searched_where_it_stands(desk):
    _response, document = pdf_of(desk)
    text = document[0].get_textpage()
    assert [line.strip() for line in text.get_text_range().splitlines() if line.strip()] == list(FIRST)
    found = text.search("押金收据").get_next()
    left, bottom, right, top = text.get_charbox(found[0])
    height = 1754 * 72 / 200
    assert 120 * 72 / 200 < left < right
    assert height - 360 * 72 / 200 - 4 < bottom < top < height - 320 * 72 / 200 + 4


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_stands_upright_in_the_pdf_and_its_text_reads_along(desk, degrees):
    page = desk.pages[0]
    turn_page(page=page, degrees=degrees, acting_user=desk.house.archivist)
    read_page(page, ("竖",))
    _response, document = pdf_of(desk)
    assert document[0].get_rotation() == degrees
    assert document[1].get_rotation() == 0
    assert document[0].get_textpage().get_text_range().strip() == "竖"


def test_the_image_in_the_pdf_is_the_derivative_itself(desk):
    response = desk.client("archivist").get(reverse("reading:item_pdf", args=[desk.item.public_id]))
    whole = b"".join(response.streaming_content)
    assert read(desk.pages[0].captures.get().derivative) in whole


def test_a_sheet_says_what_it_is_who_printed_it_and_when(desk):
    response = desk.client("head1").get(reverse("reading:item_print", args=[desk.item.public_id]))
    html = response.content.decode()
    assert html.count('<section class="sheet">') == 2
    for words in (desk.dossier.number, str(desk.item.entry_number), desk.house.head1.username):
        assert html.count(words) >= 2
    assert desk.dossier.name not in html
    assert {"private", "no-store"} <= {word.strip() for word in response["Cache-Control"].split(",")}


def test_one_page_alone_can_be_printed_and_a_page_that_is_none_cannot(desk):
    address = reverse("reading:item_print", args=[desk.item.public_id])
    only = desk.client("head1").get(address, {"page": "2"}).content.decode()
    assert only.count('<section class="sheet">') == 1
    assert desk.pages[1].public_id in only
    for wrong in ("3", "0", "x", "9" * 40):
        assert desk.client("head1").get(address, {"page": wrong}).status_code == 404


def test_a_pdf_of_a_thousand_pages_keeps_its_offsets():
    jpeg = jpeg_of(paper("x", size=(60, 80)))
    with io.BytesIO() as target:
        writer = PdfWriter(target, title="标题")
        for _number in range(1000):
            writer.add(PdfPage(jpeg, 60, 80))
        writer.close()
        document = pypdfium2.PdfDocument(target.getvalue())
    assert len(document) == 1000
    assert document.get_metadata_dict()["Title"] == "标题"
    assert document[999].render(scale=0.1).to_pil().size[1] > 0
