"""Begins a batch's check sheet, and keeps why it was filed although its check asks for more (A17)."""

from dms.core import clock
from dms.journal.services import record
from dms.organisation.models import User

from ..models import CheckSheet, ScanBatch


def begun_sheet(batch: ScanBatch, percent: int | None, acting_user: User) -> CheckSheet:
    """Return the batch's sheet, begun where there is none; `percent` None: drawn by lot later."""
    sheet, made = CheckSheet.objects.get_or_create(
        batch=batch, defaults={"percent": percent or 1, "drawn_by": acting_user, "drawn_at": clock.now()}
    )
    if percent is not None and not made:
        sheet.percent, sheet.drawn_by, sheet.drawn_at = percent, acting_user, clock.now()
        sheet.save(update_fields=["percent", "drawn_by", "drawn_at"])
    return sheet


def note_override(batch: ScanBatch, because: str, acting_user: User) -> None:
    """Keep why a batch is filed although its check asks for more; call it inside the transaction that files it."""
    sheet = begun_sheet(batch, None, acting_user)
    sheet.overridden_because, sheet.overridden_by, sheet.overridden_at = because.strip()[:300], acting_user, clock.now()
    sheet.save(update_fields=["overridden_because", "overridden_by", "overridden_at"])
    record("batch.check_overridden", by=acting_user, thing=batch, sealed=sheet.overridden_because)
