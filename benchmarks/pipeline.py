"""Measures a file's way from upload to found: `python -m benchmarks.pipeline --pages 500 --workers 1 2 4`.

Real processes (`manage.py work`), the real engine, small pages. For each number of workers one PDF is received; then it
is looked at from outside when its first pages can be found, how long after its recognition each can, and the rate.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
)
LOOK_SECONDS = 0.05


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--engine", default="tesseract")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        os.environ |= {
            "JUANZONG_DATA_DIR": folder,
            "JUANZONG_LOG_LEVEL": "ERROR",
            "JUANZONG_OCR_ENGINE": asked.engine,
        }
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from benchmarks.dossier_list import build_dossiers, build_organisation

        fonds, departments, staff, people, kind, series, classes = build_organisation()
        build_dossiers(1, fonds, departments, staff, kind, series, classes)
        give_keys()
        for workers in asked.workers:
            figures = measure(workers, asked.pages, people["archivist"])
            print(json.dumps(figures) if asked.json else "\n".join(f"{k:<52}{v}" for k, v in figures.items()) + "\n")


def give_keys() -> None:
    """Give the dossiers keys that exist: those of the list's benchmark seal nothing, and no item could be entered."""
    from dms.holdings.models import Dossier
    from dms.vault.services import create_key

    for dossier in Dossier.objects.all():
        Dossier.objects.filter(pk=dossier.pk).update(sealing_key=create_key())


def a_pdf(pages: int, mark: str) -> bytes:
    """Return a PDF of so many scanned pages with three lines of print each, all different."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(next(path for path in FONTS if os.path.exists(path)), 34)
    images = []
    for number in range(pages):
        image = Image.new("L", (1000, 420), 248)
        draw = ImageDraw.Draw(image)
        for row, words in enumerate((f"物业服务合同 {mark}", f"编号 HT-{number:05}", "今收到装修押金人民币五千元整")):
            draw.text((60, 60 + 100 * row), words, font=font, fill=20)
        images.append(image)
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=200)
    return out.getvalue()


def measure(workers: int, pages: int, archivist: Any) -> dict[str, Any]:
    """Receive one PDF, let `workers` processes work on it, watch; return the figures by name."""
    from django.db import connections

    from dms.holdings.models import Dossier
    from dms.intake.services import open_batch, receive_file

    batch = open_batch(dossier=Dossier.objects.get(), acting_user=archivist)
    content = a_pdf(pages, f"{workers}")
    connections.close_all()
    command = [sys.executable, "manage.py", "work"]
    children = [subprocess.Popen(command, env=os.environ | {"OMP_THREAD_LIMIT": "1"}) for _ in range(workers)]
    try:
        until_signed_on(workers)
        receive_file(batch=batch, file=io.BytesIO(content), name="bench.pdf", acting_user=archivist)
        return watched(batch, pages, workers)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=120)


def until_signed_on(workers: int) -> None:
    """Wait until the processes are up: starting Python is not what is measured."""
    from dms.core.models import Worker

    while Worker.objects.count() < workers:
        time.sleep(0.2)


def watched(batch: Any, pages: int, workers: int) -> dict[str, Any]:
    """Look again and again at what is read and what can be found, until all is."""
    from django.utils.timezone import now

    from dms.holdings.models import Page, Reading
    from search.engines.base import Kind
    from search.engines.current import engine

    begun, found_at, read_when_first = now(), {}, 0
    mine = Page.objects.filter(source__received_file__batch=batch)
    while len(found_at) < pages:
        read = list(mine.filter(text_version__gt=0).values_list("pk", flat=True))
        new = engine().versions(Kind.PAGE, [pk for pk in read if pk not in found_at])
        if new and not found_at:
            read_when_first = len(read)
        found_at |= dict.fromkeys(new, now())
        if refused := batch.files.filter(state="refused").values_list("reason", "facts").first():
            raise SystemExit(f"the file was refused ({refused}): no measurement")
        if mine.filter(state__in=("failed", "blank")).count():
            raise SystemExit("pages failed or were called blank: no measurement")
        time.sleep(LOOK_SECONDS)
    rows = Reading.objects.filter(capture__page__in=list(found_at)).values_list("capture__page_id", "made_at")
    made = dict(rows)
    lags = sorted((found_at[pk] - made[pk]).total_seconds() for pk in found_at)
    first, last = min(made.values()), max(made.values())
    order = list(mine.order_by("source__index_in_file").values_list("pk", flat=True))
    seconds = (max(found_at.values()) - begun).total_seconds()
    return {
        "workers": workers,
        "pages": pages,
        "seconds until the first page can be found": round((min(found_at.values()) - begun).total_seconds(), 2),
        "pages read by then": read_when_first,
        "seconds until the first ten can be found": round(
            (max(found_at[pk] for pk in order[:10]) - begun).total_seconds(), 2
        ),
        "seconds from read to findable, median": round(statistics.median(lags), 2),
        "seconds from read to findable, p95": round(lags[int(0.95 * (len(lags) - 1))], 2),
        "seconds from read to findable, most": round(lags[-1], 2),
        "pages a minute while reading": round(60 * (pages - 1) / max(0.001, (last - first).total_seconds()), 1),
        "seconds from upload to all findable": round(seconds, 1),
    }


if __name__ == "__main__":
    main()
