"""Measures the prints of a closed volume of 300 pages in a hundred items: `python -m benchmarks.prints`.

Builds the volume in a scratch data folder: pages of 2,200 pixels with forty lines of text. Every form is made once, in
a process that has printed nothing yet, and the volume bound into one PDF. Prints seconds of this process's own time
(CPU) and of the clock, the sizes of what came out, and the memory at its highest.
"""

import argparse
import io
import os
import random
import resource
import tempfile
from datetime import date
from typing import Any

from .arrangement import Figures, organisation, print_figures, timed

PAGES = 300
PAGES_AN_ITEM = 3
SIZE = (1556, 2200)
LINES = 40


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pages", type=int, default=PAGES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        os.environ["JUANZONG_DATA_DIR"] = folder
        os.environ["JUANZONG_LOG_LEVEL"] = "WARNING"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        archivist, new_dossier = organisation()
        volume = a_volume(archivist, new_dossier(), asked.pages)
        figures, sizes = measure(archivist, volume)
        print_figures(figures, as_json=asked.json)
        if not asked.json:
            print("kB:", ", ".join(f"{name} {size // 1000:,}" for name, size in sizes.items()))
            print("memory at its highest, MB:", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000)


def a_volume(archivist: Any, dossier: Any, pages: int) -> Any:
    """Return a closed volume of that many pages."""
    from dms.arrangement.models import Volume
    from dms.arrangement.policy.closing import CONFIRMED_BY_HAND
    from dms.arrangement.services import arrange_dossier, close_volume
    from dms.core import clock
    from dms.holdings.models import Item
    from dms.holdings.services import create_item

    jpeg, small, text = an_image(), an_image((180, 254)), a_text()
    for n in range(pages // PAGES_AN_ITEM):
        item = create_item(
            dossier=dossier, title=f"关于第{n}号单元二次装修工程申请及押金缴纳情况的批复", issuer="客户服务部",
            issue_number=f"客字〔2023〕{n}号", document_date=date(2023, 1 + n % 12, 1 + n % 28), acting_user=archivist,
        )  # fmt: skip
        for _page in range(PAGES_AN_ITEM):
            a_page(item, jpeg, small, text)
    Item.objects.filter(dossier=dossier).update(state="filed", filed_at=clock.now())
    type(dossier.kind).objects.update(sheets_per_volume=0)
    arrange_dossier(dossier=dossier, acting_user=archivist)
    volume = Volume.objects.get(dossier=dossier)
    return close_volume(volume=volume, confirmed=CONFIRMED_BY_HAND, acting_user=archivist)


def a_page(item: Any, jpeg: bytes, small: bytes, text: str) -> None:
    """Add a page that was read."""
    from dms.holdings.models import Page
    from dms.holdings.services import add_page, add_reading
    from dms.holdings.services.pages import CaptureFacts
    from dms.vault.services import store

    width, height = SIZE
    capture = CaptureFacts(
        master=store(small, purpose="master"),
        derivative=store(jpeg, purpose="derivative"),
        thumbnail=store(small, purpose="thumbnail"),
        media_type="image/jpeg",
        width=width,
        height=height,
        dpi=188,
    )
    page = add_page(item=item, capture=capture)
    alto = store(text, purpose="alto")
    add_reading(capture=page.captures.get(), kind="recognised", alto=alto, confidence=90)
    Page.objects.filter(pk=page.pk).update(state="recognised", text_version=1)


def an_image(size: tuple[int, int] = SIZE) -> bytes:
    """Return a grey JPEG with as much in it as a page of text."""
    from PIL import Image

    noise = Image.frombytes(
        "L", (size[0] // 4, size[1] // 4), random.Random(1).randbytes(size[0] // 4 * (size[1] // 4))
    )
    target = io.BytesIO()
    noise.resize(size).save(target, "JPEG", quality=35)
    return target.getvalue()


def a_text() -> Any:
    """Return a page's text as it is kept."""
    from ocr.alto import to_alto
    from ocr.page_text import PageText, typed_line

    words = "关于东方大厦二次装修工程申请的批复以及押金缴纳情况说明，请客户服务部办理。"
    lines = tuple(typed_line(words, (120, 100 + 50 * n, 1400, 135 + 50 * n)) for n in range(LINES))
    return to_alto(PageText(*SIZE, lines=lines, engine="bench"))


def measure(archivist: Any, volume: Any) -> tuple[Figures, dict[str, int]]:
    """Make every form, the label, the list of volumes, and the whole volume; return seconds and sizes in bytes."""
    from dms.arrangement.prints.facts import get_bound_volume_for
    from dms.arrangement.prints.services import FORMS, print_label, print_volume, print_volumes_of_dossier
    from dms.clearance.policy import Act
    from dms.reading.volumes import make_volume_pdf

    figures: Figures = {}
    sizes: dict[str, int] = {}

    def made(name: str, act: Any) -> None:
        figures[name] = timed(lambda: sizes.__setitem__(name, len(act())))

    bound = get_bound_volume_for(archivist, volume.public_id, Act.PRINT)
    told: dict[str, Any] = {"language": "zh-hans", "acting_user": archivist}
    for form in FORMS:
        made(form, lambda form=form: print_volume(bound=bound, form=form, **told))
    made("label", lambda: print_label(dossier=volume.dossier, address="https://x.example/d/1/", **told))
    made("volumes of the dossier", lambda: print_volumes_of_dossier(dossier=volume.dossier, **told))
    made("the whole volume", lambda: make_volume_pdf(bound=bound, **told).read())
    figures["everything"] = {key: round(sum(one[key] for one in figures.values()), 2) for key in ("cpu", "clock")}
    return figures, sizes


if __name__ == "__main__":
    main()
