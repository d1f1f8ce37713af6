"""Closes volumes, confirms the closing, opens them again (A10 A11 A12). From closing on code and content are frozen."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.core.numbering import check_pattern, next_value, render, scope_of
from dms.holdings.models import Dossier, Item
from dms.holdings.services.items_bulk import freeze_items, release_items
from dms.journal.services import record
from dms.organisation.models import User

from ..models import Binding, Volume, VolumeState
from ..policy.closing import CheckLine
from ..policy.reference_codes import item_codes
from ..selectors.closing import check_list_of
from ..selectors.codes import numbering_values
from ..selectors.volumes import decide_volume
from ..words import check_words, failing_words
from .arranging import arrange_locked
from .rights import dossier_to_decide_on, reasoned


class NotReadyToClose(Refusal):
    """Lines of the check list that did not pass; `carried` names them and how many items each concerns."""

    code = "not_ready"

    def __init__(self, failing: list[CheckLine]) -> None:
        super().__init__(
            _("The volume cannot be closed yet: %(what)s.") % {"what": failing_words(failing)},
            _("Put right what is named, then close it."),
        )
        lines = [
            {"check": str(line.check), "words": str(check_words(line.check)), "items": len(line.items)}
            for line in failing
        ]
        self.carried = {"checks": lines}


def close_volume(*, volume: Volume, confirmed: Collection[str] = (), remarks: str = "", acting_user: User) -> Volume:
    """A11: close a volume whose check list passed; `confirmed`: the lines confirmed by hand; `remarks`: note sheet.

    Freezes reference codes and items (A12), or leaves that to a second person where the kind asks for one. Raise
    NotAllowed, NotReadyToClose, or Refusal where it is not open any more.
    """
    with transaction.atomic():
        dossier = dossier_to_decide_on(volume.dossier_id, acting_user)
        _arrange_and_hold(volume, dossier, acting_user)
        locked = _locked(volume, acting_user, VolumeState.OPEN)
        failing = [line for line in check_list_of(locked, confirmed) if not line.passed]
        if failing:
            raise NotReadyToClose(failing)
        locked.closed_by, locked.closed_at = acting_user, clock.now()
        locked.confirmed_checks = sorted(confirmed)
        locked.remarks = remarks.strip() or locked.remarks
        if dossier.kind.closing_confirmed:
            locked.state = VolumeState.TO_CONFIRM
            locked.save()
            # Read-only from now on; the codes come with the confirmation.
            _freeze(locked, dict.fromkeys(_items_of(locked), ""), acting_user)
            record("volume.to_confirm", by=acting_user, thing=locked)
        else:
            _settle(locked, dossier, acting_user)
    return locked


def _arrange_and_hold(volume: Volume, dossier: Dossier, acting_user: User) -> None:
    """Arrange, and lock the items of the volume: none of them changes between the check list and the freezing."""
    for _try in range(3):
        arrange_locked(dossier, acting_user)
        _hold_items(volume)
        # Whoever was changing one of them was waited for; what they changed counts.
        if not arrange_locked(dossier, acting_user).changed:
            return
    raise Refusal(_("The papers of this volume are being changed."), _("Try again in a moment."), code="in_work")


def _hold_items(volume: Volume) -> None:
    rows = Item.objects.select_for_update(of=("self",)).filter(binding__volume=volume.pk)
    list(rows.order_by("pk").values_list("pk"))


def confirm_closing(*, volume: Volume, acting_user: User) -> Volume:
    """A11: close for good what another archivist closed; the checker signs. Raise NotAllowed or Refusal."""
    with transaction.atomic():
        dossier = dossier_to_decide_on(volume.dossier_id, acting_user)
        locked = _locked(volume, acting_user, VolumeState.TO_CONFIRM)
        if locked.closed_by_id == acting_user.pk:
            raise Refusal(_("Nobody confirms what they closed themselves."), _("Ask another archivist."))
        locked.checked_by, locked.checked_at = acting_user, clock.now()
        _settle(locked, dossier, acting_user)
    return locked


def reopen_volume(*, volume: Volume, reason: str, acting_user: User) -> Volume:
    """A12: open a closed volume again by a recorded decision; its number stays, its items may be changed again.

    What came later and belongs to its papers is arranged with them at once. Raise NotAllowed, Refusal.
    """
    why = reasoned(reason)
    with transaction.atomic():
        dossier = dossier_to_decide_on(volume.dossier_id, acting_user)
        locked = _locked(volume, acting_user, VolumeState.CLOSED, VolumeState.TO_CONFIRM)
        # The state alone first: the database refuses any other change while it is closed.
        Volume.objects.filter(pk=locked.pk).update(state=VolumeState.OPEN)
        locked.state = VolumeState.OPEN
        locked.closed_by = locked.closed_at = locked.checked_by = locked.checked_at = None
        locked.confirmed_checks = []
        locked.save()
        items = list(
            Binding.objects.filter(volume=locked, item__frozen_at__isnull=False).values_list("item", flat=True)
        )
        release_items(items=items, reason=why, acting_user=acting_user)
        record("volume.reopened", by=acting_user, thing=locked, facts={"reason": why})
        arrange_locked(dossier, acting_user)
        locked.refresh_from_db()
    return locked


def _locked(volume: Volume, acting_user: User, *states: VolumeState) -> Volume:
    rows = Volume.objects.select_for_update(of=("self",)).select_related("dossier__classification", "retention")
    found = rows.filter(pk=volume.pk).first()
    if found is None:
        raise Refusal(
            _("The volume was arranged anew in the meantime."), _("Look at the dossier's volumes again."), code="gone"
        )
    require(decide_volume(acting_user, Act.WORK, found))
    if found.state not in states:
        raise Refusal(
            _("The volume is in another state by now: %(state)s.") % {"state": found.get_state_display()},
            _("Look at it again."),
            code="wrong_state",
        )
    return found


def _settle(volume: Volume, dossier: Dossier, acting_user: User) -> None:
    """Give the volume its code for good, then its items theirs, and close it."""
    if volume.number is None:
        volume.number, volume.reference_code = _next_code(volume, dossier)
    bound = list(Binding.objects.filter(volume=volume).order_by("order").values_list("item", "number"))
    codes = item_codes(volume.reference_code, (number for _item, number in bound))
    # What waited for the second person is frozen already, and a frozen item takes no code.
    Item.objects.filter(binding__volume=volume.pk, frozen_at__isnull=False).update(frozen_at=None)
    _freeze(volume, {item: code for (item, _number), code in zip(bound, codes, strict=True)}, acting_user)
    volume.state = VolumeState.CLOSED
    volume.save()
    record("volume.closed", by=acting_user, thing=volume)


def _items_of(volume: Volume) -> list[int]:
    return list(Binding.objects.filter(volume=volume).values_list("item", flat=True))


def _freeze(volume: Volume, codes: dict[int, str], acting_user: User) -> None:
    freeze_items(codes=codes, reason=volume.reference_code, acting_user=acting_user)


def _next_code(volume: Volume, dossier: Dossier) -> tuple[int, str]:
    """Take the next volume number of the kind's rule that no volume has: a changed rule may meet old codes."""
    pattern = dossier.kind.volume_pattern
    check_pattern(pattern)
    values = numbering_values(dossier, volume.filing_year)
    scope = f"volume:{dossier.fonds_id}:{scope_of(pattern, values)}"
    while True:
        number = next_value(scope)
        code = render(pattern, values, number)
        if not Volume.objects.filter(fonds_id=dossier.fonds_id, reference_code=code).exists():
            return number, code
