"""What the batch page's script is told: plain values and finished sentences, never a row of the database."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import policy
from ..models import PACKED, FileState, ReceivedFile, ScanBatch, UnfinishedUpload
from ..selectors import MOST_SHOWN, FileProgress, Progress

TONES = {
    FileState.RECEIVED: "waiting",
    FileState.DUPLICATE: "apart",
    FileState.SPLIT: "good",
    FileState.REFUSED: "failed",
    FileState.WITHDRAWN: "destroyed",
    FileState.UNPACKED: "good",
}


def batch_row(batch: ScanBatch, progress: Progress) -> dict[str, Any]:
    """Return the whole batch's counts and whether it can be filed."""
    answer = policy.may_file(batch.state, progress.files)
    return {
        "open": batch.is_open,
        "files": {str(state): count for state, count in progress.files.items()},
        "total": progress.total,
        "made": progress.made,
        "read": progress.read,
        "failed": progress.failed,
        "rate": round(progress.rate, 1),
        "secondsLeft": progress.seconds_left,
        "settled": progress.settled,
        "mayFile": bool(answer),
        "whyNot": "" if answer else f"{answer.reason} {answer.remedy}".strip(),
    }


def file_row(row: FileProgress) -> dict[str, Any]:
    """Return one file: what it is, how far, what is wrong, what may be done."""
    file = row.file
    what, todo = file.problem
    return {
        "id": file.public_id,
        "token": file.token,
        "position": file.position,
        "name": file.name,
        "size": filesizeformat(file.size),
        "state": str(file.state),
        "stateLabel": _state_label(row),
        "tone": _tone(row),
        "moving": file.state == FileState.RECEIVED or row.read + row.failed < row.made,
        "found": file.pages_found or 0,
        "made": row.made,
        "read": row.read,
        "failed": row.failed,
        "problem": what,
        "remedy": todo,
        "warnings": _warnings(row),
        "same": _same(row),
        "inside": _inside(file),
        "acts": _acts(row),
        "pages": [_page(page) for page in row.pages],
        "morePages": max(0, row.made - MOST_SHOWN),
        "url": address("holdings:item", file.item.public_id) if file.item and row.made else "",
    }


def upload_row(upload: UnfinishedUpload, arrived: int) -> dict[str, Any]:
    """Return a large file that its sender has begun to send: what it is, and the bytes that have arrived."""
    size = filesizeformat(upload.size)
    return {"id": upload.public_id, "name": upload.name, "size": size, "bytes": upload.size, "arrived": arrived}


def address(name: str, *args: str) -> str:
    """Return the address of another room's screen, "" where that room is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _state_label(row: FileProgress) -> str:
    if row.file.state == FileState.SPLIT and row.read + row.failed < row.made:
        return _("being read")
    if row.file.state == FileState.RECEIVED and row.file.pages_found is None:
        return _("waiting to be unpacked") if row.file.kind == PACKED else _("waiting to be split")
    return str(row.file.get_state_display())


def _tone(row: FileProgress) -> str:
    unread = row.read + row.failed < row.made
    return "waiting" if row.file.state == FileState.SPLIT and unread else TONES[FileState(row.file.state)]


def _warnings(row: FileProgress) -> list[str]:
    told: list[str] = []
    if row.file.state in {FileState.REFUSED, FileState.WITHDRAWN}:
        return told
    if row.file.misnamed:
        told.append(_("Its ending does not fit: this is a %(kind)s file.") % {"kind": row.file.kind.upper()})
    if row.file.low_dpi:
        told.append(_("Under 200 dpi: small print may be lost. Scan it again at 300 dpi if you can."))
    if row.failed:
        told.append(_("Pages that could not be read: %(count)s. Their images are kept.") % {"count": row.failed})
    return told


def _inside(file: ReceivedFile) -> str:
    """Say what a ZIP held."""
    if file.state != FileState.UNPACKED:
        return ""
    count, skipped = int(file.facts.get("entries", 0)), int(file.facts.get("skipped", 0))
    told = ngettext("%(count)s file inside", "%(count)s files inside", count) % {"count": count}
    if skipped:
        told += " · " + _("passed over: %(count)s") % {"count": skipped}
    return told


def _same(row: FileProgress) -> dict[str, str] | None:
    other = row.file.same_as
    if row.file.state != FileState.DUPLICATE or other is None:
        return None
    facts = {"name": other.name, "dossier": other.batch.dossier.number, "day": other.received_at.strftime("%Y-%m-%d")}
    return {
        "text": _("The same file was received on %(day)s as “%(name)s” in dossier %(dossier)s.") % facts,
        "url": address("intake:batch", other.batch.public_id) if other.batch_id != row.file.batch_id else "",
    }


def _acts(row: FileProgress) -> list[str]:
    file, batch = row.file, row.file.batch
    acts = []
    if policy.may_answer_duplicate(batch.state, file.state):
        return ["keep", "drop"]
    if policy.may_try_again(batch.state, file.state, file.reason, kept=file.stored_id is not None):
        acts.append("again")
    if policy.may_withdraw(batch.state, file.state):
        acts.append("withdraw")
    return acts


def _page(page: Any) -> dict[str, Any]:
    return {
        "n": page.source.index_in_file + 1,
        "url": address("reading:page", page.public_id),
        "thumb": address("reading:page_thumbnail", page.public_id),
        "state": page.state,
    }
