"""The light table's addresses: what the script is told, how it is refused, and that more pages cost no more queries."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dms.holdings.models import Capture, Page
from dms.intake.models import TableAct
from dms.vault.models import StoredFile
from tests.factories import a_dossier, a_page, an_item, jpeg_of, paper

from .conftest import pages_of, split_all
from .foreign import scan_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A10")]


@pytest.fixture(autouse=True)
def signed_in(client, house):
    client.force_login(house.archivist)


@pytest.fixture
def item(house, dossier):
    made = an_item(house.archivist, dossier, "合同")
    for number in range(5):
        a_page(made, str(number))
    return made


def address(name: str, thing, scope: str = "item") -> str:
    return reverse(f"intake:{scope}_table{name}", args=[thing.public_id])


def state(client, thing, scope: str = "item") -> dict:
    return client.get(address("_state", thing, scope)).json()


def post(client, thing, scope: str = "item", **fields):
    seen = {one["id"]: one["token"] for one in state(client, thing, scope)["items"]}
    return client.post(
        address("_act", thing, scope),
        json.dumps({"seen": seen, **fields}),
        content_type="application/json",
        headers={"x-requested-with": "XMLHttpRequest"},
    )


def ids(told: dict, place: int = 0) -> list[str]:
    return [page["id"] for page in told["items"][place]["pages"]]


def test_the_state_tells_public_ids_and_no_others(client, item):
    told = state(client, item)
    assert ids(told) == list(item.pages.order_by("position").values_list("public_id", flat=True))
    assert set(told["items"][0]["pages"][0]) == {"id", "t", "v", "s", "w", "h", "f", "k", "why"}


def test_nothing_new_is_told_twice(client, item):
    tag = state(client, item)["tag"]
    again = client.get(address("_state", item), headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_every_act_answers_with_the_table_as_it_then_lies(client, item):
    one, two, three, four, five = ids(state(client, item))
    moved = post(client, item, act="move", pages=[five, four], into=item.public_id, before=one).json()
    assert ids(moved) == [four, five, one, two, three]
    divided = post(client, item, act="divide", pages=[one]).json()
    assert [ids(divided, place) for place in (0, 1)] == [[four, five], [one, two, three]]
    first, second = (row["id"] for row in divided["items"])
    merged = post(client, item, act="merge", item=second, into=first).json()
    assert ids(merged) == [four, five, one, two, three]
    turned = post(client, item, act="turn", pages=[one], degrees=90, turns={one: 0}).json()
    assert turned["items"][0]["pages"][2]["t"] == 90
    marked = post(client, item, act="mark", pages=[two], blank=True).json()
    assert marked["items"][0]["pages"][3]["s"] == "blank"
    removed = post(client, item, act="remove", pages=[three]).json()
    assert ids(removed) == [four, five, one, two]
    assert len(removed["steps"]) == 6
    told = removed
    for left in range(5, -1, -1):
        told = post(client, item, act="undo", step=told["steps"][0][0]).json()
        assert len(told["steps"]) == left
    assert ids(told) == [one, two, three, four, five]
    assert TableAct.objects.filter(undone_at__isnull=False).count() == 6


def test_a_stale_table_is_refused_with_a_reason_and_changes_nothing(client, item):
    told = state(client, item)
    one, two, *_ = ids(told)
    post(client, item, act="move", pages=[one], into=item.public_id, before="")
    lying = list(Page.objects.order_by("position").values_list("pk", flat=True))
    seen = {item.public_id: told["items"][0]["token"]}
    answer = post(client, item, act="move", pages=[two], into=item.public_id, before="", seen=seen)
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")
    assert answer.json()["title"]
    assert list(Page.objects.order_by("position").values_list("pk", flat=True)) == lying


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"act": "explode"},
        {"act": "turn", "pages": "all"},
        {"act": "turn", "pages": [1]},
        {"act": ["turn"]},
        {"act": "mark", "pages": {}},
        {"act": "judge", "pages": [], "verdict": "good"},
    ],
)
def test_what_no_script_of_ours_asks_is_refused(client, item, fields):
    assert post(client, item, **fields).status_code == 400
    for body in ("", "[]", "{", "null"):
        assert client.post(address("_act", item), body, content_type="application/json").status_code == 400


def test_pages_of_hidden_and_of_absent_items_are_one_answer(client, item, house):
    hidden = an_item(house.archivist, a_dossier(house.archivist, house.service), "别件")
    page = a_page(hidden)
    answers = [
        post(client, item, act="turn", pages=[pid], degrees=90, turns={pid: 0})
        for pid in (page.public_id, "nosuchpage")
    ]
    assert [(answer.status_code, answer.content) for answer in answers] == [(409, answers[0].content)] * 2


def test_a_new_scan_is_uploaded_for_one_page(client, batch, upload):
    file = upload(batch, scan_pdf(["一", "二"]))
    split_all()
    page = pages_of(file)[0]
    scan = SimpleUploadedFile("新.jpg", jpeg_of(paper("新")))
    told = client.post(
        address("_rescan", batch, "batch"), {"page": page.public_id, "version": "1", "file": scan}
    ).json()
    assert [row["v"] for row in told["items"][0]["pages"]] == [2, 1]
    again = SimpleUploadedFile("新.jpg", jpeg_of(paper("又")))
    answer = client.post(
        address("_rescan", batch, "batch"),
        {"page": page.public_id, "version": "1", "file": again},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")


def many_more(item, count: int) -> None:
    """Rows only: what is counted is queries, not images."""
    template = Capture.objects.filter(page__item=item).select_related("master").first()
    start = item.pages.count()
    pages = Page.objects.bulk_create(Page(item=item, position=start + n) for n in range(1, count + 1))
    stored = StoredFile.objects.bulk_create(
        StoredFile(
            id=uuid4(),
            purpose="test",
            size=1,
            fingerprint="",
            cipher_size=1,
            cipher_sha256="0" * 64,
            created_at=template.captured_at,
        )
        for _ in range(3 * count)
    )
    Capture.objects.bulk_create(
        Capture(
            page=page,
            master=stored[3 * n],
            derivative=stored[3 * n + 1],
            thumbnail=stored[3 * n + 2],
            media_type="image/jpeg",
            width=1240,
            height=1754,
            dpi=300,
            captured_at=template.captured_at,
        )
        for n, page in enumerate(pages)
    )


def queries(do) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert do().status_code == 200
    return len(seen)


def test_five_hundred_pages_cost_as_many_queries_as_five(client, item):
    def every_act() -> list[int]:
        told = state(client, item)
        order = ids(told)
        turns = {page["id"]: page["t"] for page in told["items"][0]["pages"]}
        seen = {item.public_id: told["items"][0]["token"]}

        def act(**fields):
            return lambda: client.post(
                address("_act", item), json.dumps({"seen": seen, **fields}), content_type="application/json"
            )

        counts = [
            queries(lambda: client.get(address("", item))),
            queries(lambda: client.get(address("_state", item))),
            queries(act(act="move", pages=order[-1:], into=item.public_id, before=order[0])),
            queries(act(act="undo")),
            # Turning and marking write a line for each page into the journal, some hundreds in a statement.
            queries(act(act="mark", pages=order[:5], blank=True)),
            queries(act(act="undo")),
            queries(act(act="divide", pages=[order[2]])),
            queries(act(act="undo")),
            queries(act(act="remove", pages=order[1:])),
            queries(act(act="undo")),
        ]
        counts.append(queries(act(act="turn", pages=order[:5], degrees=90, turns=turns)))
        counts.append(queries(act(act="undo")))
        return counts

    every_act()  # what is asked once only
    few = every_act()
    many_more(item, 495)
    many = every_act()
    assert many == few
