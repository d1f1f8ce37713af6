"""Says the journal's lines in words for the list of readers. No look-ups here."""

from django import template
from django.utils.translation import gettext as _

from dms.journal.models import JournalEntry

register = template.Library()


@register.filter
def look_words(look: JournalEntry) -> str:
    """Return what was done, in words, with the number of the page where it was one page."""
    said = {
        "page.read": _("saw the image"),
        "page.text_read": _("read the text"),
        "item.downloaded": _("saved the item as PDF"),
        "item.printed": _("printed the item"),
    }.get(look.action, look.action)
    if look.thing_type != "holdings.page":
        return said
    number = look.thing_label.rpartition("/")[2]
    return _("page %(number)s: %(what)s") % {"what": said, "number": number}
