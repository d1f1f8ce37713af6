"""Rules of intake that need nothing but values: what may still be done to a batch and its files."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from dms.core.refusals import Allowed, Answer, Denied

ENOUGH_DPI = 200
MOST_UNFINISHED = 100
# Where the same bytes may fare better another time; a file that is no scan stays none.
WORTH_ANOTHER_TRY = frozenset({"crashed", "too_slow", "no_right", "dossier_not_readable"})


def may_receive(batch_state: str, item_state: str | None) -> Answer:
    """A6, A12: files come into an open batch, and never into an item that was filed or withdrawn."""
    if batch_state != "open":
        return Denied(_("This batch is filed."), _("Open a new batch for further papers."), code="batch_filed")
    if item_state not in {None, "intake"}:
        return Denied(
            _("This item is filed; nothing is added to it any more."),
            _("Upload the papers as items of their own."),
            code="item_filed",
        )
    return Allowed()


def may_begin_upload(unfinished: int) -> Answer:
    """What arrives in pieces takes room before it is a file: nobody leaves more of it lying about than fits a day."""
    if unfinished >= MOST_UNFINISHED:
        return Denied(
            _("You have begun %(count)s uploads that were not finished.") % {"count": unfinished},
            _("Finish or remove some of them; what lies idle is removed after a day."),
            code="too_many_unfinished",
        )
    return Allowed()


def may_decide_unplaced(archivist_of: Collection[int], fonds_id: int) -> Answer:
    """A6, D1: scans that found no dossier are the archivists' to place; nobody else learns of them."""
    if fonds_id in archivist_of:
        return Allowed()
    return Denied(
        _("There is nothing here that you may see."), _("Check the number, or ask the archive."), code="not_found"
    )


def may_place(state: str, *, kept: bool) -> Answer:
    """A6: a scan is placed or discarded once, and placed only where its content was kept."""
    if state != "waiting":
        return Denied(_("Somebody has decided about this scan already."), code="decided")
    if not kept:
        return Denied(
            _("The content of this file was never received."),
            _("Put it into the scanner's folder again."),
            code="not_kept",
        )
    return Allowed()


def may_discard(state: str, reason: str) -> Answer:
    """A12: what is thrown away is thrown away with a reason, once."""
    if state != "waiting":
        return Denied(_("Somebody has decided about this scan already."), code="decided")
    if not reason.strip():
        return Denied(_("The reason is missing."), _("Say why this scan is not kept."), code="no_reason")
    return Allowed()


def may_withdraw(batch_state: str, file_state: str) -> Answer:
    """A12: a wrong upload is withdrawn before its batch is filed; afterwards papers leave only through disposal."""
    if batch_state != "open":
        return Denied(
            _("This batch is filed."),
            _("Filed papers leave only through appraisal and destruction."),
            code="batch_filed",
        )
    if file_state == "withdrawn":
        return Denied(_("This file was withdrawn already."), code="withdrawn")
    return Allowed()


def may_answer_duplicate(batch_state: str, file_state: str) -> Answer:
    """A10: whether a file received before is wanted once more is asked once, while the batch is open."""
    if batch_state != "open" or file_state != "duplicate":
        return Denied(_("This question was answered already."), code="answered")
    return Allowed()


def may_try_again(batch_state: str, file_state: str, reason: str, *, kept: bool) -> Answer:
    """A file refused for no fault of its content may be split once more while its upload is kept."""
    if batch_state != "open" or file_state != "refused" or reason not in WORTH_ANOTHER_TRY:
        return Denied(_("There is nothing to try again."), code="not_refused")
    if not kept:
        return Denied(_("The upload was not kept."), _("Upload it once more."), code="not_kept")
    return Allowed()


def may_file(batch_state: str, files_by_state: Mapping[str, int]) -> Answer:
    """A6: a batch is filed when every file of it is taken in, refused or withdrawn, and at least one is taken in."""
    if batch_state != "open":
        return Denied(_("This batch is filed."), code="batch_filed")
    if waiting := files_by_state.get("received", 0):
        return Denied(
            _("Files still being split into pages: %(count)s.") % {"count": waiting},
            _("Wait until the bar is full."),
            code="unfinished",
        )
    if sending := files_by_state.get("uploading", 0):
        return Denied(
            _("Large files still being uploaded: %(count)s.") % {"count": sending},
            _("Wait until they have arrived, or remove them from this page."),
            code="uploading",
        )
    if asked := files_by_state.get("duplicate", 0):
        return Denied(
            _("Files received before, and nobody has said yet whether to keep them: %(count)s.") % {"count": asked},
            _("Answer at each of them."),
            code="unanswered",
        )
    if not files_by_state.get("split", 0):
        return Denied(_("There is nothing to file: no file was taken in."), code="empty")
    return Allowed()


def is_low_resolution(dpi: int | None) -> bool:
    """B1: under 200 dpi small print is lost, to the eye and to recognition."""
    return dpi is not None and dpi < ENOUGH_DPI
