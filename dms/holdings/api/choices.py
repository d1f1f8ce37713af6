"""What was named by code or public id, found among what the screens' choosers offer; else refused at its field."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from dms.clearance.models import SecurityClass
from dms.clearance.policy import may_create_dossier
from dms.clearance.selectors import facts_of
from dms.core.api.problems import Unprocessable
from dms.core.errors import require
from dms.organisation.models import Department, User

from ..models import DocumentType, DossierKind, RetentionPeriod, Section, Series
from ..selectors import fonds_of, people_of


def kind_among(user: Any, public_id: str, *, field: str = "kind", opening: bool = False) -> DossierKind:
    """Return a kind of one's own fonds; `opening`: of those in which one opens dossiers."""
    facts = facts_of(user)
    if opening and not facts.archivist_of:
        require(may_create_dossier(facts, 0))
    fonds = facts.archivist_of if opening else fonds_of(user)
    kinds = DossierKind.objects.filter(fonds__in=fonds).select_related("fonds", "default_classification")
    return _one(kinds.filter(public_id=public_id), field, public_id)


def series_among(fonds: Iterable[int], public_id: str, *, field: str = "series") -> Series:
    """Return a series of `fonds`."""
    return _one(Series.objects.filter(fonds__in=list(fonds), public_id=public_id), field, public_id)


def department_among(fonds: Iterable[int], code: str, *, field: str = "department") -> Department:
    """Return a department of `fonds` by its code, or by `fonds/code` where several fonds have it."""
    first, slash, last = code.partition("/")
    found = Department.objects.filter(fonds__in=list(fonds), code=last if slash else first).select_related("fonds")
    if slash:
        found = found.filter(fonds__code=first)
    departments = list(found[:2])
    if len(departments) > 1:
        raise Unprocessable(field, _("Several are called “%(word)s”: write fonds/code.") % {"word": code})
    return departments[0] if departments else _none(field, code)


def classification_among(user: Any, code: str, *, every: bool = False, also: int | None = None) -> SecurityClass:
    """Return a classification up to one's own clearance (or `also`, which stands there); `every` one to filter by."""
    found = SecurityClass.objects.filter(code=code).first()
    within = found is not None and (every or found.pk == also or found.rank <= facts_of(user).clearance_rank)
    if found is None or not within:
        return _none("classification", code)
    return found


def person_among(fonds: Iterable[int], public_id: str, *, also: int | None = None, field: str = "responsible") -> User:
    """Return somebody who holds a post in `fonds` today, or `also`, who may have left since."""
    found = User.objects.filter(public_id=public_id).first()
    if found is None or (found.pk != also and not people_of(fonds).filter(pk=found.pk).exists()):
        return _none(field, public_id)
    return found


def section_among(kind: DossierKind, code: str, *, field: str = "section") -> Section:
    """Return a section of a kind."""
    return _one(Section.objects.filter(kind=kind, code=code), field, code)


def document_type_among(fonds_id: int, code: str, *, field: str = "document_type") -> DocumentType:
    """Return a type of documents of a fonds by its code, its own before those of every fonds."""
    found = DocumentType.objects.filter(Q(fonds=fonds_id) | Q(fonds__isnull=True), code=code)
    return _one(found.order_by(F("fonds").asc(nulls_last=True)), field, code)


def period_called(code: str, field: str = "retention") -> RetentionPeriod | None:
    """Return the retention period of a code, None for an empty one."""
    return _one(RetentionPeriod.objects.filter(code=code), field, code) if code else None


def _one(found: QuerySet[Any], field: str, word: str) -> Any:
    return found.first() or _none(field, word)


def _none(field: str, word: str) -> Any:
    raise Unprocessable(field, _("There is no “%(word)s”.") % {"word": word}, code="unknown")
