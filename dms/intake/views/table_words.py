"""The sentences the light table's script says; %(…)s are filled in there."""

from django.utils.translation import gettext as _


def table_words() -> dict[str, str]:
    """Return every sentence of the script in the reader's language."""
    return {
        "page": _("Page %(number)s"),
        "pagesOf": _("%(count)s pages"),
        "onePage": _("one page"),
        "chosen": _("%(count)s chosen"),
        "noneChosen": _("No page chosen"),
        "nothing": _("No pages lie here yet. They appear as the files are split."),
        "undoNothing": _("Nothing to undo"),
        "undo": _("Undo: %(what)s"),
        "undone": _("Undone: %(what)s"),
        "merge": _("Merge with the item before"),
        "blank": _("blank"),
        "waiting": _("waiting to be read"),
        "failed": _("could not be read"),
        "rescan": _("to be rescanned"),
        "good": _("scan checked: good"),
        "filed": _("filed"),
        "offline": _("The server cannot be reached just now. Nothing was changed; try again."),
        "changed": _("The table shows how the pages lie now."),
        "sureRemove": _("Remove %(count)s pages? They can be brought back until the batch is filed."),
        "end": _("at its end"),
        "onTable": _("On this table"),
        "elsewhere": _("Other items of the dossier"),
        "oneOnly": _("Choose one page for this."),
        "needsReason": _("Say what is wrong with the scan."),
        "uploading": _("The new scan is being taken in…"),
        "rescanned": _("The page has its new image and is being read again."),
        "enlarged": _("Page %(number)s of %(total)s · %(item)s"),
        "loadFailed": _("The page could not be loaded. Check the connection and try again."),
        "working": _("One moment…"),
        "done": _("Done."),
    }
