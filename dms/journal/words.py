"""The journal's codes in the reader's words. Rooms may add theirs (`announce`); what has no words shows its code."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

_actions: dict[str, str | Promise] = {
    "batch.filed": _("Scan batch filed"),
    "batch.opened": _("Scan batch opened"),
    "configuration.changed": _("Settings changed"),
    "configuration.created": _("Settings added"),
    "configuration.deleted": _("Settings deleted"),
    "customer_list.imported": _("Customer list imported"),
    "department.changed": _("Department changed"),
    "department.created": _("Department created"),
    "dossier.changed": _("Dossier changed"),
    "dossier.created": _("Dossier created"),
    "dossier.label_printed": _("Label printed"),
    "dossier.moved": _("Dossier moved"),
    "dossier.read": _("Dossier read"),
    "dossier.text_exported": _("Text of a dossier exported"),
    "dossiers.exported": _("Dossier list exported"),
    "field.changed": _("Own field changed"),
    "field.created": _("Own field created"),
    "field.deleted": _("Own field deleted"),
    "file.destroyed": _("File destroyed"),
    "file.kept_twice": _("Same file kept again"),
    "file.received": _("File received"),
    "file.received.refused": _("File refused"),
    "file.split.refused": _("File could not be split"),
    "file.tried_again": _("File tried again"),
    "file.withdrawn": _("File withdrawn"),
    "fonds.created": _("Fonds created"),
    "item.changed": _("Item changed"),
    "item.created": _("Item created"),
    "item.divided": _("Item divided"),
    "item.downloaded": _("Item downloaded"),
    "item.filed": _("Item filed"),
    "item.moved": _("Item moved"),
    "item.printed": _("Item printed"),
    "item.read": _("Item read"),
    "item.withdrawn": _("Item withdrawn"),
    "journal.exported": _("Journal exported"),
    "journal.opened": _("Sealed particulars opened"),
    "journal.read": _("Journal read"),
    "kind.changed": _("Dossier kind changed"),
    "kind.created": _("Dossier kind created"),
    "kind.deleted": _("Dossier kind deleted"),
    "look.refused": _("Look refused"),
    "page.blank": _("Page is blank"),
    "page.read": _("Page read"),
    "page.read_again": _("Page to be recognised again"),
    "page.recognised": _("Page recognised"),
    "page.recognition_failed": _("Page could not be recognised"),
    "page.rescanned": _("Page scanned again"),
    "page.text_checked": _("Text of a page checked"),
    "page.text_corrected": _("Text of a page corrected"),
    "page.text_read": _("Text of a page read"),
    "page.turned": _("Page turned"),
    "person.closed": _("Account closed"),
    "person.created": _("Account created"),
    "person.password_changed": _("Own password changed"),
    "person.password_set": _("Password set"),
    "person.sign_in_failed": _("Sign-in failed"),
    "person.signed_in": _("Signed in"),
    "person.signed_out": _("Signed out"),
    "personal.shown": _("Personal field shown"),
    "post.ended": _("Post ended"),
    "post.given": _("Post given"),
    "search.exported": _("Search results exported"),
    "search.run": _("Search"),
    "section.changed": _("Section changed"),
    "section.created": _("Section created"),
    "section.deleted": _("Section deleted"),
    "series.changed": _("Series changed"),
    "series.created": _("Series created"),
    "series.deleted": _("Series deleted"),
}
_posts: dict[str, str | Promise] = {
    "administrator": _("Administrator"),
    "archivist": _("Archivist"),
    "auditor": _("Auditor"),
    "chairman": _("Chairman"),
    "department_head": _("Department head"),
    "director": _("Director"),
    "general_manager": _("General manager"),
    "staff": _("Staff member"),
    "storekeeper": _("Storekeeper"),
    "vice_general_manager": _("Vice general manager"),
}
_facts: dict[str, str | Promise] = {
    "attempt": _("attempt"),
    "capture": _("capture"),
    "changed": _("changed"),
    "code": _("reason code"),
    "count": _("count"),
    "dossier": _("dossier"),
    "field": _("field"),
    "fields": _("fields"),
    "files": _("files"),
    "filters": _("filters"),
    "first": _("first"),
    "format": _("format"),
    "hits": _("hits"),
    "into": _("into"),
    "last": _("last"),
    "last_day": _("last day"),
    "page": _("page"),
    "pages": _("pages"),
    "path": _("address asked for"),
    "post": _("post"),
    "reason": _("reason"),
    "rows": _("rows"),
    "sections": _("sections"),
    "tab": _("tab"),
    "text": _("text"),
    "turn": _("turned by"),
    "under": _("under"),
    "version": _("version"),
    "why": _("why"),
    "words": _("words (keyed hash)"),
}


def announce(
    *,
    actions: dict[str, str | Promise] | None = None,
    posts: dict[str, str | Promise] | None = None,
    facts: dict[str, str | Promise] | None = None,
) -> None:
    """Add words for codes (from AppConfig.ready); later words replace earlier ones."""
    _actions.update(actions or {})
    _posts.update(posts or {})
    _facts.update(facts or {})


def action(code: str) -> str:
    """Return what was done, in words."""
    return str(_actions.get(code, code))


def posts(written: str) -> str:
    """Return the posts of an entry (`kind:department, kind`) in words."""
    return pgettext("in a list", ", ").join(_post(piece) for piece in written.split(", ") if piece)


def _post(piece: str) -> str:
    kind, _colon, department = piece.partition(":")
    words = str(_posts.get(kind, kind))
    return f"{department} · {words}" if department else words


def thing_type(label: str) -> str:
    """Return the kind of thing an entry is about, as its model is called today."""
    try:
        return capfirst(str(apps.get_model(label)._meta.verbose_name)) if label else ""
    except (LookupError, ValueError):
        return label


def fact(key: str) -> str:
    """Return the name of a particular, in words."""
    return capfirst(str(_facts.get(key, key.replace("_", " "))))


def person(name: str) -> str:
    """Return who did it; the system has no name of its own."""
    return name or gettext("System")
