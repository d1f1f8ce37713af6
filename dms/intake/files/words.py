"""What a clerk reads when a file is not taken in: what it is, and what to do. One table; the codes are for programs."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal

from .refused import FileRefused

Sentence = tuple[str | Promise, str | Promise]

REFUSALS: dict[str, Sentence] = {
    "empty": (_("The file is empty."), _("Scan the paper again, or copy the file again from where it came.")),
    "office": (
        _("This is an office document (Word, Excel, PowerPoint), not a scan."),
        _("Save it as PDF and upload the PDF."),
    ),
    "archive": (
        _("This is a packed archive of a kind that is not unpacked here (such as RAR or 7z)."),
        _("Unpack it and upload the files that are inside, or pack them as ZIP."),
    ),
    "zip_inside": (
        _("This is a ZIP inside a ZIP."),
        _("Unpack it and upload the files that are inside."),
    ),
    "encrypted_inside": (
        _("This file is protected with a password inside the ZIP."),
        _("Pack it without the password and upload that."),
    ),
    "packed_strangely": (
        _("This file is packed in a way that is not understood here."),
        _("Pack it as a plain ZIP, or upload the file itself."),
    ),
    "link_inside": (
        _("This is only a link to a file that lies elsewhere."),
        _("Upload the file itself."),
    ),
    "outside": (
        _("The name of this file leads out of the ZIP; honest programs do not pack so."),
        _("Tell your administrator where the ZIP came from."),
    ),
    "bomb": (
        _("This ZIP would unpack to far more than it holds; it looks made to fill a disk."),
        _("Do not open it. Tell your administrator where the file came from."),
    ),
    "too_much_inside": (
        _("Unpacked, this ZIP is larger than %(limit)s MB."),
        _("Divide it into several ZIP files and upload those."),
    ),
    "too_many_entries": (
        _("There are more than %(limit)s files in this ZIP."),
        _("Divide it into several ZIP files and upload those."),
    ),
    "divided": (
        _("This is one part of a ZIP that was divided into several."),
        _("Pack the files into one ZIP, or upload them as they are."),
    ),
    "nothing_inside": (_("There is no file in this ZIP."), _("Pack it again, or upload the files as they are.")),
    "item_filed": (
        _("The item was filed before this file was taken out of its ZIP."),
        _("Upload the papers as items of their own."),
    ),
    "no_number": (
        _("The file lay in no folder named after a dossier."),
        _("Choose its dossier here, and let the scanner write into a folder named after the dossier's number."),
    ),
    "no_dossier": (
        _("There is no dossier of this number into which the scanner may put papers."),
        _("Choose its dossier here, and correct the name of the folder."),
    ),
    "unreadable": (
        _("The file in the scanner's folder cannot be read."),
        _("Give the program the right to read it; it is taken in then by itself."),
    ),
    "web_page": (_("This is a web page, not a scan."), _("Print it into a PDF and upload the PDF.")),
    "drawing": (_("This is a drawing (SVG), not a scan."), _("Save it as PDF and upload the PDF.")),
    "gif": (_("This is a GIF picture."), _("Save it as PNG or JPEG and upload that.")),
    "phone_photo": (
        _("This is a photograph in a telephone's own format (HEIC or AVIF)."),
        _("Set the telephone to the most compatible format, or save the photograph as JPEG, and upload that."),
    ),
    "text": (_("This is a plain text file, not a scan."), _("Print it into a PDF and upload the PDF.")),
    "program": (
        _("This is a program, not a scan."),
        _("Do not open it. Tell your administrator where the file came from."),
    ),
    "film": (_("This is a film or a sound recording, not a scan."), _("Keep it elsewhere; papers are taken in here.")),
    "moving": (_("This is a moving picture, not a scan."), _("Save the one picture you need as PNG or JPEG.")),
    "unknown": (
        _("This is not a kind of file that can be taken in."),
        _("Upload PDF, TIFF, JPEG, PNG, WebP or BMP files, or a ZIP of them."),
    ),
    "double": (
        _("This file is two kinds of file at once, or has foreign data before its beginning or after its end."),
        _("Scan the paper again. If the file came from somebody else, tell your administrator."),
    ),
    "truncated": (
        _("The file breaks off before its end."),
        _("Copy it again from where it came, or scan the paper again."),
    ),
    "truncated_page": (
        _("The file breaks off or is damaged at page %(page)s of %(pages)s."),
        _("Copy it again from where it came, or scan the paper again."),
    ),
    "damaged": (
        _("The file is damaged and cannot be read."),
        _("Copy it again from where it came, or scan the paper again."),
    ),
    "encrypted": (
        _("The PDF is protected with a password."),
        _("Open it, save it without the password, and upload that."),
    ),
    "too_many_pixels": (
        _("A page of this file claims %(width)s × %(height)s pixels, more than the limit of %(limit)s million."),
        _("Scan it at a lower resolution: 300 dpi are enough for any paper."),
    ),
    "too_many_pages": (
        _("The file has more than %(limit)s pages."),
        _("Divide it into smaller files and upload those."),
    ),
    "too_large": (
        _("The file is larger than %(limit)s MB."),
        _("Divide it into smaller files and upload those."),
    ),
    "too_small": (_("The picture is too small to be a page."), _("Scan the paper again at 300 dpi.")),
    "no_pages": (_("The file has no pages."), _("Copy it again from where it came, or scan the paper again.")),
    "too_slow": (
        _("Opening this file takes longer than allowed."),
        _("Print it into a new PDF, or scan the paper again, and upload that."),
    ),
    "crashed": (
        _("The program that opens files fails at this one."),
        _("Print it into a new PDF, or scan the paper again, and upload that."),
    ),
    "no_right": (
        _("Whoever uploaded the file may not work on this dossier any more."),
        _("Somebody who may can have it tried again."),
    ),
    "not_readable_again": (
        _("The stored upload cannot be read back."),
        _("Upload it once more, and tell an administrator."),
    ),
    "dossier_not_readable": (
        _("The key of this dossier cannot be read, so nothing can be entered in it. The file itself is sound."),
        _("Tell an administrator. When the key is back, have the file tried again."),
    ),
    "broken_upload": (
        _("The upload broke off: the file did not arrive whole."),
        _("Upload it once more."),
    ),
}


def words_for(code: str, facts: Mapping[str, object]) -> tuple[str, str]:
    """Return (what it is, what to do) in the reader's language; an unknown code is told as damaged."""
    message, remedy = REFUSALS.get(code, REFUSALS["damaged"])
    try:
        return str(message) % dict(facts), str(remedy) % dict(facts)
    except (KeyError, TypeError, ValueError):
        return str(REFUSALS["damaged"][0]), str(REFUSALS["damaged"][1])


def refusal_of(refused: FileRefused) -> Refusal:
    """Return the bench's refusal as the one that services raise, in the same words (422)."""
    refusal = Refusal(*words_for(refused.code, refused.facts), code=refused.code)
    refusal.status = 422
    return refusal
