"""What steps, counts, jobs and figures of the running house are called by people; programs keep the stable names."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

STEPS: Words = {
    "intake.unpack": _("Unpacking ZIP files"),
    "intake.split": _("Splitting files into pages"),
    "ocr.recognise": _("Reading pages"),
    "search.index": _("Making texts findable"),
    "scheduling": _("Acting by the clock"),
    "standing by": _("Standing by"),
}
COUNTS: Words = {
    "received": _("received"),
    "waiting": _("waiting"),
    "in work": _("in work"),
}
JOBS: Words = {
    "api.forget kept answers": _("Forgetting old answers to programs"),
    "backup": _("Backup of the month"),
    "backup by schedule": _("Backup by schedule"),
    "fixity": _("Check of a sample of stored files"),
    "fixity in depth": _("Check of stored files in depth"),
    "holdings.drop abandoned lists": _("Removal of abandoned lists"),
    "intake.sweep": _("Sweep of abandoned uploads"),
    "journal.anchor": _("Anchoring of the journal"),
    "journal.seal": _("Sealing of the journal"),
    "journal.seal latecomers": _("Sealing of late journal entries"),
    "leases.of the dead": _("Return of what dead workers held"),
    "timers": _("Timers of procedures"),
    "vault.finish destructions": _("Ending of begun destructions"),
    "vault.reconcile replicas": _("Comparison of the key store's replicas"),
    "vault.sweep orphans": _("Sweep of stored files that belong to nothing"),
}
GAUGES: Words = {
    "days since the scheduled backup": _("Days since the scheduled backup"),
    "intake.unplaced": _("Unplaced scans"),
    "journal.unsealed for a minute": _("Journal entries unsealed for a minute"),
    "pages not yet indexed": _("Pages not yet findable"),
    "pages that could not be read": _("Pages that could not be read"),
}


def said(name: str, words: Words) -> str:
    """Return what `name` is called; a name that nobody called anything stands for itself."""
    return str(words.get(name, name))
