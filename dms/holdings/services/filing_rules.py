"""Sets up document types and retention periods (A7 A9 F3). Configuration only; what is in use is refused deletion."""

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal
from dms.journal.services import record
from dms.organisation.models import User
from dms.organisation.selectors import require_administrator

from ..models import DocumentType, RetentionPeriod


def save_document_type(*, document_type: DocumentType, acting_user: User) -> DocumentType:
    """A7 F3: save a type of document, and journal it. Open volumes follow when they are next arranged."""
    require_administrator(acting_user)
    is_new = document_type.pk is None
    with transaction.atomic():
        document_type.save()
        _record("document_type", document_type, acting_user, is_new=is_new, role=document_type.role)
    return document_type


def save_retention_period(*, period: RetentionPeriod, acting_user: User) -> RetentionPeriod:
    """A9 F3: save a retention period, and journal it with its number of years."""
    require_administrator(acting_user)
    is_new = period.pk is None
    with transaction.atomic():
        period.save()
        _record("retention_period", period, acting_user, is_new=is_new, years=period.years)
    return period


def delete_document_type(*, document_type: DocumentType, acting_user: User) -> None:
    """F3: delete a type that no paper has."""
    _delete("document_type", document_type, acting_user)


def delete_retention_period(*, period: RetentionPeriod, acting_user: User) -> None:
    """F3: delete a period that nothing refers to."""
    _delete("retention_period", period, acting_user)


def _delete(what: str, thing: DocumentType | RetentionPeriod, by: User) -> None:
    require_administrator(by)
    try:
        with transaction.atomic():
            record(f"{what}.deleted", by=by, thing=thing, thing_label=thing.code)
            thing.delete()
    except ProtectedError:
        raise Refusal(
            _("“%(name)s” is in use: it stays.") % {"name": thing}, _("Give it another name instead, if you like.")
        ) from None


def _record(what: str, thing: DocumentType | RetentionPeriod, by: User, *, is_new: bool, **facts: object) -> None:
    record(f"{what}.{'created' if is_new else 'changed'}", by=by, thing=thing, thing_label=thing.code, facts=facts)
