"""The journal's codes in the reader's words. Rooms may add theirs (`announce`); what has no words shows its code."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_actions: dict[str, str | Promise] = {
    "batch.created": _("Scan batch begun"),
    "batch.withdrawn": _("Scan batch withdrawn"),
    "department.created": _("Department created"),
    "dossier.changed": _("Dossier changed"),
    "dossier.created": _("Dossier created"),
    "dossier.moved": _("Dossier moved"),
    "dossier.read": _("Dossier read"),
    "file.destroyed": _("File destroyed"),
    "file.received": _("File received"),
    "fonds.created": _("Fonds created"),
    "item.changed": _("Item changed"),
    "item.created": _("Item created"),
    "item.downloaded": _("Item downloaded"),
    "item.filed": _("Item filed"),
    "item.moved": _("Item moved"),
    "item.printed": _("Item printed"),
    "item.withdrawn": _("Item withdrawn"),
    "journal.exported": _("Journal exported"),
    "journal.opened": _("Sealed particulars opened"),
    "journal.read": _("Journal read"),
    "look.refused": _("Look refused"),
    "page.corrected": _("Text of a page corrected"),
    "page.read": _("Page read"),
    "page.rescanned": _("Page scanned again"),
    "page.text_read": _("Text of a page read"),
    "page.turned": _("Page turned"),
    "person.closed": _("Account closed"),
    "person.created": _("Account created"),
    "person.password_changed": _("Own password changed"),
    "person.password_set": _("Password set"),
    "person.sign_in_failed": _("Sign-in failed"),
    "person.signed_in": _("Signed in"),
    "person.signed_out": _("Signed out"),
    "post.ended": _("Post ended"),
    "post.given": _("Post given"),
    "search.exported": _("Search results exported"),
    "search.run": _("Search"),
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
    "code": _("reason code"),
    "count": _("count"),
    "fields": _("fields"),
    "filters": _("filters"),
    "format": _("format"),
    "hits": _("hits"),
    "last_day": _("last day"),
    "page": _("page"),
    "pages": _("pages"),
    "path": _("address asked for"),
    "post": _("post"),
    "version": _("version"),
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
    return "、".join(_post(piece) for piece in written.split(", ") if piece)


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
