"""From an upload to pages: what is received, split, asked, withdrawn and filed; and what then is gone."""

import io
import json
from contextlib import contextmanager
from uuid import uuid4

import pytest

from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import Dossier, Item, Page
from dms.holdings.services import file_item
from dms.intake.models import BatchState, FileState, PageSource, ReceivedFile, TextLayer
from dms.intake.selectors import text_layer_of
from dms.intake.services import (
    answer_duplicate,
    file_batch,
    finish_withdrawals,
    open_batch,
    receive_file,
    sealed_scans,
    split_next,
    splitting,
    try_again,
    withdraw_file,
    withdrawing,
)
from dms.journal.models import JournalEntry
from dms.vault.errors import Destroyed
from dms.vault.models import StoredFile
from dms.vault.services import read
from tests.factories import a_dossier, an_item, jpeg_of, paper

from .conftest import pages_of, split_all
from .foreign import bad_files, marked, saved, scan_pdf, text_pdf, tiff_of

pytestmark = pytest.mark.django_db


class TestReceiving:
    @pytest.mark.rule("B1")
    def test_a_file_becomes_an_item_with_its_pages_in_order(self, batch, upload, house):
        file = upload(batch, scan_pdf(["一", "二", "三"]), "租赁_合同.pdf")
        assert file.state == FileState.RECEIVED
        split_all()
        file.refresh_from_db()
        assert (file.state, file.pages_found, file.low_dpi) == (FileState.SPLIT, 3, True)
        item = Item.objects.get()
        assert (item.title, item.section, item.received_by) == ("租赁 合同", batch.section, house.archivist)
        assert [page.position for page in pages_of(file)] == [1, 2, 3]
        assert [read(page.captures.get().master) for page in pages_of(file)] == [jpeg_of(paper(w)) for w in "一二三"]

    def test_every_bad_file_is_refused_in_words_and_the_rest_goes_on(self, batch, upload):
        bad = bad_files()
        for name, (data, _code) in bad.items():
            upload(batch, data, name)
        good = upload(batch, scan_pdf(["好"]), "好.pdf")
        split_all()
        for file in ReceivedFile.objects.exclude(pk=good.pk):
            assert file.state == FileState.REFUSED, file.name
            assert all(file.problem), file.name
            assert not pages_of(file)
        good.refresh_from_db()
        assert good.state == FileState.SPLIT
        assert list(Page.objects.exclude(item__state="withdrawn")) == pages_of(good)

    def test_a_wrong_ending_is_noticed_and_the_content_taken(self, batch, upload):
        file = upload(batch, jpeg_of(paper("一")), "扫描.pdf")
        split_all()
        file.refresh_from_db()
        assert (file.state, file.misnamed, file.kind) == (FileState.SPLIT, True, "jpeg")

    def test_the_same_token_is_the_same_file(self, batch, upload):
        first = upload(batch, jpeg_of(paper("一")), token="t1")
        again = upload(batch, jpeg_of(paper("一")), token="t1")
        assert again == first
        assert ReceivedFile.objects.count() == 1

    def test_a_file_too_large_is_refused_and_not_kept(self, batch, upload, settings):
        settings.INTAKE_MAX_FILE_BYTES = 1 << 20
        file = upload(batch, b"\xff\xd8\xff" + b"\0" * (1 << 20))
        assert (file.state, file.reason, file.stored) == (FileState.REFUSED, "too_large", None)

    def test_who_may_not_work_on_the_dossier_uploads_nothing(self, batch, upload, house):
        for user in (house.staff2, house.head1, house.gm, house.admin):
            with pytest.raises(NotAllowed):
                upload(batch, jpeg_of(paper("一")), by=user)
        assert not ReceivedFile.objects.exists()
        assert upload(batch, jpeg_of(paper("一")), by=house.staff1).state == FileState.RECEIVED

    def test_the_name_of_a_file_stands_in_no_journal_line(self, batch, upload):
        upload(batch, jpeg_of(paper("一")), "张三身份证.jpg")
        assert not [entry for entry in JournalEntry.objects.all() if "张三" in f"{entry.facts}{entry.thing_label}"]

    def test_a_text_layer_is_sealed_and_handed_to_the_recogniser(self, batch, upload):
        file = upload(batch, text_pdf())
        split_all()
        (page,) = pages_of(file)
        lines = text_layer_of(page.captures.get())
        assert lines[0]["text"] == "Contract HT-2023-001 of the tenant"
        assert TextLayer.objects.get().stored.purpose == "text layer"
        scan = upload(batch, scan_pdf())
        split_all()
        assert text_layer_of(pages_of(scan)[0].captures.get()) is None


class TestOneItem:
    def test_the_files_of_a_batch_into_an_item_follow_one_another(self, house, dossier, upload):
        item = an_item(house.archivist, dossier)
        batch = open_batch(dossier=dossier, item=item, acting_user=house.archivist)
        files = [upload(batch, scan_pdf([word, word * 2]), f"{word}.pdf") for word in "一二三"]
        assert list(ReceivedFile.objects.waiting()) == files[:1]
        split_all()
        assert Item.objects.get() == item
        assert [page for file in files for page in pages_of(file)] == list(item.pages.order_by("position"))

    def test_withdrawing_one_file_closes_the_gap_and_takes_only_its_pages(self, house, dossier, upload):
        item = an_item(house.archivist, dossier)
        batch = open_batch(dossier=dossier, item=item, acting_user=house.archivist)
        first, wrong, last = (upload(batch, scan_pdf([word, word * 2])) for word in "一二三")
        split_all()
        kept = pages_of(first) + pages_of(last)
        masters = [page.captures.get().master for page in pages_of(wrong)]
        withdraw_file(received_file=wrong, acting_user=house.archivist)
        assert list(item.pages.order_by("position")) == kept
        assert [page.position for page in item.pages.order_by("position")] == [1, 2, 3, 4]
        for master in masters:
            master.refresh_from_db()
            with pytest.raises(Destroyed):
                read(master)
        assert read(kept[0].captures.get().master)

    @pytest.mark.rule("A12")
    def test_nothing_is_added_to_a_filed_item(self, house, dossier, upload):
        item = an_item(house.archivist, dossier)
        batch = open_batch(dossier=dossier, item=item, acting_user=house.archivist)
        file_item(item=item, acting_user=house.archivist)
        batch.item.refresh_from_db()
        with pytest.raises(Refusal) as refused:
            upload(batch, jpeg_of(paper("一")))
        assert refused.value.code == "item_filed"
        with pytest.raises(Refusal):
            open_batch(dossier=dossier, item=item, acting_user=house.archivist)


class TestTheSameAgain:
    def test_asks_before_the_same_file_is_taken_in_again(self, batch, upload):
        first = upload(batch, scan_pdf(["一"]))
        split_all()
        again = upload(batch, scan_pdf(["一"]), "改名.pdf")
        assert (again.state, again.same_as) == (FileState.DUPLICATE, first)
        split_all()
        assert Page.objects.count() == 1

    def test_kept_it_becomes_pages_and_dropped_it_is_gone(self, batch, upload, house):
        upload(batch, scan_pdf(["一"]))
        kept, dropped = upload(batch, scan_pdf(["一"])), upload(batch, scan_pdf(["一"]))
        answer_duplicate(received_file=kept, keep=True, acting_user=house.archivist)
        answer_duplicate(received_file=dropped, keep=False, acting_user=house.archivist)
        split_all()
        assert len(pages_of(kept)) == 1
        dropped.refresh_from_db()
        assert dropped.state == FileState.WITHDRAWN
        assert dropped.stored.is_gone
        with pytest.raises(Refusal) as refused:
            answer_duplicate(received_file=kept, keep=False, acting_user=house.archivist)
        assert refused.value.code == "answered"

    @pytest.mark.rule("D1")
    def test_a_file_in_a_dossier_one_may_not_know_of_is_not_noticed(self, batch, upload, house):
        hidden = a_dossier(house.archivist, house.finance, responsible=house.staff2)
        elsewhere = open_batch(dossier=hidden, acting_user=house.archivist)
        upload(elsewhere, scan_pdf(["一"]))
        assert upload(batch, scan_pdf(["一"]), by=house.staff1).state == FileState.RECEIVED
        assert upload(elsewhere, scan_pdf(["一"])).state == FileState.DUPLICATE

    def test_it_can_be_said_beforehand(self, batch, upload):
        upload(batch, scan_pdf(["一"]))
        assert upload(batch, scan_pdf(["一"]), same_again=True).state == FileState.RECEIVED

    def test_withdrawn_files_are_no_duplicates(self, batch, upload, house):
        withdraw_file(received_file=upload(batch, scan_pdf(["一"])), acting_user=house.archivist)
        assert upload(batch, scan_pdf(["一"])).state == FileState.RECEIVED


@pytest.mark.rule("A12")
class TestWithdrawing:
    def test_pages_images_texts_and_upload_are_gone_for_good(self, batch, upload, house):
        file = upload(batch, text_pdf())
        split_all()
        layer, capture = TextLayer.objects.get().stored, pages_of(file)[0].captures.get()
        withdraw_file(received_file=file, reason="falsche Akte", acting_user=house.archivist)
        file.refresh_from_db()
        assert (file.state, file.item, file.fingerprint) == (FileState.WITHDRAWN, None, "")
        assert Item.objects.get().state == "withdrawn"
        for stored in (file.stored, layer, capture.master, capture.derivative, capture.thumbnail):
            stored.refresh_from_db()
            with pytest.raises(Destroyed):
                read(stored)
        assert not PageSource.objects.exists()
        assert JournalEntry.objects.filter(action="file.withdrawn").count() == 1

    def test_after_filing_nothing_is_withdrawn(self, batch, upload, house):
        file = upload(batch, scan_pdf(["一"]))
        split_all()
        file_batch(batch=batch, acting_user=house.archivist)
        before = list(StoredFile.objects.alive().order_by("pk"))
        with pytest.raises(Refusal) as refused:
            withdraw_file(received_file=file, acting_user=house.archivist)
        assert refused.value.code == "batch_filed"
        assert list(StoredFile.objects.alive().order_by("pk")) == before

    def test_a_worker_in_the_middle_of_the_file_loses_it(self, batch, upload, house, monkeypatch):
        file = upload(batch, scan_pdf(["一", "二"]))
        real, calls = splitting.sealed_scan, []

        @contextmanager
        def sealed(page):
            with real(page) as scan:
                if page.index == 1:
                    withdraw_file(received_file=file, acting_user=house.archivist)
                calls.append(page.index)
                yield scan

        monkeypatch.setattr(splitting, "sealed_scan", sealed)
        split_all()
        file.refresh_from_db()
        assert calls == [0, 1]
        assert file.state == FileState.WITHDRAWN
        assert not Page.objects.exclude(item__state="withdrawn").exists()
        assert not StoredFile.objects.alive().exists()

    def test_a_withdrawal_that_was_killed_in_between_is_finished_by_the_next_worker(
        self, batch, upload, house, monkeypatch
    ):
        file = upload(batch, scan_pdf(["一"]))
        split_all()
        with monkeypatch.context() as patched:
            patched.setattr(withdrawing, "_finish", lambda file, user: 0)
            withdraw_file(received_file=file, acting_user=house.archivist)
        assert Item.objects.get().state == "intake"
        assert finish_withdrawals() == 1
        assert finish_withdrawals() == 0
        assert Item.objects.get().state == "withdrawn"


class TestFiling:
    @pytest.mark.rule("A6")
    def test_filing_files_the_items_and_destroys_the_transport_but_no_page(self, batch, upload, house):
        files = [upload(batch, scan_pdf([word])) for word in "一二"]
        bad = upload(batch, b"")
        split_all()
        file_batch(batch=batch, acting_user=house.archivist)
        batch.refresh_from_db()
        assert (batch.state, batch.closed_by) == (BatchState.CLOSED, house.archivist)
        assert {item.state for item in Item.objects.all()} == {"filed"}
        for file in files:
            file.refresh_from_db()
            assert file.stored.is_gone
            assert read(pages_of(file)[0].captures.get().master)
        assert bad.stored is None
        assert upload_refused(batch, upload)

    def test_waits_for_files_and_answers(self, batch, upload, house):
        with pytest.raises(Refusal) as empty:
            file_batch(batch=batch, acting_user=house.archivist)
        upload(batch, scan_pdf(["一"]))
        with pytest.raises(Refusal) as unfinished:
            file_batch(batch=batch, acting_user=house.archivist)
        split_all()
        upload(batch, scan_pdf(["一"]))
        with pytest.raises(Refusal) as unanswered:
            file_batch(batch=batch, acting_user=house.archivist)
        codes = [error.value.code for error in (empty, unfinished, unanswered)]
        assert codes == ["empty", "unfinished", "unanswered"]
        assert {item.state for item in Item.objects.all()} == {"intake"}

    def test_after_filing_the_same_file_is_still_noticed(self, batch, upload, house, dossier):
        upload(batch, scan_pdf(["一"]))
        split_all()
        file_batch(batch=batch, acting_user=house.archivist)
        assert upload(open_batch(dossier=dossier, acting_user=house.archivist), scan_pdf(["一"])).same_as is not None


def upload_refused(batch, upload) -> bool:
    with pytest.raises(Refusal) as refused:
        upload(batch, jpeg_of(paper("spät")))
    return refused.value.code == "batch_filed"


class TestSplitting:
    def test_a_damaged_page_refuses_the_whole_file_and_its_first_pages_go(self, batch, upload):
        whole = tiff_of([marked("L")] * 3, compression="tiff_lzw")
        data = bytearray(whole)
        last = whole.rindex(b"\x80") - 200
        data[last - 400 : last] = b"\xff" * 400
        file = upload(batch, bytes(data), "三页.tif")
        split_all()
        file.refresh_from_db()
        assert (file.state, file.reason) == (FileState.REFUSED, "truncated_page")
        assert not Page.objects.exclude(item__state="withdrawn").exists()

    def test_a_file_that_kills_its_worker_again_and_again_is_refused(self, batch, upload):
        file = upload(batch, scan_pdf(["一"]))
        ReceivedFile.objects.filter(pk=file.pk).update(attempt=splitting.MOST_CRASHES)
        split_all()
        file.refresh_from_db()
        assert (file.state, file.reason) == (FileState.REFUSED, "crashed")

    def test_a_refused_file_is_tried_again_in_the_name_of_who_asks(self, batch, upload, house):
        file = upload(batch, scan_pdf(["一"]))
        ReceivedFile.objects.filter(pk=file.pk).update(attempt=splitting.MOST_CRASHES)
        split_all()
        try_again(received_file=file, acting_user=house.staff1)
        split_all()
        file.refresh_from_db()
        assert (file.state, file.reason, len(pages_of(file))) == (FileState.SPLIT, "", 1)
        assert file.item.received_by == house.staff1

    def test_long_files_let_others_have_their_turn_and_no_page_comes_twice(self, batch, upload, monkeypatch):
        monkeypatch.setattr(splitting, "SLICE_SECONDS", -1)
        long, short = upload(batch, scan_pdf(["一", "二", "三"])), upload(batch, scan_pdf(["四"]))
        order = []
        while split_next("test"):
            order.append((len(pages_of(long)), len(pages_of(short))))
        assert order[:2] == [(1, 0), (1, 1)]
        assert order[-1] == (3, 1)

    def test_whoever_may_not_work_there_any_more_fills_no_dossier(self, batch, upload, house, dossier):
        file = upload(batch, scan_pdf(["一"]), by=house.staff1)
        dossier.responsible = house.staff2
        dossier.save()
        split_all()
        file.refresh_from_db()
        assert (file.state, file.reason) == (FileState.REFUSED, "no_right")
        assert not Page.objects.exists()

    def test_where_the_dossiers_own_key_fails_the_file_is_not_blamed_and_waits(self, batch, upload, house, dossier):
        file = upload(batch, scan_pdf(["一"]))
        own = dossier.sealing_key
        Dossier.objects.filter(pk=dossier.pk).update(sealing_key=uuid4())
        split_all()
        file.refresh_from_db()
        assert (file.state, file.reason) == (FileState.REFUSED, "dossier_not_readable")
        assert not Page.objects.exists()
        Dossier.objects.filter(pk=dossier.pk).update(sealing_key=own)
        try_again(received_file=file, acting_user=house.archivist)
        split_all()
        assert len(pages_of(file)) == 1

    def test_batches_take_turns(self, batch, upload, dossier, house):
        many = [upload(batch, scan_pdf([word])) for word in "一二三"]
        other = upload(open_batch(dossier=dossier, acting_user=house.archivist), scan_pdf(["四"]))
        assert list(ReceivedFile.objects.waiting()) == [many[0], other, *many[1:]]

    def test_a_full_disk_gives_the_file_back(self, batch, upload, monkeypatch):
        file = upload(batch, scan_pdf(["一"]))
        with monkeypatch.context() as patched:
            patched.setattr(sealed_scans, "store", _no_room)
            with pytest.raises(OSError, match="No space"):
                split_next("test")
        file.refresh_from_db()
        assert (file.state, file.leased_until) == (FileState.RECEIVED, None)
        split_all()
        assert len(pages_of(file)) == 1

    def test_a_full_disk_is_told_to_who_uploads(self, batch, upload, monkeypatch):
        monkeypatch.setattr("dms.intake.services.receiving.store", _no_room)
        with pytest.raises(Refusal) as refused:
            upload(batch, scan_pdf(["一"]))
        assert refused.value.status == 507


def _no_room(*args, **kwargs):
    raise OSError(28, "No space left on device")


def test_receive_streams_and_leaves_the_callers_file_open(batch, house):
    stream = io.BytesIO(saved(marked(), "PNG"))
    receive_file(batch=batch, file=stream, name="a.png", acting_user=house.archivist)
    assert not stream.closed


def test_stored_text_layers_are_plain_json_lines(batch, upload):
    upload(batch, text_pdf())
    split_all()
    assert set(json.loads(read(TextLayer.objects.get().stored))[0]) == {"text", "chars"}


def test_a_right_lost_in_the_middle_of_a_file_is_no_loss(batch, upload, house, dossier, monkeypatch):
    item = an_item(house.archivist, dossier)
    into_item = open_batch(dossier=dossier, item=item, acting_user=house.archivist)
    monkeypatch.setattr(splitting, "SLICE_SECONDS", -1)
    for target in (batch, into_item):
        file = upload(target, scan_pdf(["一", "二", "三"]), same_again=True, by=house.staff1)
        split_next("test")
        dossier.responsible = house.staff2
        dossier.save()
        with monkeypatch.context() as patched:
            patched.setattr(splitting, "_split", _not_allowed)
            split_all()
        file.refresh_from_db()
        assert (file.state, file.reason, len(pages_of(file))) == (FileState.REFUSED, "no_right", 1)
        try_again(received_file=file, acting_user=house.archivist)
        split_all()
        file.refresh_from_db()
        assert (file.state, len(pages_of(file))) == (FileState.SPLIT, 3)
        dossier.responsible = house.staff1
        dossier.save()


def _not_allowed(file):
    raise NotAllowed("lost")
