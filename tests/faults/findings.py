"""What an inspector finds in a house: everything that must be the same whether or not somebody was killed in between."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from dms.core import clock
from dms.core.models import Worker
from dms.holdings.models import Capture, Item, Page, Reading
from dms.intake.models import PageSource, ReceivedFile, ScanBatch
from dms.journal.models import JournalEntry
from dms.journal.verifying import verify
from dms.vault import placement
from dms.vault.backup_layout import Folder, check_facts, hash_of, read_json, read_list
from dms.vault.errors import Destroyed
from dms.vault.fixity import check_fixity
from dms.vault.keystore import key_store
from dms.vault.models import StoredFile
from ocr.selectors import page_text
from search.engines.current import engine
from search.indexing import count_stale
from search.services import run_search

from .deeds import CORRECTED, WORDS, archivist

# Searching and a second look at a text are journalled as often as they are done; everything else happens once.
_REPEATED = ("search.run",)


def inspect() -> dict[str, Any]:
    """Return the state of the house, without ids, times and the numbers of attempts."""
    searched = {words: _times_found(words) for words in (*WORDS, CORRECTED)}
    return {
        "files": _rows(ReceivedFile.objects.order_by("position"), "name", "state", "pages_found", "reason", "to_undo"),
        "items": sorted(_rows(Item.objects.all(), "title", "state")),
        "batches": _rows(ScanBatch.objects.all(), "state"),
        "pages": [_page(page) for page in Page.objects.order_by("item__title", "position")],
        "captures": Capture.objects.count(),
        "readings": [Reading.objects.count(), Reading.objects.filter(is_current=True).count()],
        "sources": PageSource.objects.count(),
        "leases": _leases(),
        "workers": Worker.objects.count(),
        "journal": dict(sorted(Counter(_actions()).items())),
        "journal is whole": verify().whole,
        "found": searched,
        "index": {"behind": count_stale(), "generations": len(engine().files.all())},
        **_vault(),
        "backups": _backups(),
    }


def _rows(rows: Any, *names: str) -> list[Any]:
    return [list(row) for row in rows.values_list(*names)]


def _page(page: Page) -> list[Any]:
    try:
        text = page_text(page).text
    except Destroyed:
        text = "destroyed"
    current = page.captures.filter(is_current=True)
    readings = Reading.objects.filter(capture__in=current, is_current=True).count()
    counted = [current.count(), readings]
    return [page.item.title, page.position, page.state, page.text_version, page.failure, *counted, text]


def _leases() -> int:
    held = Q(leased_until__isnull=False) | ~Q(leased_by="")
    return Page.objects.filter(held).count() + ReceivedFile.objects.filter(held).count()


def _actions() -> list[str]:
    return [name for name in JournalEntry.objects.values_list("action", flat=True) if name not in _REPEATED]


def _times_found(words: str) -> int:
    return int(run_search(acting_user=archivist(), words=words).total)


def _vault() -> dict[str, Any]:
    report = check_fixity("all", deep=True)
    alive = set(StoredFile.objects.alive().values_list("pk", flat=True))
    lying = {file_id for folder in placement.sub_folders() for file_id, _name in placement.files_in(folder)}
    store = key_store()
    keys = {key.id for batch in store.primary.key_batches() for key in batch if key.kind == "file"}
    return {
        "fixity": [str(fault) for fault in report.faults],
        "stored": dict(sorted(Counter(StoredFile.objects.alive().values_list("purpose", flat=True)).items())),
        "condemned": StoredFile.objects.condemned().count(),
        "files without rows": len(lying - alive),
        "rows without files": len(alive - lying),
        "keys without rows": len(keys - alive),
        "rows without keys": len(alive - keys),
        "replica": store.replicas[0].counts() == store.primary.counts(),
        "drafts": sum(len(placement.drafts_in(folder)) for folder in placement.sub_folders()),
    }


def _backups() -> list[str]:
    """Every set is whole: what its manifest and list name is there, and is what they say."""
    folder = Folder(settings.DATA_DIR / "backups")
    faults = [f"unfinished: {path.name}" for path in folder.unfinished_sets()]
    for name in folder.sets():
        place = folder.set(name)
        manifest = read_json(place / "manifest.json")
        for part in ("database", "files", "settings"):
            check_facts(place, manifest[part])
        for listed in read_list(place / "files.jsonl"):
            if not folder.cipher(listed.id).is_file() or hash_of(folder.cipher(listed.id)) != listed.sha256:
                faults.append(f"{name}: {listed.id}")
    return faults


def inspect_later() -> dict[str, Any]:
    """As `inspect`, when no lease of the dead stands any more."""
    with clock.at(clock.now() + timedelta(days=3)):
        return inspect()
