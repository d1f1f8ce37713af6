"""The key store: one key file and its mirrored replicas. Nothing here knows what a key opens.

A key is in the primary and in every replica before `put` returns. `destroy` lays the tombstone in the primary first:
from then on the key opens nothing in any process, because `get` asks the primary each time. A replica that cannot be
reached then is brought in line by `reconcile`, which never raises the dead.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from dms.core import clock

from .errors import KeyStoreUnreachable
from .key_file import Key, KeyFile, Tombstone

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Reconciliation:
    """What `reconcile` found and did; places are folders of key files."""

    keys_copied: dict[str, int] = field(default_factory=dict)
    keys_buried: dict[str, int] = field(default_factory=dict)
    different: dict[str, list[UUID]] = field(default_factory=dict)
    unreachable: list[str] = field(default_factory=list)

    @property
    def in_line(self) -> bool:
        """Return True where all replicas now say the same as the primary."""
        return not self.different and not self.unreachable


class KeyStore:
    """The primary key file and its replicas."""

    def __init__(self, primary: Path, replicas: Sequence[Path] = ()) -> None:
        self.primary = KeyFile(primary)
        self.replicas = [KeyFile(place) for place in replicas]
        self._prepared: tuple[int, int] | None = None

    def get(self, key_id: UUID) -> bytes | None:
        """Return the wrapped key as the primary has it now; None where missing; raise `Destroyed`."""
        self.prepare()
        return self.primary.get(key_id)

    def put(self, key_id: UUID, wrapped: bytes, kind: str) -> None:
        """Store a new key everywhere; raise `KeyStoreUnreachable` where one place cannot take it."""
        self.put_all({key_id: wrapped}, kind)

    def put_all(self, wrapped: Mapping[UUID, bytes], kind: str) -> None:
        """Store new keys everywhere, in one commit a place; raises as `put`, and then some places may have all."""
        self.prepare()
        at = clock.now().isoformat()
        keys = [Key(key_id, one, kind, at) for key_id, one in wrapped.items()]
        for place in (self.primary, *self.replicas):
            place.put(*keys)

    def destroy(self, ids: Iterable[UUID], why: str) -> list[str]:
        """Destroy keys everywhere, for good; return the replicas that could not be reached. Idempotent (E6)."""
        self.prepare()
        at = clock.now().isoformat()
        stones = [Tombstone(key_id, at, why) for key_id in ids]
        self.primary.bury(stones)
        return self._bury_in_replicas(stones)

    def _bury_in_replicas(self, stones: list[Tombstone]) -> list[str]:
        unreachable = []
        for replica in self.replicas:
            try:
                replica.bury(stones)
            except KeyStoreUnreachable as error:
                logger.warning("Destroyed keys are still in a replica until it is reconciled: %s", error.detail())
                unreachable.append(str(replica))
        return unreachable

    def prepare(self) -> None:
        """Make the primary where there is none, and let each newly configured replica become a copy of it.

        A replica once registered is never made anew: its absence is a fault (an unmounted disk), not an empty store.
        """
        if self._prepared and self._prepared == self._seen():
            return
        fresh = not self.primary.exists()
        self.primary.create()
        known = self.primary.replicas()
        for replica in self.replicas:
            if str(replica) not in known:
                replica.create()
                self._align(replica, Reconciliation())
                self.primary.register(str(replica))
        self._prepared = self._seen()
        if fresh:
            logger.info("A new key store was made in %s.", self.primary)

    def _seen(self) -> tuple[int, int] | None:
        return self.primary.identity() if self.primary.exists() else None

    def reconcile(self) -> Reconciliation:
        """Bring primary and replicas in line: tombstones first, then keys missing on either side, both ways.

        A key that differs between two places is named and left alone. A tombstone anywhere wins over a key anywhere.
        """
        self.prepare()
        report = Reconciliation()
        # Twice: a tombstone or key that only the last replica knows has to reach the first one too.
        for replica in self.replicas + self.replicas[:-1]:
            try:
                self._align(replica, report)
            except KeyStoreUnreachable as error:
                logger.warning("A replica of the key store cannot be reached: %s", error.detail())
                if str(replica) not in report.unreachable:
                    report.unreachable.append(str(replica))
        return report

    def _align(self, replica: KeyFile, report: Reconciliation) -> None:
        for source, target in ((replica, self.primary), (self.primary, replica)):
            buried = sum(target.bury(stones) for stones in source.tombstone_batches())
            if buried:
                report.keys_buried[str(target)] = report.keys_buried.get(str(target), 0) + buried
        for source, target in ((replica, self.primary), (self.primary, replica)):
            copied = sum(target.add_missing(keys) for keys in source.key_batches())
            if copied:
                report.keys_copied[str(target)] = report.keys_copied.get(str(target), 0) + copied
        different = [key.id for keys in replica.key_batches() for key in self._unlike(keys)]
        if different:
            report.different[str(replica)] = different

    def _unlike(self, keys: list[Key]) -> list[Key]:
        ours = self.primary.keys_of(key.id for key in keys)
        return [key for key in keys if key.id in ours and ours[key.id].wrapped != key.wrapped]


def key_store() -> KeyStore:
    """Return the key store of the settings in force."""
    return _key_store(Path(settings.VAULT_KEY_STORE), tuple(Path(place) for place in settings.VAULT_KEY_REPLICAS))


@lru_cache(maxsize=32)
def _key_store(primary: Path, replicas: tuple[Path, ...]) -> KeyStore:
    return KeyStore(primary, replicas)


def reconcile_replicas() -> Reconciliation:
    """Bring the replicas of the settings in line with the primary; see `KeyStore.reconcile`."""
    return key_store().reconcile()
