"""Measures the dossier list at a million dossiers, as each kind of person: `python -m benchmarks.dossier_list`.

Builds its own organisation and rows in a scratch database (no vault, no papers), then takes each measure many times in
one run and prints the 95th percentile in milliseconds; --plans prints how the database reads each page.
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
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文斌宇浩凯鑫婷雪梅琳佳欣怡梓涵子轩"
DEPARTMENTS = 10
STAFF = 100
GRANTS = 10_000


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--keep", metavar="FOLDER", help="build there, and measure again what was built there before")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        place = Path(asked.keep or folder)
        place.mkdir(exist_ok=True)
        built = any(place.iterdir())
        os.environ["JUANZONG_DATA_DIR"] = str(place)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
        import django

        django.setup()
        people = people_of_before() if built else build(asked.rows)
        if asked.plans:
            print_plans(people)
        print_figures(measure(people, asked.repeat), as_json=asked.json)


def people_of_before() -> dict[str, Any]:
    """Return those who will look, by role, where the records were built in an earlier run."""
    from dms.organisation.models import User

    names = {"archivist": "archivist", "head": "head", "director": "director", "staff": "staff0", "reader": "reader"}
    return {role: User.objects.get(username=username) for role, username in names.items()}


def build(rows: int) -> dict[str, Any]:
    """Make the tables, the organisation and `rows` dossiers; return the people who will look, by role."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", run_syncdb=True, verbosity=0)
    fonds, departments, staff, people, kind, series, classes = build_organisation()
    began = time.perf_counter()
    build_dossiers(rows, fonds, departments, staff, kind, series, classes)
    build_grants(people["reader"], rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"# {rows:,} dossiers built in {time.perf_counter() - began:.0f} s on {connection.vendor}")
    return people


def build_organisation() -> tuple[Any, ...]:
    """Make one fonds with departments, staff and the people who look."""
    from dms.clearance.models import PersonClearance, SecurityClass
    from dms.holdings.models import DossierKind, Series
    from dms.organisation.models import Department, Fonds, Post, PostHolding, User

    fonds = Fonds.objects.create(code="bench", name="测试")
    departments = [Department.objects.create(fonds=fonds, code=f"d{n}", name=f"部门{n}") for n in range(DEPARTMENTS)]
    names = ("ordinary", "confidential", "secret")
    classes = [
        SecurityClass.objects.get_or_create(rank=n, defaults={"code": c, "name": c})[0] for n, c in enumerate(names)
    ]
    staff = User.objects.bulk_create(
        [User(username=f"staff{n}", display_name=f"员工{n}", password="!") for n in range(STAFF)]
    )
    roles = {
        "archivist": ("archivist", None),
        "head": ("department_head", departments[0]),
        "director": ("director", None),
    }
    people = {}
    for role, (post_kind, department) in roles.items():
        people[role] = User.objects.create(username=role, display_name=role)
        post = Post.objects.create(fonds=fonds, kind=post_kind, department=department)
        PostHolding.objects.create(post=post, person=people[role], from_day=date(2020, 1, 1))
    staff_post = Post.objects.create(fonds=fonds, kind="staff", department=departments[1])
    PostHolding.objects.create(post=staff_post, person=staff[0], from_day=date(2020, 1, 1))
    people["staff"] = staff[0]
    people["reader"] = User.objects.create(username="reader", display_name="reader")
    PersonClearance.objects.create(person=people["archivist"], security_class=classes[1])
    kind = DossierKind.objects.create(fonds=fonds, code="yz", name="业主", default_classification=classes[1])
    series = Series.add_root(fonds=fonds, code="c", name="客户")
    return fonds, departments, staff, people, kind, series, classes


def build_dossiers(rows: int, fonds: Any, departments: Any, staff: Any, kind: Any, series: Any, classes: Any) -> None:
    """Insert the dossiers: 1 % ordinary, 4 % top secret, 2 % of the company's level, names by chance."""
    from django.db import transaction

    from dms.holdings.models import Dossier, DossierName
    from dms.holdings.policy import sort_key_of

    chance = random.Random(7)
    now = datetime.now(UTC)
    # Character by character: a million whole names would take pypinyin longer than everything else.
    syllable = {character: sort_key_of(character) for character in SURNAMES + GIVEN}
    for start in range(0, rows, 20_000):
        batch = []
        for n in range(start, min(rows, start + 20_000)):
            name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
            share = chance.random()
            batch.append(
                Dossier(
                    fonds=fonds, kind=kind, series=series, number=f"YZ-{2000 + n % 25}-{n:07}", name=name,
                    name_sort=" ".join(syllable[c] for c in name), department=departments[n % DEPARTMENTS],
                    classification=classes[0 if share < 0.01 else 2 if share > 0.96 else 1],
                    level="company" if chance.random() < 0.02 else "department", responsible=staff[n % STAFF],
                    unit=f"{n % 90}-{n % 2800}", opened_on=date(2000 + n % 25, 1, 1),
                    sealing_key=uuid.uuid4(), changed_at=now,
                )
            )  # fmt: skip
        with transaction.atomic():
            made = Dossier.objects.bulk_create(batch, batch_size=500)
            DossierName.objects.bulk_create(
                [DossierName(dossier=d, name=d.name, from_day=d.opened_on) for d in made], batch_size=500
            )


def build_grants(reader: Any, rows: int) -> None:
    """Let `reader` see dossiers by grants only, as many as one person could ever hold."""
    from dms.holdings.models import Dossier, DossierGrant

    now = datetime.now(UTC)
    step = max(1, rows // GRANTS)
    ids = Dossier.objects.order_by("pk").values_list("pk", flat=True)[:rows:step]
    DossierGrant.objects.bulk_create(
        [
            DossierGrant(
                dossier_id=pk, reader=reader, begins_at=now - timedelta(days=1), ends_at=now + timedelta(days=30)
            )
            for pk in ids
        ],
        batch_size=500,
    )


def acts(user: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield the measured acts of one person, each opening a page of fifty rows."""
    from dms.holdings.listing import FIRST, LAST, Filters, Order, Place, list_page, place_of_initial, place_of_number

    none = Filters()
    for order in Order:
        middle = list_page(
            user,
            none,
            order,
            place_of_number("YZ-2012") if order is Order.NUMBER else place_of_initial(user, none, "M"),
            50,
        ).rows
        key = tuple(getattr(middle[-1], column) for column in order.columns)
        places = {"first": FIRST, "last": LAST, "next": Place(key), "previous": Place(key, backwards=True)}
        for name, place in places.items():
            yield f"{name} by {order}", lambda order=order, place=place: list_page(user, none, order, place, 50)
    yield "jump to number", lambda: list_page(user, none, Order.NUMBER, place_of_number("YZ-2017-0500"), 50)
    for letter in "AZ#":
        yield (
            f"jump to {letter}",
            lambda letter=letter: list_page(user, none, Order.NAME, place_of_initial(user, none, letter), 50),
        )
    for text in ("YZ-2017-05", "张伟", "17-1"):
        yield f"begins with {text}", lambda text=text: list_page(user, Filters(text=text), Order.NUMBER, FIRST, 50)
    yield "filter year", lambda: list_page(user, Filters(year=2017), Order.NUMBER, FIRST, 50)
    yield "filter responsible", lambda: list_page(user, Filters(responsible=user.pk), Order.NAME, FIRST, 50)
    yield "filter state (nothing)", lambda: list_page(user, Filters(state="closed"), Order.NUMBER, FIRST, 50)


def measure(people: dict[str, Any], repeat: int) -> dict[str, dict[str, float]]:
    """Return the 95th percentile in milliseconds by act and role."""
    figures: dict[str, dict[str, float]] = {}
    for role, user in people.items():
        for name, act in acts(user):
            act()
            times = []
            for _ in range(3 if name.startswith("filter") else repeat):
                user.__dict__.pop("_user_facts", None)
                user.__dict__.pop("_posts_on", None)
                began = time.perf_counter()
                act()
                times.append((time.perf_counter() - began) * 1000)
            worst = statistics.quantiles(times, n=20)[-1] if len(times) > 3 else max(times)
            figures.setdefault(name, {})[role] = round(min(worst, max(times)), 1)
    return figures


def print_plans(people: dict[str, Any]) -> None:
    """Print the query plan of the first and of a middle page for every role."""
    from dms.holdings import listing
    from dms.holdings.models import Dossier

    for role, user in people.items():
        for order in listing.Order:
            for way in listing._ways(user, listing.Filters()):
                key = ("YZ-2012", 1) if order is listing.Order.NUMBER else ("m", "YZ-2012", 1)
                rows = Dossier.objects.filter(way & listing._beyond(order, listing.Place(key)))
                print(
                    f"## {role} by {order}\n{rows.order_by(*order.columns).values_list(*order.columns)[:51].explain()}"
                )


def print_figures(figures: dict[str, dict[str, float]], *, as_json: bool) -> None:
    """Print the figures as a table of Markdown, or as JSON."""
    if as_json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    roles = list(next(iter(figures.values())))
    print(f"| p95, ms | {' | '.join(roles)} |\n| --- |{' ---: |' * len(roles)}")
    for name, by_role in figures.items():
        print(f"| {name} | {' | '.join(str(by_role.get(role, '')) for role in roles)} |")


if __name__ == "__main__":
    main()
