"""Keeps scans that found no dossier sealed until an archivist places or discards them (A6 A12 D1)."""

from django.db import IntegrityError, transaction

from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import require
from dms.holdings.models import Dossier, Section
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.models import StoredFile
from dms.vault.services import condemn, open_plain

from .. import policy
from ..files.refused import FileRefused
from ..files.words import refusal_of
from ..models import ReceivedFile, UnplacedFile, UnplacedState
from .answers import insist
from .daily import batch_of_the_day
from .receiving import kind_of, let_go, receive_stored

PURPOSE = "unplaced scan"


def keep_unplaced(
    *,
    token: str,
    name: str,
    folder: str,
    size: int,
    stored: StoredFile | None,
    refusal: FileRefused,
    fonds_id: int,
    acting_user: User,
) -> UnplacedFile:
    """Enter a scan that could not be placed, with why; the same token is the same scan, entered once.

    `stored`: its content, sealed already; None where it could not be read. Raise NotAllowed.
    """
    require(policy.may_decide_unplaced(facts_of(acting_user).archivist_of, fonds_id))
    try:
        with transaction.atomic():
            row = UnplacedFile.objects.create(
                fonds_id=fonds_id,
                token=token,
                name=name,
                folder=folder,
                size=size,
                stored=stored,
                reason=refusal.code,
                facts=refusal.facts,
                found_by=acting_user,
                found_at=clock.now(),
            )
            facts = {"code": refusal.code, "bytes": size}
            record("scan.unplaced", by=acting_user, thing=row, facts=facts, sealed=f"{folder}/{name}")
    except IntegrityError:
        if stored is not None:
            let_go(stored)
        return UnplacedFile.objects.get(token=token)
    return row


def place_unplaced(
    *, unplaced: UnplacedFile, dossier: Dossier, section: Section | None, acting_user: User
) -> ReceivedFile:
    """A6: receive the scan into today's batch of the dossier in the name of who decides; its content keeps its key.

    Raise NotAllowed, Refusal where it was decided already, or in a clerk's words where no page can be made of it.
    """
    require(policy.may_decide_unplaced(facts_of(acting_user).archivist_of, unplaced.fonds_id))
    insist(policy.may_place(unplaced.state, kept=unplaced.stored is not None))
    assert unplaced.stored is not None  # noqa: S101 (the policy said so)
    try:
        with open_plain(unplaced.stored) as plain:
            kind = kind_of(plain, unplaced.name)
    except FileRefused as refused:
        raise refusal_of(refused) from None
    batch = batch_of_the_day(dossier=dossier, section=section, acting_user=acting_user)
    with transaction.atomic():
        row = UnplacedFile.objects.select_for_update(of=("self",)).select_related("stored").get(pk=unplaced.pk)
        insist(policy.may_place(row.state, kept=row.stored is not None))
        stored, row.stored = row.stored, None
        assert stored is not None  # noqa: S101
        file = receive_stored(batch=batch, stored=stored, kind=kind, name=row.name, acting_user=acting_user)
        row.received_file = file
        _decided(row, UnplacedState.PLACED, acting_user)
        record("scan.placed", by=acting_user, thing=row, thing_label=dossier.number, sealed=row.name)
    return file


def discard_unplaced(*, unplaced: UnplacedFile, reason: str, acting_user: User) -> UnplacedFile:
    """A12: destroy a scan that belongs nowhere, with the reason; raise NotAllowed or Refusal."""
    require(policy.may_decide_unplaced(facts_of(acting_user).archivist_of, unplaced.fonds_id))
    with transaction.atomic():
        row = UnplacedFile.objects.select_for_update(of=("self",)).select_related("stored").get(pk=unplaced.pk)
        insist(policy.may_discard(row.state, reason))
        if row.stored is not None and not row.stored.is_gone:
            condemn([row.stored], reason="discarded: belongs to no dossier")
        row.stored, row.discarded_because = None, reason.strip()[:300]
        _decided(row, UnplacedState.DISCARDED, acting_user)
        record("scan.discarded", by=acting_user, thing=row, facts={"reason": row.discarded_because}, sealed=row.name)
    return row


def _decided(row: UnplacedFile, state: UnplacedState, acting_user: User) -> None:
    row.state, row.decided_by, row.decided_at = state, acting_user, clock.now()
    row.save()
