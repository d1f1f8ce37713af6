"""Papers arrive in a real browser: a large file over a line that breaks, a ZIP, and scans that found no dossier."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.factories import jpeg_of, paper
from tests.intake.foreign import packed, scan_pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LARGE = 26 << 20
PATIENT = 90_000  # milliseconds: the machine may have other work


def open_batch(page: Page) -> dict[str, str]:
    """Open a batch into the first dossier there is; return it as the list under the field tells of it."""
    dossier = page.request.get("/intake/dossiers/?q=").json()["dossiers"][0]
    page.goto("/intake/new/")
    page.fill("#id_number", dossier["number"])
    page.click("form.new-batch button[type=submit], form.new-batch .new-batch__acts button")
    page.wait_for_url(re.compile(r"/intake/[a-z0-9]{14}/$"))
    return dossier


@pytest.fixture
def large_file(tmp_path) -> Path:
    path = tmp_path / "大合同.jpg"
    content = jpeg_of(paper("第0001号大合同"))
    path.write_bytes(content + bytes(range(256)) * ((LARGE - len(content)) // 256))
    return path


@pytest.mark.rule("A10")
def test_a_large_file_goes_on_where_the_line_broke_even_after_a_reload(office, sign_in, large_file):
    with sign_in("archivist") as page:
        open_batch(page)
        sent: list[int] = []

        def third_piece_breaks(route: Route) -> None:
            number = int(re.search(r"/(\d+)/$", route.request.url)[1])
            if number >= 2:
                route.abort("connectionreset")
            else:
                sent.append(number)
                route.continue_()

        page.route(re.compile(r"/uploads/[a-z0-9]{14}/\d+/$"), third_piece_breaks)
        page.set_input_files("[data-choose]", large_file)
        expect(page.locator(".file")).to_contain_text(
            "连接" if page.locator("html[lang^=zh]").count() else "connection", timeout=PATIENT
        )
        assert sent == [0, 1]
        page.on("dialog", lambda dialog: dialog.accept())  # files are still being uploaded: leave all the same
        page.reload()
        row = page.locator(".file")
        expect(row).to_have_count(1, timeout=PATIENT)
        expect(row).to_contain_text("大合同.jpg", timeout=PATIENT)
        expect(row).to_contain_text("16")  # MB that have arrived

        page.unroute_all()
        page.on("request", lambda request: sent.extend(map(int, re.findall(r"/uploads/\w{14}/(\d+)/$", request.url))))
        page.set_input_files("[data-choose]", large_file)
        expect(page.locator(".thumb")).to_have_count(1, timeout=PATIENT)
        expect(row).to_have_count(1, timeout=PATIENT)
        assert sent == [0, 1, 2, 3]  # what was acknowledged was not sent again
        batch = page.url
        state = page.request.get(f"{batch}state/", headers={"Accept": "application/json"}).json()
        assert [(file["name"], file["state"]) for file in state["files"]] == [("大合同.jpg", "split")]
        page.goto(batch)
        expect(page.locator(".file")).to_have_count(1, timeout=PATIENT)
    assert json.loads(office.manage("check_fixity", "--all", "--json"))["faults"] == []


def test_a_zip_with_chinese_folders_becomes_its_files(office, sign_in, tmp_path):
    path = tmp_path / "资料.zip"
    path.write_bytes(packed({"合同/一.jpg": jpeg_of(paper("一号合同")), "合同/二.jpg": jpeg_of(paper("二号合同"))}))
    with sign_in("archivist", locale="en-US") as page:
        open_batch(page)
        page.set_input_files("[data-choose]", path)
        expect(page.locator(".thumb")).to_have_count(2, timeout=PATIENT)
        told = page.locator(".file").all_inner_texts()
        assert [name for name in ("资料.zip", "合同/一.jpg", "合同/二.jpg") if any(name in text for text in told)] == [
            "资料.zip", "合同/一.jpg", "合同/二.jpg",
        ]  # fmt: skip
        expect(page.locator(".file").first).to_contain_text("2 files inside", timeout=PATIENT)


def test_files_of_one_name_from_two_folders_can_be_told_apart(office, sign_in, tmp_path):
    for folder, words in (("甲", "甲方的收据"), ("乙", "乙方的收据")):
        place = tmp_path / "箱一" / folder
        place.mkdir(parents=True)
        (place / "收据.jpg").write_bytes(jpeg_of(paper(words)))
    with sign_in("archivist") as page:
        open_batch(page)
        page.set_input_files("input[type=file][webkitdirectory]", tmp_path / "箱一")
        expect(page.locator(".thumb")).to_have_count(2, timeout=PATIENT)
        headers = {"Accept": "application/json"}
        files = page.request.get(f"{page.url}state/", headers=headers).json()["files"]
        assert sorted(file["name"] for file in files) == ["箱一/乙/收据.jpg", "箱一/甲/收据.jpg"]
        for name in ("箱一/甲/收据.jpg", "箱一/乙/收据.jpg"):
            expect(page.locator(".file", has_text=name)).to_have_count(1)


@pytest.mark.rule("A6")
def test_a_scan_that_found_no_dossier_is_placed_by_an_archivist(office, sign_in, tmp_path):
    for name in ("扫描1.pdf", "扫描2.pdf", "错扫.pdf"):
        (tmp_path / "没有此号").mkdir(exist_ok=True)
        (tmp_path / "没有此号" / name).write_bytes(scan_pdf([name]))
    told = office.manage("watch", str(tmp_path), "--as", "archivist", "--once", "--interval", "0.1", "--json")
    assert json.loads(told)["unplaced"] == 3
    assert list((tmp_path / "没有此号").iterdir()) == []
    with sign_in("archivist", locale="en-US") as page:
        page.goto("/intake/")
        page.click("a[href='/intake/unplaced/']")
        expect(page.locator("[name=scan]")).to_have_count(3, timeout=PATIENT)
        page.locator("[name=scan]").nth(0).click()
        page.locator("[name=scan]").nth(1).click(modifiers=["Shift"])
        page.click("#id_number")
        page.locator("#choices li").first.click()
        page.click("button[value=place]")
        expect(page.locator(".messages")).to_contain_text("2 scans were placed", timeout=PATIENT)
        expect(page.locator("[name=scan]")).to_have_count(1, timeout=PATIENT)
        page.check("[data-all]")
        page.fill("#id_reason", "not ours")
        page.press("#id_reason", "Enter")
        expect(page.locator(".messages")).to_contain_text("1 scan was discarded", timeout=PATIENT)
        page.goto("/intake/?state=open")
        page.locator(".batches__what a").first.click()
        expect(page.locator(".file")).to_have_count(2, timeout=PATIENT)
        expect(page.locator(".thumb")).to_have_count(2, timeout=PATIENT)


def test_browsers_without_https_reckon_the_same_digest(office, sign_in):
    with sign_in("archivist") as page:
        open_batch(page)
        for length in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_001):
            data = bytes((7 * n + 3) % 256 for n in range(length))
            told = page.evaluate("data => window.Intake.digestWithoutBrowser(Uint8Array.from(data))", list(data))
            assert told == hashlib.sha256(data).hexdigest(), length
