"""axe finds nothing on any screen: light and wide in Chinese, dark and narrow in English."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dms.config.demonstration.people import PASSWORD

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
# Addresses as they are, or a pattern: the first link like it on the screen before is followed.
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
    "/settings/classifications/", "/settings/clearances/",
)  # fmt: skip


def walked(page: Page, steps: tuple[str, ...]) -> Iterator[str]:
    """Go to one screen after the other; yield what was asked for once the screen stands."""
    for step in steps:
        address: str | None = step
        if step.startswith("^"):
            links = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
            address = next((link for link in links if re.search(step, link)), None)
            assert address, f"no link like {step} on {page.url}"
        page.goto(address, wait_until="networkidle")
        yield step


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("person", "steps"), [("archivist", ARCHIVIST), ("admin", ADMINISTRATOR)])
def test_axe_finds_nothing(office, browser: Browser, person: str, steps: tuple[str, ...], look: str):
    axe, found = Axe(), []
    context = browser.new_context(base_url=office.address, **LOOKS[look])
    page = context.new_page()
    page.goto("/login/")
    found += [("sign-in", fault["id"]) for fault in axe.run(page).response["violations"]]
    page.fill("input[name=username]", person)
    page.fill("input[name=password]", PASSWORD)
    page.click(".login-form button[type=submit]")
    page.wait_for_url(office.address + "/")
    for step in walked(page, steps):
        faults = axe.run(page).response["violations"]
        found += [(step, fault["id"], node["html"][:200]) for fault in faults for node in fault["nodes"]]
    context.close()
    assert found == []
