"""axe finds nothing on any screen: light and wide in Chinese, dark and narrow in English."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dms.config.demonstration.people import PASSWORD
from tests.intake.foreign import scan_pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LOOKS = {
    "light, wide, Chinese": {
        "color_scheme": "light",
        "viewport": {"width": 1440, "height": 900},
        "locale": "zh-CN",
    },
    "dark, narrow, English": {
        "color_scheme": "dark",
        "viewport": {"width": 390, "height": 844},
        "locale": "en-GB",
    },
}
# Addresses as they are ({batch}: the prepared batch's), a pattern (the first link like it on the screen before is
# followed), or "> " and what is clicked there: the screen as it then is.
ARCHIVIST = (
    "/", "/dossiers/", "/dossiers/new/", r"^/dossiers/new/.+", "/dossiers/import/", '/search/?q="没完', "/search/?q=合同",
    r"^/dossiers/[a-z0-9]{14}/$", r"^/dossiers/[a-z0-9]{14}/facts/$", r"^/dossiers/[a-z0-9]{14}/use/$",
    r"^/dossiers/[a-z0-9]{14}/history/$", "/search/?q=合同", r"^/dossiers/[a-z0-9]{14}/$",
    r"^/dossiers/[a-z0-9]{14}/edit/$", "/search/?q=合同", r"^/dossiers/[a-z0-9]{14}/$", r"^/items/[a-z0-9]{14}/$",
    r"^/items/[a-z0-9]{14}/edit/$", "/search/?q=合同", r"^/page/[a-z0-9]{14}/\?", r"^/page/[a-z0-9]{14}/text/",
    "/to-check/", "/intake/", r"^/intake/[a-z0-9]{14}/$", "/intake/new/", "/nothing/here/", "/journal/", "/account/",
)  # fmt: skip
ADMINISTRATOR = (
    "/", "/journal/", r"^/journal/\d+", "/people/", r"^/people/[a-z0-9]{14}/$", "/people/departments/",
    "/people/new/", "/configuration/kinds/", r"^/configuration/kinds/[a-z0-9]{14}/$", "/configuration/series/",
    "/settings/classifications/", "/settings/clearances/", "/workers/", "/people/tokens/everybody/",
)  # fmt: skip
INTAKE = (
    "{batch}", "> [data-sort=attention]", "{batch}light-table/", "> .tile >> nth=1", "> [data-act=move]",
    "> [data-move-dialog] button[value='']", "> [data-act=judge]", "> [data-judge-dialog] button[value='']",
    "> [data-act=enlarge]", "{batch}check/", "{batch}check/rescans/", "/intake/unplaced/", "/workers/", "/people/tokens/",
)  # fmt: skip
# A scan that found no dossier, as the watched folder leaves one.
UNPLACED = """
from dms.core import clock
from dms.intake.files.refused import FileRefused
from dms.intake.services import keep_unplaced
from dms.organisation.models import User
archivist = User.objects.get(username="archivist")
fonds = archivist.posts_on(clock.today())[0].fonds_id
keep_unplaced(token="axe", name="扫描件.pdf", folder="YZ-9999", size=9, stored=None, refusal=FileRefused("no_dossier"),
              fonds_id=fonds, acting_user=archivist)
"""


@pytest.fixture(scope="module")
def batch(office, browser: Browser, tmp_path_factory) -> str:
    """The address of a batch with a file taken in, one that asks, a refused one and one on its way; a sample drawn."""
    folder: Path = tmp_path_factory.mktemp("scans")
    scan, same, words, large = (folder / name for name in ("一叠.pdf", "同一叠.pdf", "说明.txt", "很大.pdf"))
    scan.write_bytes(scan_pdf(("封面", "第一页", f"第二页 {secrets.token_hex(4)}")))
    same.write_bytes(scan.read_bytes())
    words.write_text("只是文字")
    office.manage("shell", "-c", UNPLACED)
    context = browser.new_context(base_url=office.address, locale="zh-CN")
    page = context.new_page()
    sign_in_as(page, "archivist")
    page.goto("/dossiers/")
    page.locator("table a[href^='/dossiers/']").first.click()
    page.locator("main a[href*='/intake/new/']").first.click()
    page.locator("form.new-batch button.button").click()
    page.wait_for_url(re.compile(r"/intake/[a-z0-9]{14}/"))
    address = re.sub(r"[#?].*", "", page.url.removeprefix(office.address))
    page.locator("input[type=file]").first.set_input_files(scan)
    page.locator("main a[href*='/page/'] img").nth(2).wait_for(timeout=120_000)
    page.locator("input[type=file]").first.set_input_files([same, words])
    page.wait_for_function("() => document.querySelectorAll('[data-files] > li').length === 3")
    begin = f"""async (url) => {{
        const body = new FormData();
        for (const [name, value] of [["name", "{large.name}"], ["size", "30000000"], ["mark", "axe"]]) body.append(name, value);
        const csrf = document.querySelector("#batch [name=csrfmiddlewaretoken]").value;
        await fetch(url, {{ method: "POST", headers: {{ "X-CSRFToken": csrf }}, body }});
    }}"""
    page.evaluate(begin, f"{address}uploads/")
    office.manage("work", "--until-idle")
    page.goto(f"{address}check/")
    page.fill("#percent", "100")
    page.click(".check__draw button")
    page.wait_for_selector("[data-strip] button")
    page.keyboard.press("2")
    page.keyboard.press("r")
    page.wait_for_function("() => document.querySelector('[data-rescan-count]').textContent === '1'")
    context.close()
    return address


def sign_in_as(page: Page, person: str) -> None:
    """Sign in on the sign-in page."""
    page.goto("/login/")
    page.fill("input[name=username]", person)
    page.fill("input[name=password]", PASSWORD)
    page.click(".login-form button[type=submit]")
    page.wait_for_url(lambda url: url.endswith("/") and "/login/" not in url)


def walked(page: Page, steps: tuple[str, ...]) -> Iterator[str]:
    """Go to one screen after the other; yield what was asked for once the screen stands."""
    for step in steps:
        address: str | None = step
        if step.startswith("> "):
            page.click(step[2:])
            yield step
            continue
        if step.startswith("^"):
            links = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
            address = next((link for link in links if re.search(step, link)), None)
            assert address, f"no link like {step} on {page.url}"
        page.goto(address, wait_until="networkidle")
        yield step


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("person", "steps"), [("archivist", ARCHIVIST), ("admin", ADMINISTRATOR)])
def test_axe_finds_nothing(office, browser: Browser, person: str, steps: tuple[str, ...], look: str):
    assert faults_on(office, browser, person, steps, look) == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_where_scans_are_taken_in(office, browser: Browser, batch: str, look: str):
    steps = tuple(step.replace("{batch}", batch) for step in INTAKE)
    assert faults_on(office, browser, "archivist", steps, look) == []


def faults_on(office, browser: Browser, person: str, steps: tuple[str, ...], look: str) -> list[tuple[str, ...]]:
    """Return what axe finds on the sign-in page and on every screen of the walk."""
    axe, found = Axe(), list[tuple[str, ...]]()
    context = browser.new_context(base_url=office.address, **LOOKS[look])
    page = context.new_page()
    page.goto("/login/")
    found += [("sign-in", fault["id"]) for fault in axe.run(page).response["violations"]]
    sign_in_as(page, person)
    for step in walked(page, steps):
        faults = axe.run(page).response["violations"]
        found += [(step, fault["id"], node["html"][:200]) for fault in faults for node in fault["nodes"]]
    context.close()
    return found
