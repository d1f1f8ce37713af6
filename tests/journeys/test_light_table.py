"""At the light table: an archivist puts a pile of scans in order with mouse and keyboard, goes back, and checks it."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.factories import jpeg_of, paper
from tests.intake.foreign import scan_pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.rule("A10")]

WORDS = ("封面", "第一页", "第二页", "附件一", "附件二", "收据")


@pytest.fixture
def table(office, sign_in, tmp_path):
    """A batch of six pages in one file, taken in, its light table open."""
    scan = tmp_path / "一叠.pdf"
    # Never the same file twice: the office would ask whether it is meant.
    scan.write_bytes(scan_pdf((*WORDS[:-1], f"{WORDS[-1]} {secrets.token_hex(4)}")))
    with sign_in("archivist", locale="en-US") as page:
        page.goto("/dossiers/")
        page.locator("table a[href^='/dossiers/']").first.click()
        page.locator("main a[href*='/intake/new/']").first.click()
        page.locator("form.new-batch button.button").click()
        page.wait_for_url(re.compile(r"/intake/[a-z0-9]{14}/"))
        page.locator("input[type=file]").first.set_input_files(scan)
        page.locator("main a[href*='/page/'] img").nth(5).wait_for(timeout=120_000)
        office.manage("work", "--until-idle")
        page.goto(f"{page.url.split('#')[0]}light-table/")
        page.wait_for_selector("#table[data-ready]")
        yield page


def order(page: Page) -> list[list[str]]:
    """Return the pages' ids by item, as they lie on the screen."""
    return page.evaluate(
        "() => [...document.querySelectorAll('.table__item')].map(s => [...s.querySelectorAll('.tile')].map(t => t.dataset.id))"
    )


def chosen(page: Page) -> int:
    return page.locator(".tile[aria-selected=true]").count()


def press(page: Page, keys: str, lies: list[list[str]]) -> None:
    """Press keys that act, and wait until the pages lie so."""
    page.keyboard.press(keys)
    page.wait_for_function(
        """lies => JSON.stringify([...document.querySelectorAll('.table__item')].map(
            s => [...s.querySelectorAll('.tile')].map(t => t.dataset.id))) === JSON.stringify(lies)
            && !document.querySelector('#table').hasAttribute('aria-busy')""",
        arg=lies,
    )


def tile(page: Page, number: int):
    return page.locator(".tile").nth(number)


def test_pages_are_chosen_moved_divided_and_brought_back_by_keyboard(table):
    page = table
    ((a, b, c, d, e, f),) = order(page)

    tile(page, 0).click()
    page.keyboard.press("Shift+ArrowRight")
    assert chosen(page) == 2
    page.keyboard.press("Escape")
    assert chosen(page) == 0
    page.keyboard.press("Control+a")
    assert chosen(page) == 6
    tile(page, 3).click()
    tile(page, 5).click(modifiers=["Shift"])
    tile(page, 0).click(modifiers=["ControlOrMeta"])
    assert chosen(page) == 4

    tile(page, 1).click()
    press(page, "Alt+ArrowRight", [[a, c, b, d, e, f]])
    press(page, "Alt+ArrowLeft", [[a, b, c, d, e, f]])
    tile(page, 3).click()
    press(page, "d", [[a, b, c], [d, e, f]])

    page.keyboard.press("r")
    page.wait_for_selector(f".tile[data-id='{d}'][data-turn='90']")
    page.once("dialog", lambda dialog: dialog.accept())
    press(page, "Delete", [[a, b, c], [e, f]])

    # What was done outlives the page: it is undone step by step after a reload.
    page.reload()
    page.wait_for_selector("#table[data-ready]")
    press(page, "Control+z", [[a, b, c], [d, e, f]])
    page.keyboard.press("Control+z")
    page.wait_for_selector(f".tile[data-id='{d}'][data-turn='0']")
    press(page, "Control+z", [[a, b, c, d, e, f]])
    press(page, "Control+z", [[a, c, b, d, e, f]])
    press(page, "Control+z", [[a, b, c, d, e, f]])
    expect(page.locator("[data-act=undo]")).to_be_disabled()


def test_pages_are_dragged_enlarged_and_given_a_new_scan(table, tmp_path):
    page = table
    ((a, b, c, d, e, f),) = order(page)
    tile(page, 4).drag_to(tile(page, 0), target_position={"x": 8, "y": 60})
    page.wait_for_function("first => document.querySelector('.tile').dataset.id === first", arg=e)
    assert order(page) == [[e, a, b, c, d, f]]

    tile(page, 0).dblclick()
    expect(page.locator("dialog[data-large]")).to_be_visible()
    page.wait_for_function("document.querySelector('[data-large-image]').naturalWidth > 0")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-large-title]")).to_contain_text("Page 2 of 6")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-large]")).to_be_hidden()

    new = tmp_path / "重扫.jpg"
    new.write_bytes(jpeg_of(paper("重新扫描")))
    tile(page, 0).click()
    with page.expect_file_chooser() as chooser:
        page.locator("[data-act=rescan]").click()
    chooser.value.set_files(new)
    page.wait_for_selector(f".tile[data-id='{e}'] img[src*='capture=2']", state="attached")


@pytest.mark.rule("A17")
def test_a_sample_is_drawn_looked_at_by_keyboard_and_listed_for_rescanning(table):
    page = table
    page.locator("a[href$='/check/']").first.click()
    page.locator("#percent").fill("50")
    page.locator(".check__draw button").click()
    page.wait_for_selector("[data-strip] button")
    total = page.locator("[data-strip] button").count()
    assert total >= 3
    page.keyboard.press("2")
    page.keyboard.press("r")
    expect(page.locator("[data-rescan-count]")).to_have_text("1")
    for left in range(total - 2, -1, -1):
        page.keyboard.press("g")
        expect(page.locator("[data-strip] .state--waiting")).to_have_count(left)
    page.locator("[data-rescans]").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("cut off")
