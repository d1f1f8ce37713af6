"""The sentences the batch page's script says; %(…)s are filled in there."""

from django.utils.translation import gettext as _


def script_words() -> dict[str, str]:
    """Return every sentence of the script in the reader's language."""
    return {
        "uploading": _("uploading"),
        "queued": _("waiting to be uploaded"),
        "arrived": _("arrived"),
        "broken": _("not arrived"),
        "connectionLost": _("The connection is lost; the upload is tried again by itself."),
        "gaveUp": _("The file did not arrive. Check the connection and try again."),
        "tooLarge": _("The file is larger than %(limit)s MB. Divide it into smaller files and upload those."),
        "empty": _("The file is empty."),
        "checking": _("comparing with what has arrived"),
        "chooseAgain": _(
            "%(arrived)s of %(size)s have arrived. Choose the same file again, and it goes on from there."
        ),
        "choose": _("Choose it again"),
        "unreadable": _("The file cannot be read any more; it was moved or changed. Choose it again."),
        "leave": _("Files are still being uploaded."),
        "left": _("Not arrived when this page was left: %(names)s. Choose these files again."),
        "retry": _("Try again"),
        "remove": _("Do not upload"),
        "keep": _("Take it in again"),
        "drop": _("Leave it out"),
        "again": _("Try again"),
        "withdraw": _("Withdraw"),
        "sureWithdraw": _("Withdraw “%(name)s”? Its pages and images are destroyed for good."),
        "onePage": _("one page"),
        "pages": _("%(count)s pages"),
        "pagesOf": _("%(count)s of %(total)s pages"),
        "readOf": _("%(count)s of %(total)s read"),
        "page": _("Page %(number)s"),
        "morePages": _("and %(count)s more"),
        "seeItem": _("Open the item"),
        "seeOther": _("See it"),
        "nothingYet": _("No file yet. Drop files or a folder anywhere on this page."),
        "nothingHere": _("No file of this sort."),
        "summaryUploading": _("%(sent)s of %(total)s files uploaded"),
        "summaryPages": _("%(read)s of %(total)s pages read"),
        "summaryDone": _("All pages read: %(total)s"),
        "summaryEmpty": _("Nothing to read yet"),
        "summaryFailed": _("could not be read: %(count)s"),
        "rate": _("%(rate)s pages/min"),
        "lessThanAMinute": _("less than a minute left"),
        "aboutMinutes": _("about %(count)s min left"),
        "aboutHours": _("about %(count)s h left"),
        "offline": _("The server cannot be reached just now; this page goes on by itself."),
    }
