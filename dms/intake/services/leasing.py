"""Writing under a lease: only while it stands, and never beside it."""

from datetime import timedelta
from typing import Any

from dms.core import clock
from dms.core.leases import held

from ..models import ReceivedFile

# Longer than the bench may take for one page, retries and sealing included.
LEASE_SECONDS = 420


class LeaseLost(Exception):
    """Another worker, or a withdrawal, has taken the file over: nothing of this attempt may be written."""


def renewed(file: ReceivedFile, **changes: Any) -> None:
    """Write `changes` and prolong the lease in one statement, inside the caller's transaction; raise LeaseLost."""
    now = clock.now()
    values = {"leased_until": now + timedelta(seconds=LEASE_SECONDS), "changed_at": now, **changes}
    if held(file).update(**values) != 1:
        raise LeaseLost
