"""Keeps an uploaded list sealed between preview and import, and destroys it afterwards (D1)."""

from datetime import timedelta

from dms.clearance.policy import may_create_dossier
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import NotFound, require
from dms.organisation.models import User
from dms.vault.services import destroy, read, store

from ..models import ListDraft

KEPT = timedelta(days=1)
PURPOSE = "import"


def keep_draft(*, content: bytes, acting_user: User) -> ListDraft:
    """Seal an uploaded customer list for its uploader; what they uploaded before and never imported goes."""
    require_importer(acting_user)
    return seal_list(content=content, acting_user=acting_user)


def read_draft(*, public_id: str, acting_user: User) -> tuple[ListDraft, bytes]:
    """Return one's own draft and the list in clear; raise NotFound for anybody else's, and once it is gone."""
    require_importer(acting_user)
    return open_list(public_id=public_id, acting_user=acting_user)


def seal_list(*, content: bytes, acting_user: User) -> ListDraft:
    """Do `keep_draft` for a list of another kind: the caller has asked for the right to import it."""
    _drop(list(ListDraft.objects.filter(person=acting_user).select_related("stored")))
    return ListDraft.objects.create(person=acting_user, stored=store(content, purpose=PURPOSE))


def open_list(*, public_id: str, acting_user: User) -> tuple[ListDraft, bytes]:
    """Do `read_draft` for a list of another kind: the caller has asked for the right to import it."""
    draft = ListDraft.objects.filter(public_id=public_id, person=acting_user).select_related("stored").first()
    if draft is None or draft.stored.is_gone:
        raise NotFound
    return draft, read(draft.stored)


def drop_draft(draft: ListDraft) -> None:
    """Destroy a draft: imported, given up, or too old."""
    _drop([draft])


def drop_abandoned_drafts() -> int:
    """Destroy what was uploaded more than a day ago and never imported; return how many. For the scheduler."""
    old = list(ListDraft.objects.filter(uploaded_at__lt=clock.now() - KEPT).select_related("stored"))
    _drop(old)
    return len(old)


def require_importer(user: User) -> None:
    """A1: lists are imported by those who open dossiers; raise NotAllowed for everybody else."""
    facts = facts_of(user)
    require(may_create_dossier(facts, next(iter(facts.archivist_of), 0)))


def _drop(drafts: list[ListDraft]) -> None:
    # First the keys: killed in between, the row is still there to be dropped again.
    destroy([draft.stored for draft in drafts], reason="list imported or given up")
    ListDraft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
