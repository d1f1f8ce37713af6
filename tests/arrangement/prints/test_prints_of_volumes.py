"""Prints of real volumes: what they say, who may have them, that each is written down (A7 A11 A13 C3 C6 D1)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from dms.arrangement.models import Volume
from dms.arrangement.prints.facts import get_bound_volume_for, note_of, reordering_of, rows_of
from dms.arrangement.prints.services import FORMS
from dms.arrangement.services import cross_reference_items, override_filing_year, relate_items, set_position
from dms.clearance.policy import Act
from dms.holdings.models import Item
from dms.holdings.services import change_dossier
from dms.journal.models import JournalEntry
from tests.arrangement.conftest import closed, made_ready
from tests.factories import House, a_dossier, an_item
from tests.factories.holdings import security_classes

from .paper import Print

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A11")]


@pytest.fixture
def papers(house: House, enter: Callable[..., Item], arrange) -> list[Item]:
    """A reply, its request, an attachment: one group; all of 2023 and ready to close."""
    request = enter("关于二次装修的请示", 2023, 3, 1, issue_number="QS-1", issuer="华兴贸易")
    reply = enter("关于二次装修的批复", 2023, 5, 2, issue_number="KH-2023-9", issuer="客务部")
    plan = enter("装修图纸", 2023, 3, 1)
    relate_items(item=reply, kind="replies_to", other=request, acting_user=house.archivist)
    relate_items(item=plan, kind="attachment_of", other=request, acting_user=house.archivist)
    made_ready(house, [request, reply, plan])
    arrange()
    return [request, reply, plan]


@pytest.fixture
def volume(papers: list[Item]) -> Volume:
    return Volume.objects.get()


@pytest.fixture
def sent(house: House):
    """Return a function that fetches an address of the prints as somebody: (status, print or None)."""

    def fetched(who: str, name: str, *args: object, **query: object):
        client = Client()
        client.force_login(house.people[who])
        response = client.get(reverse(f"prints:{name}", args=args), query)
        is_pdf = response.headers.get("Content-Type") == "application/pdf"
        return response, Print(response.content) if is_pdf else None

    return fetched


def printed_since(start: int) -> list[tuple[str, int | None, dict]]:
    rows = JournalEntry.objects.filter(pk__gt=start, action__in=("volume.printed", "volumes.listed"))
    return [(row.action, row.actor_id, row.facts) for row in rows.order_by("pk")]


def latest() -> int:
    return JournalEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_the_catalogue_of_a_closed_volume_is_its_order_with_codes_pages_and_dates(house, volume, sent):
    volume = closed(house, volume)
    start = latest()
    response, printed = sent("archivist", "volume", volume.public_id, "catalogue")
    assert response.headers["Content-Disposition"] == f'inline; filename="{volume.reference_code}-catalogue.pdf"'
    assert {"private", "no-store"} <= {word.strip() for word in response.headers["Cache-Control"].split(",")}
    words = printed.words()
    assert f"档号{volume.reference_code}" in words
    assert "1KH-2023-9客务部关于二次装修的批复202305021" in words
    assert "2QS-1华兴贸易关于二次装修的请示202303012" in words
    assert "装修图纸202303013" in words
    assert printed_since(start) == [("volume.printed", house.archivist.pk, {"format": "catalogue"})]


def test_every_form_can_be_printed_of_an_open_volume_and_its_code_stays_blank(house, volume, sent):
    for form in FORMS:
        response, printed = sent("archivist", "volume", volume.public_id, form)
        assert response.status_code == 200, form
        assert len(printed) >= 1
    _response, cover = sent("archivist", "volume", volume.public_id, "cover")
    assert "本卷共2件3页" in cover.words()
    assert cover.words().endswith("全宗号年度案卷号分卷档号" + f"{house.fonds.code}20231")


@pytest.mark.rule("C3")
def test_who_may_read_but_not_print_is_told_so_and_who_may_not_know_learns_nothing(house, volume, sent):
    start = latest()
    for who, status in (("staff1", 403), ("head1", 200), ("staff2", 404), ("auditor", 404), ("admin", 404)):
        client = Client(headers={"accept": "application/json"})
        client.force_login(house.people[who])
        answer = client.get(reverse("prints:volume", args=[volume.public_id, "cover"]))
        assert (who, answer.status_code) == (who, status)
        absent = client.get(reverse("prints:volume", args=["x" * 14, "cover"]))
        assert absent.status_code == 404
        assert status != 404 or absent.content == answer.content
    assert [(action, actor) for action, actor, _facts in printed_since(start)] == [("volume.printed", house.head1.pk)]


def test_a_form_that_is_none_is_not_found_and_not_written_down(volume, sent):
    start = latest()
    response, _printed = sent("archivist", "volume", volume.public_id, "spine-25")
    assert response.status_code == 404
    assert printed_since(start) == []


@pytest.mark.rule("D1")
def test_a_volume_into_which_a_secret_came_since_it_was_arranged_is_printed_by_nobody_below(
    house, papers, volume, sent
):
    Item.objects.filter(pk=papers[2].pk).update(classification=security_classes()[2])
    assert sent("archivist", "volume", volume.public_id, "cover")[0].status_code == 404
    _response, cover = sent("head1", "volume", volume.public_id, "cover")
    assert cover.words().startswith("绝密")


@pytest.mark.rule("A7")
def test_the_note_sheet_says_every_decision_and_every_reference(house, dossier, enter, arrange, papers):
    late = enter("迟到的函", 2024, 2, 1, issue_number="KH-2024-3")
    other = an_item(house.archivist, a_dossier(house.archivist, house.service, rank=0), "别户的函", issue_number="B-1")
    override_filing_year(
        item=papers[0], year=2023, reason="与批复密切", approved_by=house.head1, acting_user=house.archivist
    )
    set_position(item=late, behind=None, reason="查阅方便", acting_user=house.archivist)
    cross_reference_items(item=papers[1], other=late, reason="后续来函", acting_user=house.archivist)
    arrange()
    first = Volume.objects.get(filing_year=2023)
    note = note_of(get_bound_volume_for(house.archivist, first.public_id, Act.PRINT))
    (override,) = note.overrides
    for told in ("QS-1", "2023", str(house.archivist.get_full_name() or house.archivist.username), "与批复密切"):
        assert told in override
    (reference,) = note.cross_references
    assert "KH-2023-9" in reference
    assert "KH-2024-3" in reference
    assert "后续来函" in reference
    assert other.issue_number not in reference
    second = Volume.objects.get(filing_year=2024)
    mirror = note_of(get_bound_volume_for(house.archivist, second.public_id, Act.PRINT))
    assert "KH-2023-9" in mirror.cross_references[0]
    assert "查阅方便" in mirror.overrides[0]


@pytest.mark.rule("D1")
def test_a_note_sheet_does_not_name_a_paper_that_its_reader_may_not_know(house, enter, arrange, papers):
    secret = enter("不可说的函", 2024, 2, 1, issue_number="SECRET-3")
    cross_reference_items(item=papers[1], other=secret, reason="另见", acting_user=house.archivist)
    arrange()
    Item.objects.filter(pk=secret.pk).update(classification=security_classes()[2])
    volume = Volume.objects.get(filing_year=2023)
    for who, named in ((house.head1, True), (house.archivist, False)):
        (reference,) = note_of(get_bound_volume_for(who, volume.public_id, Act.PRINT)).cross_references
        assert ("SECRET-3" in reference) is named
        assert "KH-2023-9" in reference


def test_the_note_sheet_names_who_closed_it_and_when(house, volume):
    volume = closed(house, volume)
    note = note_of(get_bound_volume_for(house.archivist, volume.public_id, Act.PRINT))
    assert note.compiler == (house.archivist.get_full_name() or house.archivist.username)
    assert note.compiled_on == volume.closed_at.date().isoformat() or len(note.compiled_on) == 10
    assert (note.items, note.pages, note.reference_code) == (2, 3, volume.reference_code)


@pytest.mark.rule("A10")
def test_the_reordering_list_leads_from_the_order_of_entry_to_that_of_the_volume(house, papers, volume):
    rows = reordering_of(get_bound_volume_for(house.archivist, volume.public_id, Act.PRINT))
    assert [(row.target, row.present, row.title) for row in rows] == [
        (1, 2, "关于二次装修的批复"),
        (2, 1, "关于二次装修的请示"),
        (3, 3, "装修图纸"),
    ]
    assert [row.code for row in rows] == [str(papers[at].entry_number) for at in (1, 0, 2)]
    assert [row.sheets for row in rows] == [1, 1, 1]
    assert rows[2].belongs_to == str(papers[0].entry_number)


def test_rows_below_another_have_no_number(house, volume):
    rows = rows_of(get_bound_volume_for(house.archivist, volume.public_id, Act.PRINT))
    assert [(row.no, row.first_page, row.last_page) for row in rows] == [("1", 1, 1), ("2", 2, 2), ("", 3, 3)]


@pytest.mark.rule("A13")
def test_the_label_carries_todays_name_after_a_renaming(house, dossier, sent):
    change_dossier(dossier=dossier, changes={"name": "新华兴贸易"}, reason="更名", acting_user=house.archivist)
    response, label = sent("archivist", "label", dossier.public_id)
    assert response.status_code == 200
    assert "新华兴贸易" in label.words()
    assert "张三" not in label.words()
    assert label.codes(0) == [f"http://testserver{reverse('holdings:dossier', args=[dossier.public_id])}"]


@pytest.mark.rule("A13")
def test_lists_of_volumes_hold_what_one_may_print_and_nothing_else(house, dossier, enter, arrange, papers, sent):
    enter("普通的函", 2023, 6, 1)
    enter("后来绝密的函", 2024, 6, 1)
    arrange()
    Item.objects.filter(title="后来绝密的函").update(classification=security_classes()[2])
    Volume.objects.filter(filing_year=2024).update(rank=2)
    start = latest()
    _response, whole = sent("head1", "dossier_volumes", dossier.public_id)
    _response, part = sent("archivist", "dossier_volumes", dossier.public_id)
    assert "2024年" in whole.words() and "绝密" in whole.words()
    assert "2023年" in part.words() and "2024年" not in part.words()
    _response, year = sent("head1", "year", 2024)
    assert dossier.name in year.words()
    assert sent("archivist", "year", 2024)[0].status_code == 404
    assert [facts["rows"] for _action, _actor, facts in printed_since(start)] == [2, 1, 1]


@pytest.mark.parametrize("portion", ["2", "0", "-1", "x", "9" * 30])
def test_a_portion_without_rows_is_not_found(volume, sent, portion):
    assert sent("archivist", "year", 2023, portion=portion)[0].status_code == 404
