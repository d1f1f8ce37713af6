"""Measures arranging, importing and closing: `python -m benchmarks.arrangement`.

Builds one fonds and dossiers in a scratch data folder. Prints seconds of this process's own time and of the clock.
"""

import argparse
import csv
import io
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import date
from typing import Any

KINDS = ("replies_to", "attachment_of", "draft_of", "copy_of", "forwards", "translation_of")
TYPES = ("request", "reply", "plan", "summary", "meeting", "contract", "drawing", "form", "correspondence")
TIED = 0.4
NEAR = 50
PAGES_OF_A_VOLUME = 300

Figures = dict[str, dict[str, float]]


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000, help="items of the one large dossier")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the imported list")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        os.environ["JUANZONG_DATA_DIR"] = folder
        os.environ["JUANZONG_LOG_LEVEL"] = "WARNING"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
        import django

        django.setup()
        figures: Figures = {}
        for count in (asked.items // 10, asked.items):
            figures[f"policy, {count:,} items"] = timed(policy_over(count))
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        archivist, new_dossier = organisation()
        measure_service(figures, archivist, new_dossier, asked.items)
        measure_import(figures, archivist, new_dossier(), asked.rows)
        measure_closing(figures, archivist, new_dossier())
        print_figures(figures, as_json=asked.json)


def timed(act: Callable[[], Any]) -> dict[str, float]:
    """Return seconds of this process and of the clock."""
    own, clock = time.process_time(), time.perf_counter()
    act()
    return {"cpu": round(time.process_time() - own, 2), "clock": round(time.perf_counter() - clock, 2)}


def policy_over(count: int) -> Callable[[], Any]:
    """Return the rules to be run over `count` papers of one dossier, four in ten tied to one of the fifty before."""
    from dms.arrangement.policy.papers import Paper, RelationKind, Rules, Tie
    from dms.arrangement.policy.volume_parts import arranged

    chance = random.Random(1)
    papers = [
        Paper(key, key, some_day(chance), issue_number=some_number(chance), rank=chance.choice((0, 0, 0, 1, 2)))
        for key in range(1, count + 1)
    ]
    ties = [
        Tie(key, RelationKind(chance.choice(KINDS)), chance.randint(max(1, key - NEAR), key - 1))
        for key in range(2, count + 1)
        if chance.random() < TIED
    ]
    rules = Rules(sheets_per_volume=200, own_volume=frozenset({2}))
    return lambda: arranged(papers, ties, rules)


def some_day(chance: random.Random) -> tuple[int, int, int]:
    """Return a day of 24 years."""
    return chance.randint(2000, 2023), chance.randint(1, 12), chance.randint(1, 28)


def some_number(chance: random.Random) -> str:
    """Return an issue number."""
    return f"客字〔{chance.randint(2000, 2023)}〕{chance.randint(1, 900)}号"


def organisation() -> tuple[Any, Callable[[], Any]]:
    """Make a fonds with an archivist; return them and what opens a dossier."""
    from dms.clearance.models import SecurityClass
    from dms.holdings.models import DossierKind, Series
    from dms.holdings.services import create_dossier
    from dms.organisation.models import PostKind
    from dms.organisation.services import appoint, create_department, create_fonds, create_person

    fonds = create_fonds(code="bench", name="测试", name_en="Bench", acting_user=None)
    department = create_department(fonds=fonds, code="d", name="部门", name_en="", parent=None, acting_user=None)
    archivist = create_person(
        username="archivist", display_name="x", password="a long enough phrase 7", must_change_password=False,
        acting_user=None,
    )  # fmt: skip
    appoint(
        person=archivist, kind=PostKind.ARCHIVIST, fonds=fonds, department=None, from_day=date(2020, 1, 1),
        acting_user=None,
    )  # fmt: skip
    ordinary = SecurityClass.objects.create(code="ordinary", name="普通", rank=0)
    kind = DossierKind.objects.create(fonds=fonds, code="yz", name="业主", default_classification=ordinary)
    series = Series.add_root(fonds=fonds, code="KH", name="客户")

    def new_dossier() -> Any:
        return create_dossier(kind=kind, series=series, department=department, name="张三", acting_user=archivist)

    return archivist, new_dossier


def measure_service(figures: Figures, archivist: Any, new_dossier: Callable[[], Any], most: int) -> None:
    """Measure arranging one dossier by the service: the first time, again, and after one paper was added."""
    from dms.arrangement.selectors.catalogues import as_json, catalogue_of
    from dms.arrangement.services import arrange_dossier
    from dms.holdings.services import create_item

    for count in (most // 10, most):
        dossier = new_dossier()
        fill(dossier, count)
        again = lambda dossier=dossier: arrange_dossier(dossier=dossier, acting_user=archivist)  # noqa: E731
        figures[f"arranged, {count:,} items"] = timed(again)
        figures[f"arranged again, {count:,} items"] = timed(again)
        create_item(dossier=dossier, title="x", document_date=date(2010, 1, 1), acting_user=archivist)
        figures[f"arranged after one more, {count:,} items"] = timed(again)
        figures[f"catalogue of {count:,} items"] = timed(lambda d=dossier: as_json(catalogue_of(archivist, d)))


def fill(dossier: Any, count: int) -> None:
    """Insert items and relations, past the services: only what the rules read."""
    from django.db import transaction

    from dms.arrangement.models import ItemRelation
    from dms.core import clock
    from dms.core.numbering import next_values
    from dms.holdings.models import Item

    chance = random.Random(2)
    with transaction.atomic():
        numbers = next_values(f"entry:{dossier.fonds_id}", count)
        items = Item.objects.bulk_create(
            [
                Item(
                    fonds_id=dossier.fonds_id, dossier=dossier, entry_number=number, title=f"文件{number}",
                    issue_number=some_number(chance), document_date=date(*some_day(chance)), stated_pages=2,
                    received_on=date(2024, 1, 1),
                )
                for number in numbers
            ],
            batch_size=500,
        )  # fmt: skip
        now = clock.now()
        ItemRelation.objects.bulk_create(
            [
                ItemRelation(
                    item=item, kind=chance.choice(KINDS), made_at=now,
                    other=items[chance.randint(max(0, n - NEAR), n - 1)],
                )
                for n, item in enumerate(items)
                if n and chance.random() < TIED
            ],
            batch_size=500,
        )  # fmt: skip


def measure_import(figures: Figures, archivist: Any, dossier: Any, rows: int) -> None:
    """Measure the import of a list: looking at it, then entering it."""
    from dms.arrangement.import_words import COLUMNS
    from dms.arrangement.imports import carry_out, plan_import, read_list

    chance = random.Random(3)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for n in range(rows):
        tied = n and chance.random() < TIED
        day = "-".join(str(part) for part in some_day(chance))
        relation = (chance.choice(KINDS), f"K{chance.randint(max(0, n - NEAR), n - 1)}") if tied else ("", "")
        writer.writerow(
            [
                f"K{n}",
                f"关于事项{n}的文件",
                chance.choice(TYPES),
                "物业",
                some_number(chance),
                day,
                "",
                "",
                2,
                1,
                *relation,
            ]
        )
    plans: list[Any] = []
    content = text.getvalue().encode()
    figures[f"list looked at, {rows:,} rows"] = timed(
        lambda: plans.append(plan_import(archivist, dossier, read_list(content)))
    )
    figures[f"list imported, {rows:,} rows"] = timed(
        lambda: carry_out(plans[0], dossier=dossier, acting_user=archivist)
    )


def measure_closing(figures: Figures, archivist: Any, dossier: Any) -> None:
    """Measure closing a volume of 300 pages in a hundred items; prints are measured by themselves."""
    from dms.arrangement.models import Volume
    from dms.arrangement.policy.closing import CONFIRMED_BY_HAND
    from dms.arrangement.services import arrange_dossier, close_volume
    from dms.core import clock
    from dms.holdings.models import Item, Page
    from dms.holdings.services import create_item

    for n in range(PAGES_OF_A_VOLUME // 3):
        create_item(dossier=dossier, title=f"文件{n}", document_date=date(2023, 1, 1 + n % 28), acting_user=archivist)
    items = Item.objects.filter(dossier=dossier)
    items.update(state="filed", filed_at=clock.now())
    Page.objects.bulk_create(
        [Page(item=item, position=place, state="recognised", text_version=1) for item in items for place in (1, 2, 3)]
    )
    type(dossier.kind).objects.update(sheets_per_volume=0)
    arrange_dossier(dossier=dossier, acting_user=archivist)
    volume = Volume.objects.get(dossier=dossier)
    figures[f"closed, {PAGES_OF_A_VOLUME} pages"] = timed(
        lambda: close_volume(volume=volume, confirmed=CONFIRMED_BY_HAND, acting_user=archivist)
    )


def print_figures(figures: Figures, *, as_json: bool) -> None:
    """Print what was measured."""
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    width = max(len(name) for name in figures)
    print(f"{'':{width}}  CPU s  clock s")
    for name, seconds in figures.items():
        print(f"{name:{width}}  {seconds['cpu']:5.2f}  {seconds['clock']:7.2f}")


if __name__ == "__main__":
    main()
