"""Measures the light table with many pages in a real browser: `python -m benchmarks.light_table --pages 500`.

A batch is received and split by the services and served; Chromium scrolls, chooses, moves and undoes. Needs
the browser that the journeys of the tests need. Frames are timed in the browser, acts until their answer is painted.
"""

import argparse
import io
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Any

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
PASSWORD = "light table 500"
# Runs in the page. `painted` is true only after the frame that shows what went before it.
HELPERS = """
window.painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
window.until = async (holds) => {
  while (!holds()) await new Promise(requestAnimationFrame);
  await painted();
  return performance.now();
};
window.tile = (number) => document.querySelectorAll(".tile")[number];
window.firstThumbnails = (count) => until(() => {
  const images = [...document.querySelectorAll(".tile img")].slice(0, count);
  return images.length === count && images.every((one) => one.complete && one.naturalWidth);
});
window.scroller = () => {
  for (let node = document.querySelector("#table"); node; node = node.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(node).overflowY) && node.scrollHeight > node.clientHeight + 5) return node;
  }
  return document.scrollingElement;
};
window.scrolled = async (pixels) => {
  const place = scroller(), frames = [];
  let last = await new Promise(requestAnimationFrame);
  while (place.scrollTop + place.clientHeight < place.scrollHeight - 1) {
    place.scrollBy({ top: pixels, behavior: "instant" });
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  place.scrollTo({ top: 0, behavior: "instant" });
  return frames;
};
window.clicked = async (number, shiftKey) => {
  const begun = performance.now();
  tile(number).dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey }));
  await painted();
  return performance.now() - begun;
};
window.acted = async (act, holds) => {
  performance.clearResourceTimings();
  const begun = performance.now();
  act();
  const end = await until(holds);
  const asked = performance.getEntriesByType("resource").find((entry) => entry.name.endsWith("/act/"));
  return { all: end - begun, server: asked ? asked.responseEnd - asked.startTime : 0 };
};
"""


def main() -> None:
    """Build, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", default="", help="a data folder of an earlier run (or to be kept); empty: temporary")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as temporary:
        folder = asked.data or temporary
        os.environ |= {"JUANZONG_DATA_DIR": folder, "JUANZONG_LOG_LEVEL": "ERROR"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
        import django

        django.setup()
        address = built(asked.pages)
        port = asked.port or free_port()
        command = [sys.executable, "manage.py", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "0"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until_it_answers(f"http://127.0.0.1:{port}/login/")
            figures = measured(f"http://127.0.0.1:{port}", address)
        finally:
            server.terminate()
            server.wait(timeout=60)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print("\n".join(f"{name:<52}{value}" for name, value in {**figures, "load": load}.items()))


def built(pages: int) -> str:
    """Return the address of the light table of a batch with so many pages; built where the folder has none."""
    from django.core.management import call_command

    from dms.holdings.models import Page
    from dms.holdings.services import create_dossier
    from dms.intake.models import ScanBatch
    from dms.intake.services import open_batch, receive_file, split_next

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    batch = ScanBatch.objects.first()
    if batch is None:
        from benchmarks.dossier_list import build_organisation

        _fonds, departments, _staff, people, kind, series, _classes = build_organisation()
        archivist = people["archivist"]
        archivist.set_password(PASSWORD)
        archivist.save()
        dossier = create_dossier(
            kind=kind, series=series, department=departments[0], name="测试", acting_user=archivist
        )
        batch = open_batch(dossier=dossier, acting_user=archivist)
        receive_file(batch=batch, file=io.BytesIO(a_pdf(pages)), name="bench.pdf", acting_user=archivist)
        while split_next("bench"):
            pass
    # Read pages ask for nothing; waiting ones would have the table ask again every few seconds.
    Page.objects.update(state="recognised", text_version=1, confidence=95)
    assert Page.objects.count() == pages, f"{Page.objects.count()} pages were made"
    return f"/intake/{batch.public_id}/light-table/"


def a_pdf(pages: int) -> bytes:
    """Return a PDF of scanned pages, upright and small, all different."""
    from PIL import Image, ImageDraw, ImageFont

    from benchmarks.pipeline import FONTS

    font = ImageFont.truetype(next(path for path in FONTS if os.path.exists(path)), 30)
    images = []
    for number in range(pages):
        image = Image.new("L", (620, 877), 250)
        draw = ImageDraw.Draw(image)
        for row in range(14):
            draw.text((50, 50 + 56 * row), f"编号 HT-{number:05}-{row} 装修押金", font=font, fill=30)
        images.append(image)
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=75)
    return out.getvalue()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until_it_answers(address: str) -> None:
    """Wait until the server is up."""
    for _attempt in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not answer")


def measured(base: str, address: str) -> dict[str, Any]:
    """Return what the browser sees, by name, in milliseconds."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = browser.new_context(base_url=base, viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.goto("/login/")
        page.fill("input[name=username]", "archivist")
        page.fill("input[name=password]", PASSWORD)
        page.click(".login-form button[type=submit]")
        page.wait_for_url(base + "/")
        page.add_init_script(HELPERS)
        figures: dict[str, Any] = {}
        for name in ("first", "again"):
            page.goto(address, wait_until="commit")
            shown = page.evaluate("() => firstThumbnails(12)")
            ready = page.evaluate("() => performance.getEntriesByType('navigation')[0].responseEnd")
            figures[f"first twelve thumbnails, opened {name}"] = round(shown)
            figures[f"of which until the page had arrived, opened {name}"] = round(ready)
        figures |= scrolling(page)
        figures |= acting(page)
        browser.close()
    return figures


def scrolling(page: Any) -> dict[str, Any]:
    """Scroll to the end, at first with thumbnails still to be loaded, then with all there."""
    figures = {}
    for name in ("thumbnails loading", "thumbnails there"):
        frames = sorted(page.evaluate("() => scrolled(60)"))
        figures[f"frames of the scroll, {name}"] = len(frames)
        figures[f"frame, median, {name}"] = round(statistics.median(frames), 1)
        figures[f"frame, p95, {name}"] = round(frames[int(0.95 * (len(frames) - 1))], 1)
        figures[f"frame, longest, {name}"] = round(frames[-1], 1)
    return figures


def acting(page: Any) -> dict[str, Any]:
    """Choose 200 pages, move 50 to the front, undo, turn 50, undo; each until it is painted."""
    figures: dict[str, Any] = {}
    page.evaluate("() => clicked(100, false)")
    figures["200 pages chosen with Shift"] = round(page.evaluate("() => clicked(299, true)"))
    page.evaluate("() => clicked(100, false)")
    page.evaluate("() => clicked(149, true)")
    ids = page.evaluate("() => [tile(0).dataset.id, tile(100).dataset.id]")
    page.evaluate("id => { document.querySelector('[data-act=move]').click();"
                  " document.querySelector('[data-move-before]').value = id; }", ids[0])  # fmt: skip
    deeds = {
        "50 pages moved to the front": (
            "document.querySelector('[data-move-dialog] button[value=move]').click()",
            f"tile(0).dataset.id === '{ids[1]}'",
        ),
        "the move undone": ("document.querySelector('[data-act=undo]').click()", f"tile(0).dataset.id === '{ids[0]}'"),
        "50 pages turned": (
            "document.querySelector('[data-act=right]').click()",
            f"document.querySelector('[data-id=\"{ids[1]}\"]').dataset.turn === '90'",
        ),
        "the turn undone": (
            "document.querySelector('[data-act=undo]').click()",
            f"document.querySelector('[data-id=\"{ids[1]}\"]').dataset.turn === '0'",
        ),
    }
    for name, (deed, holds) in deeds.items():
        page.wait_for_function("() => !document.querySelector('#table').hasAttribute('aria-busy')")
        took = page.evaluate(f"() => acted(() => {{ {deed} }}, () => {holds})")
        figures[name] = round(took["all"])
        figures[f"{name}: of which the request"] = round(took["server"])
    return figures


if __name__ == "__main__":
    main()
