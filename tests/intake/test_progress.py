"""What is swept up, who sees a batch, and how far it is said to be."""

import pytest

from dms.core.errors import NotFound
from dms.holdings.models import Page
from dms.intake.selectors import (
    batches_visible_to,
    dossiers_to_work_on,
    files_of,
    get_batch_for,
    get_file_for,
    progress_of,
    text_layer_of,
)
from dms.intake.services import (
    sweep,
)
from dms.vault.models import StoredFile
from tests.factories import a_dossier, a_person

from .conftest import pages_of, split_all
from .foreign import scan_pdf, text_pdf

pytestmark = pytest.mark.django_db


class TestSweeping:
    def test_what_was_sealed_for_nothing_is_destroyed_after_a_day_and_nothing_else(self, batch, upload):
        from datetime import timedelta

        from dms.core import clock
        from dms.vault.services import store

        upload(batch, text_pdf())
        split_all()
        used = set(StoredFile.objects.alive().values_list("pk", flat=True))
        stray, strange = store(b"x", purpose="page master"), store(b"x", purpose="export")
        assert sweep() == 0
        with clock.at(clock.now() + timedelta(days=2)):
            assert sweep() == 1
        assert set(StoredFile.objects.alive().values_list("pk", flat=True)) == used | {strange.pk}
        stray.refresh_from_db()
        assert stray.is_gone

    def test_upload_and_text_go_when_their_page_was_destroyed_elsewhere(self, batch, upload):
        from dms.vault.services import destroy

        file = upload(batch, text_pdf())
        split_all()
        destroy([pages_of(file)[0].captures.get().master], reason="test")
        assert sweep() == 2
        file.refresh_from_db()
        assert file.stored.is_gone
        assert text_layer_of(pages_of(file)[0].captures.get()) is None


@pytest.mark.rule("D1")
class TestWhoSees:
    def test_batches_and_files_are_seen_by_those_who_may_work_on_the_dossier(self, batch, upload, house):
        file = upload(batch, scan_pdf())
        outsiders = [user for name, user in house.people.items() if name not in {"archivist", "staff1"}]
        for user in (house.archivist, house.staff1):
            assert get_batch_for(user, batch.public_id) == batch
            assert get_file_for(user, file.public_id) == file
            assert list(batches_visible_to(user)) == [batch]
        for user in [*outsiders, a_person()]:
            assert not batches_visible_to(user).exists()
            for look in (
                lambda user=user: get_batch_for(user, batch.public_id),
                lambda user=user: get_file_for(user, file.public_id),
            ):
                with pytest.raises(NotFound):
                    look()

    def test_choosing_a_dossier_offers_only_those_one_may_work_on(self, house, dossier):
        other = a_dossier(house.archivist, house.finance, name="李四", responsible=house.staff2)
        assert dossiers_to_work_on(house.staff1, "") == [dossier]
        assert dossiers_to_work_on(house.staff1, "李四") == []
        assert dossiers_to_work_on(house.archivist, "lisi"[:2]) == [other]
        assert dossiers_to_work_on(house.archivist, other.number[3:]) == [other]
        assert dossiers_to_work_on(house.archivist, "三") == [dossier]


class TestProgress:
    def test_it_counts_files_and_pages_by_what_became_of_them(self, batch, upload):
        upload(batch, b"")
        upload(batch, scan_pdf(["一", "二"]))
        waiting = progress_of([batch])[batch.pk]
        assert (waiting.total, waiting.made, waiting.percent, waiting.settled) == (1, 0, 0, False)
        split_all()
        Page.objects.filter(position=1).update(state="recognised", text_version=1)
        half = progress_of([batch])[batch.pk]
        assert (half.total, half.made, half.read, half.percent, half.settled) == (2, 2, 1, 75, False)
        Page.objects.filter(position=2).update(state="failed")
        assert progress_of([batch])[batch.pk].settled

    def test_only_what_moves_is_told_again(self, batch, upload):
        from datetime import timedelta

        from dms.core import clock

        done, moving = upload(batch, scan_pdf(["一"])), upload(batch, scan_pdf(["二"]))
        split_all()
        Page.objects.filter(source__received_file=done).update(state="blank")
        later = clock.now() + timedelta(seconds=1)
        assert [row.file for row in files_of(batch)] == [done, moving]
        assert [row.file for row in files_of(batch, since=later)] == [moving]
        assert [row.file for row in files_of(batch, since=later, moving=[done.public_id])] == [done, moving]
