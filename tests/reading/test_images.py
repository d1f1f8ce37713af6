"""What is sent of a page, and under which headers."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from dms.holdings.services import add_capture
from dms.holdings.services.pages import CaptureFacts
from dms.vault.services import read, store
from tests.factories import jpeg_of, paper

pytestmark = pytest.mark.django_db


def image(desk, name="page_image", query="", who="staff1"):
    return desk.client(who).get(reverse(f"reading:{name}", args=[desk.pages[0].public_id]) + query)


@pytest.mark.parametrize(
    ("name", "stored", "disposition"),
    [
        ("page_image", "derivative", 'inline; filename="page.jpg"'),
        ("page_thumbnail", "thumbnail", 'inline; filename="thumbnail.jpg"'),
    ],
)
def test_the_image_is_streamed_whole_and_kept_by_nobody(desk, name, stored, disposition):
    response = image(desk, name)
    plain = read(getattr(desk.pages[0].captures.get(), stored))
    assert response.streaming
    assert b"".join(response.streaming_content) == plain
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Length"] == str(len(plain))
    assert response["Content-Disposition"] == disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    kept = {word.strip() for word in response["Cache-Control"].split(",")}
    assert {"private", "no-store"} <= kept
    assert "public" not in kept


def test_a_page_with_its_text_is_kept_by_nobody(desk):
    response = image(desk, "page")
    assert {"private", "no-store"} <= {word.strip() for word in response["Cache-Control"].split(",")}


@pytest.mark.rule("A12")
def test_a_former_image_stays_readable_after_a_rescan(desk):
    former = read(desk.pages[0].captures.get().derivative)
    again = paper("重新扫描", size=(800, 1000))
    files = [store(jpeg_of(again), purpose=purpose) for purpose in ("master", "derivative", "thumbnail")]
    facts = CaptureFacts(*files, media_type="image/jpeg", width=800, height=1000)
    add_capture(page=desk.pages[0], capture=facts, acting_user=desk.house.archivist)
    assert b"".join(image(desk, query="?capture=1").streaming_content) == former
    assert Image.open(io.BytesIO(b"".join(image(desk).streaming_content))).size == (800, 1000)


def test_there_is_no_image_of_a_version_that_is_none(desk):
    for version in ("9", "0", "-1", "one", "", "9" * 30, "²"):
        assert image(desk, query=f"?capture={version}").status_code == 404
