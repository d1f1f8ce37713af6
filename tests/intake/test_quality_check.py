"""The check of a batch's scans: what is drawn, what is found, what then may be filed, and what is to be rescanned."""

import csv
import io
import tempfile

import openpyxl
import pytest
from django.urls import reverse

from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import Page
from dms.intake.check_sheets import counted, lines_of, sheet_facts, to_rescan
from dms.intake.light_table import Table, lying_on
from dms.intake.models import BatchState, CaptureMeasures, CheckedPage, CheckSheet, Drawn, ScanBatch, Verdict
from dms.intake.scan_quality import Fault, SheetFacts
from dms.intake.services import draw_sample, file_batch, judge_pages, remove_pages, rescan_page
from dms.journal.models import JournalEntry
from tests.factories import jpeg_of, paper

from .conftest import pages_of, split_all
from .foreign import saved, scan_pdf, text_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A17")]

LINES = "\n".join("物业服务合同第一条甲乙双方依照有关法律订立本合同" for _ in range(18))


@pytest.fixture
def pages(batch, upload, settings) -> list[Page]:
    """Forty clean pages at 50 dpi and one askew at 150, which is enough here."""
    settings.SCAN_LIMITS = {**settings.SCAN_LIMITS, "least_dpi": 40}
    many = upload(batch, scan_pdf(["合同"] * 40, size=(413, 585)), "合同.pdf")
    askew = paper(LINES).rotate(-3, fillcolor=250)
    one = upload(batch, jpeg_of(askew), "歪.jpg")
    split_all()
    return [*pages_of(many), *pages_of(one)]


def everything() -> tuple:
    return (
        list(CheckSheet.objects.values()),
        list(CheckedPage.objects.order_by("pk").values()),
        list(ScanBatch.objects.values("pk", "state")),
        JournalEntry.objects.count(),
    )


def judge(batch, user, pages, verdict=Verdict.GOOD, reasons=(), version=1):
    judge_pages(
        batch=batch,
        pages=[(page, version) for page in pages],
        verdict=verdict,
        reasons=reasons,
        acting_user=user,
    )


def test_splitting_measures_scans_and_no_page_that_brings_its_text(batch, upload):
    scan = upload(batch, saved(paper(LINES), "PNG", dpi=(150, 150)), "扫描.png")
    born = upload(batch, text_pdf(), "电子.pdf")
    split_all()
    assert CaptureMeasures.objects.get(capture__page__in=pages_of(scan)).paper == 250
    assert not CaptureMeasures.objects.filter(capture__page__in=pages_of(born)).exists()


def test_the_sample_is_drawn_by_lot_and_what_was_noticed_comes_along(batch, pages, house):
    draw_sample(batch=batch, percent=5, acting_user=house.archivist)
    drawn = list(CheckedPage.objects.filter(drawn=Drawn.SAMPLED))
    assert len(drawn) == 3
    assert pages[-1].pk in CheckedPage.objects.values_list("page", flat=True)
    assert CheckedPage.objects.count() == len({*(check.page_id for check in drawn), pages[-1].pk})


def test_drawing_again_tops_up_and_keeps_verdicts(batch, pages, house, upload):
    draw_sample(batch=batch, percent=5, acting_user=house.archivist)
    judge(batch, house.archivist, [check.page for check in CheckedPage.objects.all()])
    before = set(CheckedPage.objects.values_list("page", "verdict"))
    draw_sample(batch=batch, percent=20, acting_user=house.archivist)
    assert before < set(CheckedPage.objects.values_list("page", "verdict"))
    assert CheckedPage.objects.filter(drawn=Drawn.SAMPLED).count() == 9
    assert sheet_facts(batch).too_few == 0


@pytest.mark.parametrize("percent", [0, 101, -5])
def test_refuses_no_share_and_more_than_all(batch, pages, house, percent):
    before = everything()
    with pytest.raises(Refusal):
        draw_sample(batch=batch, percent=percent, acting_user=house.archivist)
    assert everything() == before


def test_a_verdict_is_somebodys_and_a_rescan_needs_a_reason(batch, pages, house):
    before = everything()
    for wrong in ((), ("no such reason",)):
        with pytest.raises(Refusal):
            judge(batch, house.archivist, pages[:1], Verdict.RESCAN, wrong)
    with pytest.raises(NotAllowed):
        judge(batch, house.gm, pages[:1])
    with pytest.raises(Refusal) as refused:
        judge(batch, house.archivist, pages[:1], version=2)
    assert refused.value.code == "changed_meanwhile"
    assert everything() == before
    judge(batch, house.archivist, pages[:1], Verdict.RESCAN, [Fault.CUT, Fault.DARK])
    check = CheckedPage.objects.get()
    assert (check.drawn, check.reasons, check.decided_by) == (Drawn.NAMED, ["cut", "dark"], house.archivist)


def test_a_new_scan_closes_the_finding(batch, pages, house):
    judge(batch, house.archivist, pages[:2], Verdict.RESCAN, [Fault.CUT])
    assert sheet_facts(batch).to_rescan == 2
    with tempfile.TemporaryFile() as file:
        file.write(jpeg_of(paper("重扫")))
        rescan_page(
            table=Table(batch=batch),
            page=pages[0],
            file=file,
            name="重扫.jpg",
            seen_version=1,
            acting_user=house.archivist,
        )
    assert sheet_facts(batch) == SheetFacts(drawn=False, to_rescan=1, too_few=1)
    lines = lines_of(batch, house.archivist)
    assert counted(lines) == {"all": 2, "open": 0, "good": 0, "rescan": 1, "mended": 1}
    assert [line.page.pk for line in to_rescan(batch, house.archivist)] == [pages[1].pk]


def test_a_removed_page_is_no_finding_any_more(batch, pages, house):
    judge(batch, house.archivist, pages[:1], Verdict.RESCAN, [Fault.CUT])
    table = Table(batch=batch)
    tokens = {lying.item.pk: lying.token for lying in lying_on(table, house.archivist)}
    remove_pages(table=table, pages=pages[:1], seen=tokens, acting_user=house.archivist)
    assert sheet_facts(batch).to_rescan == 0


class TestFiling:
    def test_refuses_while_a_page_is_to_be_rescanned(self, batch, pages, house):
        judge(batch, house.archivist, pages[:1], Verdict.RESCAN, [Fault.CUT])
        before = everything()
        with pytest.raises(Refusal) as refused:
            file_batch(batch=batch, acting_user=house.archivist)
        assert refused.value.code == "to_rescan"
        assert everything() == before

    def test_files_with_a_reason_that_is_kept_and_sealed_in_the_journal(self, batch, pages, house):
        judge(batch, house.archivist, pages[:1], Verdict.RESCAN, [Fault.CUT])
        file_batch(batch=batch, because="原件已退还客户", acting_user=house.archivist)
        batch.refresh_from_db()
        sheet = CheckSheet.objects.get()
        assert (batch.state, sheet.overridden_because) == (BatchState.CLOSED, "原件已退还客户")
        entry = JournalEntry.objects.get(action="batch.check_overridden")
        assert entry.sealed is not None
        assert "原件" not in str(entry.facts)

    def test_a_reason_nobody_needed_is_not_kept(self, batch, pages, house):
        file_batch(batch=batch, because="以防万一", acting_user=house.archivist)
        assert not CheckSheet.objects.exists()

    def test_where_it_is_required_the_whole_sample_is_looked_at_first(self, batch, pages, house, settings):
        settings.SCAN_CHECK_REQUIRED = True
        with pytest.raises(Refusal) as refused:
            file_batch(batch=batch, acting_user=house.archivist)
        assert refused.value.code == "unchecked"
        draw_sample(batch=batch, percent=5, acting_user=house.archivist)
        checks = list(CheckedPage.objects.select_related("page"))
        judge(batch, house.archivist, [check.page for check in checks[:-1]])
        with pytest.raises(Refusal):
            file_batch(batch=batch, acting_user=house.archivist)
        judge(batch, house.archivist, [checks[-1].page])
        file_batch(batch=batch, acting_user=house.archivist)
        with pytest.raises(Refusal):
            draw_sample(batch=batch, percent=50, acting_user=house.archivist)


class TestScreens:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, house):
        client.force_login(house.archivist)

    def test_the_sheet_is_drawn_and_judged_from_the_screen(self, client, batch, pages):
        sheet = reverse("intake:check_sheet", args=[batch.public_id])
        answer = client.post(reverse("intake:draw_sample", args=[batch.public_id]), {"percent": "5"})
        assert answer.headers["Location"] == sheet
        lines = client.get(sheet).context["start"]["lines"]
        body = {
            "pages": [lines[0]["id"]],
            "versions": {lines[0]["id"]: 1},
            "verdict": "rescan",
            "reasons": ["dark"],
            "note": "装订线",
        }
        judged = client.post(
            reverse("intake:judge", args=[batch.public_id]), body, content_type="application/json"
        ).json()
        assert judged["counted"]["rescan"] == 1
        assert (judged["lines"][0]["verdict"], judged["lines"][0]["note"]) == ("rescan", "装订线")

    def test_the_list_of_rescans_is_shown_and_exported(self, client, batch, pages, house):
        judge(batch, house.archivist, [pages[2]], Verdict.RESCAN, [Fault.CUT])
        shown = client.get(reverse("intake:rescans", args=[batch.public_id]))
        assert [line["page"].pk for line in shown.context["lines"]] == [pages[2].pk]
        answer = client.get(reverse("intake:rescan_export", args=[batch.public_id, "csv"]))
        (row,) = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
        assert row[:4] == [batch.dossier.number, str(pages[2].item.entry_number), "合同", "3"]
        book = openpyxl.load_workbook(
            io.BytesIO(client.get(reverse("intake:rescan_export", args=[batch.public_id, "xlsx"])).content)
        )
        assert book.active.max_row == 2
        assert client.get(reverse("intake:rescan_export", args=[batch.public_id, "pdf"])).status_code == 404
        assert JournalEntry.objects.filter(action="batch.rescans_exported").count() == 2
