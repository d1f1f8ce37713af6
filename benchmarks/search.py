"""Measures the embedded search under rights against the bare index, in one run: `python -m benchmarks.search`.

Builds an organisation and N synthetic pages of about 600 characters in a scratch folder (texts straight into the index;
only the pages that are shown get images and sealed texts), then asks terms of every frequency as each kind of person.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

PAGES_AN_ITEM, ITEMS_A_DOSSIER, CHARACTERS, WORDS = 5, 10, 600, 6000
# Terms that stand on a known share of the pages.
PLANTED = {"租赁合同纠纷": 0.0001, "滞纳金": 0.001, "装修押金": 0.01, "物业服务": 0.05, "缴费通知": 0.09,
           "建筑面积": 0.2, "甲方签字": 0.5}  # fmt: skip
ASKED = [*PLANTED, "HT-2019-0077", "HT-2019*", "押金 通知", "物业 OR 滞纳金", "缴费通知 -装修押金", "面积", "赁", "的"]


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--checked", type=int, default=3000, help="pages looked through by the oracle")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", metavar="FOLDER", help="build there, and measure again what was built there before")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        place = Path(asked.keep or folder)
        place.mkdir(exist_ok=True)
        built = any(place.iterdir())
        os.environ["JUANZONG_DATA_DIR"] = str(place)
        os.environ["JUANZONG_LOG_LEVEL"] = "ERROR"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
        import django

        django.setup()
        from benchmarks.dossier_list import people_of_before

        people = people_of_before() if built else build(asked.pages)
        check(asked.checked)
        figures = measure(people, asked.pages, asked.repeat)
        print(json.dumps(figures, ensure_ascii=False, indent=1) if asked.json else table(figures))
        print(results_page(people, asked.repeat))


def texts(pages: int) -> Iterator[str]:
    """Yield the same `pages` texts each time: words by Zipf's law, lines and marks, planted terms, numbers."""
    chance = random.Random(11)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
    vocabulary = ["".join(chance.choices(letters, k=chance.choice((1, 2, 2, 3)))) for _ in range(WORDS)]
    vocabulary[0] = "的"
    weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))
    for number in range(pages):
        words = chance.choices(vocabulary, cum_weights=weights, k=CHARACTERS // 2)
        for place in range(0, len(words), 12):
            words[place] += chance.choice("，。；\n：、")
        for term, share in PLANTED.items():
            if chance.random() < share:
                words[chance.randrange(len(words))] += term
        yield "".join(words) + f"，编号HT-{2015 + number % 10}-{number % 1000:04}，Lease Agreement"


def build(pages: int) -> dict[str, Any]:
    """Make the records and the index; return the people who will ask, by role."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.dossier_list import build_dossiers, build_organisation
    from search.engines.base import Document, Kind
    from search.engines.current import engine

    call_command("migrate", run_syncdb=True, verbosity=0)
    fonds, departments, staff, people, kind, series, classes = build_organisation()
    items = -(-pages // PAGES_AN_ITEM)
    build_dossiers(-(-items // ITEMS_A_DOSSIER), fonds, departments, staff, kind, series, classes)
    build_pages(fonds, pages)
    began = time.perf_counter()
    batch = []
    for number, text in enumerate(texts(pages), 1):
        batch.append(Document(Kind.PAGE, number, 1, text))
        if len(batch) == 1000 or number == pages:
            engine().put(batch)
            batch = []
    engine().put(Document(Kind.TITLE, n + 1, 1, title(n)) for n in range(items))
    spent, size = time.perf_counter() - began, engine().files.current().stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"# {pages:,} pages indexed in {spent:.0f} s ({pages / spent:.0f} a second), {size >> 20} MiB")
    return people


def title(number: int) -> str:
    """Return the title of an item."""
    return f"缴费通知第{number}号" if number % 50 == 0 else f"材料第{number}号"


def build_pages(fonds: Any, pages: int) -> None:
    """Insert items and pages; ids count from 1."""
    from dms.holdings.models import Dossier, Item, Page

    dossiers = list(Dossier.objects.order_by("pk").values_list("pk", flat=True))
    day = date(2019, 1, 1)
    items = [
        Item(
            pk=n + 1, fonds=fonds, dossier_id=dossiers[n // ITEMS_A_DOSSIER], entry_number=n + 1, title=title(n),
            document_date=day.replace(year=2015 + n % 10), received_on=day,
        )
        for n in range(-(-pages // PAGES_AN_ITEM))
    ]  # fmt: skip
    Item.objects.bulk_create(items, batch_size=500)
    for start in range(0, pages, 20_000):
        Page.objects.bulk_create(
            [
                Page(
                    pk=n + 1, item_id=n // PAGES_AN_ITEM + 1, position=n % PAGES_AN_ITEM + 1, state="recognised",
                    text_version=1, confidence=95,
                )
                for n in range(start, min(pages, start + 20_000))
            ],
            batch_size=500,
        )  # fmt: skip


def check(pages: int) -> None:
    """Compare the index with the oracle on the first `pages` pages; end with an error where they differ."""
    from search.engines.base import Kind
    from search.engines.current import engine
    from search.oracle import matches
    from search.query import parse

    sample = list(texts(pages))
    for words in ASKED:
        node = parse(words).text
        found = {match.id for match in engine().search(Kind.PAGE, node) if match.id <= pages}
        expected = {number for number, text in enumerate(sample, 1) if matches(node, text)}
        if found != expected:
            raise SystemExit(f"{words}: the index differs from the oracle on {sorted(found ^ expected)[:5]}")
    print(f"# {len(ASKED)} queries agree with the oracle on {pages:,} pages")


def timed(act: Callable[[], Any], repeat: int) -> list[float]:
    """Return the milliseconds of each of `repeat` runs after one that warms up."""
    act()
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return times


def bare(words: str) -> Callable[[], Any]:
    """Return what asks the index alone: the best twenty and the number of hits."""
    from search.engines import files
    from search.engines.current import engine
    from search.engines.expression import expression_of
    from search.query import parse

    index, expression = files.connect(engine().files.current(), read_only=True), expression_of(parse(words).text)

    def ask() -> int:
        best = "SELECT rowid FROM page_fts WHERE page_fts MATCH ? ORDER BY rank LIMIT 20"
        index.execute(best, (expression,)).fetchall()
        count = "SELECT count(*) FROM page_fts WHERE page_fts MATCH ?"
        return int(index.execute(count, (expression,)).fetchone()[0])

    return ask


def measure(people: dict[str, Any], pages: int, repeat: int) -> list[dict[str, Any]]:
    """Return for each query its share of the pages, and the 95th percentiles: bare, and by role and order."""
    from search.found import Order
    from search.query import parse
    from search.selectors import find

    rows = []
    for words in ASKED:
        ask, query = bare(words), parse(words)
        row: dict[str, Any] = {"query": words, "share": round(ask() / pages, 5), "bare": p95(timed(ask, repeat))}
        for role, user in people.items():
            for order in (Order.RELEVANCE, Order.VOLUME) if role == "archivist" else (Order.RELEVANCE,):
                times = timed(partial(find, user, query, order=order, with_texts=False, with_facets=False), repeat)
                row[f"{role} by {order}"] = p95(times)
                if role == "archivist" and order is Order.RELEVANCE:
                    row["its median"] = round(statistics.median(times), 1)
        whole = timed(partial(find, people["archivist"], query, with_texts=False), repeat)
        row["archivist with facets"] = p95(whole)
        rows.append(row)
    return rows


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return round(min(max(times), statistics.quantiles(times, n=20)[-1]), 1)


def table(rows: list[dict[str, Any]]) -> str:
    """Return the figures as a table of Markdown, with the worst of each class."""
    names = list(rows[0])
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    lines += [f"| {' | '.join(str(row[name]) for name in names)} |" for row in rows]
    roles = [name for name in names if name.endswith("relevance")]
    for label, few in (("< 10 %", True), ("otherwise", False)):
        some = [row for row in rows if (row["share"] < 0.1) is few]
        worst = max(row[name] for row in some for name in roles)
        ratio = statistics.median(row[name] / max(row["bare"], 0.01) for row in some for name in roles)
        lines.append(
            f"\nterms on {label} of the pages: worst p95 {worst} ms; {ratio:.2f} times the bare index (median)"
        )
    return "\n".join(lines)


def results_page(people: dict[str, Any], repeat: int) -> str:
    """Return how long the whole page of results takes, from request to the last byte."""
    from django.test import Client
    from django.urls import reverse

    from search.query import parse
    from search.selectors import find

    client, lines = Client(), []
    client.force_login(people["archivist"], backend="dms.organisation.backends.PostBackend")
    asked = ("装修押金", "缴费通知", "甲方签字")
    shown = [hit.page for words in asked for hit in find(people["archivist"], parse(words), with_texts=False).hits]
    give_texts({page.pk: page for page in shown if page})
    for words in asked:
        address = reverse("search:results")
        times = timed(partial(client.get, address, {"q": words}, headers={"host": "localhost"}), repeat)
        lines.append(f"results page for {words}: p50 {statistics.median(times):.0f} ms, p95 {p95(times):.0f} ms")
    return "\n".join(lines)


def give_texts(pages: dict[int, Any]) -> None:
    """Give pages an image and their sealed text, as the pipeline would."""
    for number, text in enumerate(texts(max(pages)), 1):
        if number in pages and not pages[number].captures.exists():
            give_text(pages[number], text)


def give_text(page: Any, text: str) -> None:
    """Give one page an image and its sealed text."""
    from dms.holdings.models import Capture
    from dms.holdings.services import add_reading
    from dms.vault.services import store
    from ocr.alto import to_alto
    from ocr.page_text import PageText, typed_line

    lines = [text[start : start + 30].replace("\n", "") for start in range(0, len(text), 30)]
    placed = tuple(typed_line(line, (100, 60 * n, 1500, 60 * n + 50)) for n, line in enumerate(lines))
    files = {name: store(uuid.uuid4().bytes, purpose=name) for name in ("master", "derivative", "thumbnail")}
    capture = Capture.objects.create(
        page=page, width=1654, height=2339, media_type="image/jpeg", captured_at=datetime.now(UTC), **files
    )
    alto = to_alto(PageText(1654, 2339, lines=placed, engine="bench"))
    add_reading(capture=capture, kind="recognised", alto=store(alto, purpose="alto"), confidence=95)


if __name__ == "__main__":
    main()
