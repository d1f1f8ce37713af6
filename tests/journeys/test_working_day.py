"""A working day: the archivist takes in papers, staff find and read them, and nobody sees more than is theirs."""

import json
import re
import shutil

import pytest
from playwright.sync_api import Page, expect

from tests.factories import jpeg_of, paper
from tests.journeys.conftest import manage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WORDS = "海棠花园地下车库停车协议 编号TC-2026-088"


def hits(page: Page) -> int:
    """Return how many hits the results page lists."""
    return page.locator("main [data-search-hit]").count()


@pytest.mark.rule("B1")
def test_the_demonstration_was_read_whole(office):
    assert (office.summary["failed"], office.summary["waiting"], office.summary["files_refused"]) == (0, 0, 0)
    assert office.summary["recognised"] + office.summary["blank"] == office.summary["pages"]
    again = json.loads(office.manage("demonstrate", "--scans", "8", "--json").splitlines()[-1])
    assert {**again, "to_check": 0} == {**office.summary, "to_check": 0}


@pytest.mark.rule("B2")
def test_archivist_finds_a_word_and_sees_it_boxed_on_the_page(office, sign_in):
    with sign_in("archivist") as page:
        page.fill("input[name=q]", "合同")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/search/\?"))
        assert hits(page) >= 1
        page.locator("main a[href*='/page/']").first.click()
        page.wait_for_url(re.compile(r"/page/"))
        page.wait_for_selector(".openseadragon-canvas canvas, .openseadragon-canvas img", state="attached")
        expect(page.locator("body")).to_contain_text("合同")


@pytest.mark.rule("A6")
def test_archivist_uploads_a_scan_watches_it_being_read_and_finds_it(office, sign_in, tmp_path):
    scan, rubbish = tmp_path / "停车协议.jpg", tmp_path / "报表.docx"
    scan.write_bytes(jpeg_of(paper(WORDS, size=(1654, 2339), text_size=44)))
    rubbish.write_bytes(b"PK\x03\x04 not a scan")
    with sign_in("archivist") as page:
        page.goto("/dossiers/")
        page.locator("table a[href^='/dossiers/']").first.click()
        page.locator("main a[href*='/intake/new/']").first.click()
        page.locator("form.new-batch button.button").click()
        page.wait_for_url(re.compile(r"/intake/[a-z0-9]{14}/"))
        page.locator("input[type=file]").first.set_input_files([scan, rubbish])
        expect(page.locator("main")).to_contain_text("停车协议.jpg")
        page.locator("main a[href*='/page/'] img").first.wait_for(timeout=120_000)
        page.reload()
        expect(page.locator("main")).to_contain_text("停车协议.jpg")
        expect(page.locator("main")).to_contain_text("报表.docx")
        office.manage("work", "--until-idle")
        page.goto("/search/?q=TC-2026-088")
        assert hits(page) == 1


@pytest.mark.rule("D1")
@pytest.mark.parametrize(("username", "finds"), [("archivist", True), ("admin", False), ("head2", None)])
def test_search_shows_each_only_what_is_theirs(office, sign_in, username, finds):
    with sign_in(username) as page:
        page.goto("/search/?q=合同")
        if finds is not None:
            assert (hits(page) > 0) == finds
        numbers = json.loads(office.manage("find", "合同", "--as", username, "--json"))
        shown = page.locator("main").inner_text()
        assert all(hit["dossier"] in shown for hit in numbers["hits"][:3])


def test_staff_read_on_a_telephone_in_english(office, sign_in):
    with sign_in("staff1", locale="en-US", width=390, height=844) as page:
        page.goto("/search/?q=合同")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        if page.locator("main a[href*='/page/']").count():
            page.locator("main a[href*='/page/']").first.click()
            page.wait_for_url(re.compile(r"/page/"))
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.rule("C6")
def test_auditors_see_who_looked(office, sign_in):
    with sign_in("archivist") as page:
        page.goto("/search/?q=合同")
        page.locator("main a[href*='/page/']").first.click()
        page.wait_for_url(re.compile(r"/page/"))
    with sign_in("admin") as page:
        page.goto("/journal/?action=page.read")
        expect(page.locator("main table")).to_contain_text("白洁")
    assert json.loads(office.manage("verify_journal", "--json"))["faults"] == []


EVERY_FILE = """
import hashlib
from dms.holdings.models import Page
from dms.vault.services import read
from ocr.selectors import current_capture, page_text
for page in Page.objects.order_by("pk"):
    capture = current_capture(page)
    parts = [read(stored) for stored in (capture.master, capture.derivative, capture.thumbnail)]
    print(page.public_id, hashlib.sha256(b"".join(parts)).hexdigest(), len(page_text(page).text))
"""


@pytest.mark.rule("D3")
def test_a_restored_backup_has_every_page_and_finds_every_word(office, tmp_path):
    before = office.manage("shell", "--verbosity", "0", "-c", EVERY_FILE)
    office.manage("backup", str(tmp_path / "backup"), "--json")
    key = shutil.copy(office.folder / "master-key" / "master.age", tmp_path / "master.age")
    place = {**office.environment, "JUANZONG_DATA_DIR": str(tmp_path / "new"), "JUANZONG_MASTER_KEY_FILE": str(key)}
    manage(place, "restore", str(tmp_path / "backup"), "--json")
    manage(place, "migrate", "--no-input", "--verbosity", "0")
    manage(place, "rebuild_index", "--json")
    assert before.count("\n") >= 8
    assert manage(place, "shell", "--verbosity", "0", "-c", EVERY_FILE) == before
    find = ("find", "合同", "--as", "archivist", "--json")
    assert json.loads(manage(place, *find)) == json.loads(office.manage(*find))
    assert json.loads(manage(place, "check_fixity", "--all", "--json"))["faults"] == []
