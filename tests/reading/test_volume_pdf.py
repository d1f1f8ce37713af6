"""A whole volume as one PDF: its leaves around the papers, the numbers it has, the catalogue as bookmarks (A10 A11)."""

from datetime import date

import pypdfium2
import pytest
from django.urls import reverse

from dms.arrangement.models import Volume
from dms.arrangement.services import arrange_dossier, relate_items
from dms.holdings.models import Page, PageState
from dms.journal.models import JournalEntry
from tests.factories import a_page, an_item

from .conftest import FIRST, Desk

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A11")]


@pytest.fixture
def volume(desk: Desk) -> Volume:
    """The desk's item of two pages, an attachment of a blank side and a written one, an item without images."""
    archivist = desk.house.archivist
    type(desk.item).objects.filter(pk=desk.item.pk).update(document_date=date(2023, 5, 1))
    below = an_item(archivist, desk.dossier, "附件图纸", document_date=date(2023, 5, 1))
    relate_items(item=below, kind="attachment_of", other=desk.item, acting_user=archivist)
    pages = [a_page(below), a_page(below)]
    Page.objects.filter(pk=pages[0].pk).update(state=PageState.BLANK, text_version=0)
    Page.objects.filter(pk=pages[1].pk).update(state=PageState.RECOGNISED, side="back", text_version=1)
    an_item(archivist, desk.dossier, "还没有扫描的函", document_date=date(2023, 6, 1))
    arrange_dossier(dossier=desk.dossier, acting_user=archivist)
    return Volume.objects.get(filing_year=2023)


def fetched(desk: Desk, volume: Volume, who: str):
    return desk.client(who).get(reverse("reading:volume_pdf", args=[volume.public_id]))


def test_the_volume_is_one_searchable_file_with_its_catalogue_as_bookmarks(desk, volume):
    response = fetched(desk, volume, "archivist")
    assert response["Content-Type"] == "application/pdf"
    assert desk.dossier.name not in response["Content-Disposition"]
    document = pypdfium2.PdfDocument(b"".join(response.streaming_content))
    outline = [
        (mark.level, mark.get_title(), mark.get_dest().get_index() if mark.get_dest() else None)
        for mark in document.get_toc()
    ]
    assert [(level, page) for level, _title, page in outline] == [(0, 0), (0, 1), (0, 2), (1, 4), (0, None), (0, 6)]
    assert [title for _level, title, _page in outline[2:5]] == ["1 物业服务合同", "附件图纸", "2 还没有扫描的函"]
    assert len(document) == 7
    assert FIRST[1] in document[2].get_textpage().get_text_range()
    assert "物业服务合同" in "".join(document[1].get_textpage().get_text_range().split())


@pytest.mark.rule("A10")
def test_each_written_side_bears_its_number_and_a_blank_one_none(desk, volume):
    document = pypdfium2.PdfDocument(b"".join(fetched(desk, volume, "archivist").streaming_content))
    words = [document[page].get_textpage().get_text_range().split() for page in range(2, 6)]
    assert ["1" in words[0], "2" in words[1], words[2], words[3]] == [True, True, [], ["3"]]


@pytest.mark.rule("C3")
def test_only_who_may_take_copies_gets_it_and_each_copy_is_written_down(desk, volume):
    assert [fetched(desk, volume, who).status_code for who in ("archivist", "head1", "staff2")] == [200, 403, 404]
    lines = JournalEntry.objects.filter(action="volume.downloaded")
    assert [(line.actor_id, line.thing_id, line.facts) for line in lines] == [
        (desk.house.archivist.pk, volume.public_id, {"pages": 4})
    ]


def test_an_empty_volume_is_no_file(desk, volume):
    volume.bindings.all().delete()
    before = JournalEntry.objects.filter(action="volume.downloaded").count()
    assert fetched(desk, volume, "archivist").status_code == 404
    assert JournalEntry.objects.filter(action="volume.downloaded").count() == before
